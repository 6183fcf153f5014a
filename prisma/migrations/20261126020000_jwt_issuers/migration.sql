-- Whose JWTs are believed, with which keys, and which agent they speak for. Public keys only: nothing here is a secret.
CREATE TABLE "jwt_issuers" (
  "id" text PRIMARY KEY,
  "name" text NOT NULL,
  -- The exact `iss`.
  "issuer" text NOT NULL,
  "jwks_url" text,
  -- A JWK Set as text; exactly one of the two is given.
  "jwks" text,
  "audiences" jsonb NOT NULL DEFAULT '[]',
  "algorithms" jsonb NOT NULL,
  "tolerance_seconds" integer NOT NULL DEFAULT 30 CHECK ("tolerance_seconds" BETWEEN 0 AND 300),
  "lifetime_seconds" integer NOT NULL DEFAULT 3600 CHECK ("lifetime_seconds" BETWEEN 1 AND 86400),
  "typ" text,
  "agent_claim" text NOT NULL DEFAULT 'sub',
  "agent_map" jsonb,
  "scope_claim" text NOT NULL DEFAULT 'scope',
  "scope_mode" text NOT NULL DEFAULT 'intersect' CHECK ("scope_mode" IN ('intersect', 'provide', 'ignore')),
  "required_scopes" jsonb NOT NULL DEFAULT '[]',
  "status" text NOT NULL DEFAULT 'active' CHECK ("status" IN ('active', 'disabled')),
  -- Another one with every change: what was verified before it counts no more.
  "revision" text NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "updated_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CHECK (("jwks_url" IS NULL) <> ("jwks" IS NULL))
);
CREATE UNIQUE INDEX "jwt_issuers_issuer_key" ON "jwt_issuers" ("issuer");

CREATE TRIGGER "jwt_issuers_bump" AFTER INSERT OR UPDATE OR DELETE ON "jwt_issuers" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();
