-- Issuers whose tokens are good for one request each.
ALTER TABLE "jwt_issuers" ADD COLUMN "one_time" boolean NOT NULL DEFAULT false;

-- Tokens that were used, until they would expire anyway. `key` is a hash of issuer and jti.
CREATE TABLE "token_uses" (
  "key" text PRIMARY KEY,
  "expires_at" timestamptz(3) NOT NULL
);
CREATE INDEX "token_uses_expires_at_idx" ON "token_uses" ("expires_at");
