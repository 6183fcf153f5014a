-- An approval for a while can leave more than one call to the agent: those whose arguments stay within a scope that a person chose.

-- Which arguments this person lets differ, by path: kinds of bounds, never values.
ALTER TABLE "approval_votes" ADD COLUMN "scope" jsonb NOT NULL DEFAULT '{}';

-- SHA-256 of the binding without its arguments; null where only the very arguments of the request pass.
ALTER TABLE "approval_exceptions" ADD COLUMN "scope_digest" text;
-- The bound of each argument, with values: sealed. Cleared when the exception has ended and the server keeps no arguments.
ALTER TABLE "approval_exceptions" ADD COLUMN "scope_envelope" text;
-- What can do the most harm is never approved by a bound.
ALTER TABLE "approval_exceptions" ADD CONSTRAINT "approval_exceptions_scope_check" CHECK ("scope_digest" IS NULL OR "risk" <> 'critical');
CREATE INDEX "approval_exceptions_scope_digest_idx" ON "approval_exceptions" ("scope_digest", "expires_at" DESC) WHERE "scope_digest" IS NOT NULL;

-- A scope can be forgotten, never changed.
CREATE FUNCTION "check_exception_scope"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."digest" <> OLD."digest" OR NEW."scope_digest" IS DISTINCT FROM OLD."scope_digest"
     OR (NEW."scope_envelope" IS NOT NULL AND NEW."scope_envelope" IS DISTINCT FROM OLD."scope_envelope") THEN
    RAISE EXCEPTION 'what an exception lets through never changes' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "approval_exceptions_scope" BEFORE UPDATE ON "approval_exceptions" FOR EACH ROW EXECUTE FUNCTION "check_exception_scope"();
