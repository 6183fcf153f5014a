-- The life of agents and grants: reviews that fall due, and elevations that end by themselves.

-- ------------------------------------------------------------------ reviews

-- Whoever was there before gets a whole interval from now on.
ALTER TABLE "agents"
  ADD COLUMN "review_days" integer NOT NULL DEFAULT 90 CHECK ("review_days" BETWEEN 1 AND 730),
  ADD COLUMN "review_due" timestamptz(3) NOT NULL DEFAULT now() + interval '90 days',
  ADD COLUMN "reviewed_at" timestamptz(3),
  ADD COLUMN "reviewed_by" text;
CREATE INDEX "agents_review_due_idx" ON "agents" ("review_due");

-- ------------------------------------------------------------------ elevations

-- A grant uses another policy of its server for a while: asked for, approved by somebody else, over by the clock.
CREATE TABLE "grant_elevations" (
  "id" text PRIMARY KEY,
  "grant_id" text NOT NULL REFERENCES "grants" ("id") ON DELETE CASCADE,
  "policy_id" text NOT NULL REFERENCES "policies" ("id") ON DELETE CASCADE,
  "status" text NOT NULL DEFAULT 'pending' CHECK ("status" IN ('pending', 'approved', 'denied', 'withdrawn', 'ended')),
  -- At most 8 hours.
  "duration_ms" integer NOT NULL CHECK ("duration_ms" BETWEEN 1000 AND 28800000),
  "reason" text NOT NULL,
  "requested_kind" text NOT NULL CHECK ("requested_kind" IN ('user', 'key')),
  "requested_id" text NOT NULL,
  "requested_by" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- What nobody decides until here is denied.
  "expires_at" timestamptz(3) NOT NULL,
  "decided_id" text,
  "decided_by" text,
  "decided_at" timestamptz(3),
  "decided_reason" text,
  "starts_at" timestamptz(3),
  "until_at" timestamptz(3),
  "ended_at" timestamptz(3),
  "ended_by" text,
  "end_reason" text,
  CHECK (("status" IN ('approved', 'ended')) = ("until_at" IS NOT NULL)),
  CHECK (("status" IN ('approved', 'ended')) = ("starts_at" IS NOT NULL)),
  CHECK (("status" = 'pending') <= ("decided_at" IS NULL)),
  CHECK (("status" IN ('approved', 'ended', 'denied')) <= ("decided_id" IS NOT NULL)),
  CHECK ("until_at" IS NULL OR "until_at" <= "starts_at" + interval '8 hours')
);
CREATE UNIQUE INDEX "grant_elevations_pending_key" ON "grant_elevations" ("grant_id") WHERE "status" = 'pending';
CREATE INDEX "grant_elevations_grant_id_idx" ON "grant_elevations" ("grant_id", "created_at" DESC);
CREATE INDEX "grant_elevations_until_idx" ON "grant_elevations" ("until_at") WHERE "status" = 'approved';

-- What was asked for never changes, nothing that is over begins again, and nobody lets their own request or their own agent through.
CREATE FUNCTION "check_elevation"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT EXISTS (SELECT 1 FROM "grants" g JOIN "policies" p ON p."server_id" = g."server_id" WHERE g."id" = NEW."grant_id" AND p."id" = NEW."policy_id") THEN
      RAISE EXCEPTION 'an elevation uses a policy of the grant''s own server' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW."status" <> 'pending' THEN
      RAISE EXCEPTION 'an elevation begins with a request' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW."grant_id", NEW."policy_id", NEW."duration_ms", NEW."reason", NEW."requested_kind", NEW."requested_id")
     IS DISTINCT FROM (OLD."grant_id", OLD."policy_id", OLD."duration_ms", OLD."reason", OLD."requested_kind", OLD."requested_id") THEN
    RAISE EXCEPTION 'what an elevation was asked for never changes' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT ((OLD."status" = 'pending' AND NEW."status" IN ('pending', 'approved', 'denied', 'withdrawn')) OR (OLD."status" = 'approved' AND NEW."status" IN ('approved', 'ended'))) THEN
    RAISE EXCEPTION 'an elevation that is % cannot become %', OLD."status", NEW."status" USING ERRCODE = 'check_violation';
  END IF;
  IF OLD."status" = 'approved' AND NEW."until_at" > OLD."until_at" THEN
    RAISE EXCEPTION 'an elevation is never made longer' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD."status" = 'pending' AND NEW."status" = 'approved' AND (
       NEW."decided_id" = NEW."requested_id"
       OR NEW."until_at" > NEW."starts_at" + NEW."duration_ms" * interval '1 millisecond'
       OR NOT EXISTS (SELECT 1 FROM "users" u WHERE u."id" = NEW."decided_id")
       OR EXISTS (
         SELECT 1 FROM "grants" g JOIN "agents" a ON a."id" = g."agent_id" JOIN "users" u ON lower(u."email") = lower(a."owner")
          WHERE g."id" = NEW."grant_id" AND u."id" = NEW."decided_id")
     ) THEN
    RAISE EXCEPTION 'an elevation is approved by another person, for no longer than was asked' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "grant_elevations_check" BEFORE INSERT OR UPDATE ON "grant_elevations" FOR EACH ROW EXECUTE FUNCTION "check_elevation"();

-- A request changes nothing at the gateway; what was approved or ended does.
CREATE TRIGGER "grant_elevations_bump" AFTER UPDATE OR DELETE ON "grant_elevations" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();
