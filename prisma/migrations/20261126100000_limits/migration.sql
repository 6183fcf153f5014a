-- Limits that people look at and act on: raised for a while, set back, and what closed windows came to.

-- The raise that stands, beside the counter: the admission reads it with the row that it locks anyway.
-- {"id", "rule", "from", "to", "until" (epoch milliseconds), "by"}; null when there is none.
ALTER TABLE "counters" ADD COLUMN "raise" jsonb;

-- Every time that a limit was raised for one counter. Over by the clock, or ended before.
CREATE TABLE "limit_raises" (
  "id" text PRIMARY KEY,
  -- No references: a deleted policy keeps its history.
  "counter_key" text NOT NULL,
  "policy_id" text NOT NULL,
  "policy_version" integer NOT NULL,
  "rule" text NOT NULL,
  "max_from" double precision NOT NULL,
  "max_to" double precision NOT NULL,
  "reason" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "created_by" text NOT NULL,
  "expires_at" timestamptz(3) NOT NULL,
  "ended_at" timestamptz(3),
  "ended_by" text,
  -- A person took it back, another raise took its place, or a publish changed the rule.
  "end_cause" text CHECK ("end_cause" IN ('revoked', 'replaced', 'rule_changed')),
  CHECK ("max_to" > "max_from" AND "max_to" <= "max_from" * 10),
  CHECK ("expires_at" > "created_at" AND "expires_at" <= "created_at" + interval '24 hours'),
  CHECK (("ended_at" IS NULL) = ("ended_by" IS NULL) AND ("ended_at" IS NULL) = ("end_cause" IS NULL))
);
CREATE INDEX "limit_raises_counter_key_idx" ON "limit_raises" ("counter_key", "created_at" DESC);
CREATE INDEX "limit_raises_policy_id_idx" ON "limit_raises" ("policy_id") WHERE "ended_at" IS NULL;

-- History is completed, never rewritten.
CREATE FUNCTION "check_limit_raise"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'the history of raised limits is kept' USING ERRCODE = 'insufficient_privilege'; END IF;
  IF OLD."ended_at" IS NOT NULL OR (to_jsonb(NEW) - ARRAY['ended_at', 'ended_by', 'end_cause']) <> (to_jsonb(OLD) - ARRAY['ended_at', 'ended_by', 'end_cause']) THEN
    RAISE EXCEPTION 'a raised limit can only be ended, once' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "limit_raises_history" BEFORE UPDATE OR DELETE ON "limit_raises" FOR EACH ROW EXECUTE FUNCTION "check_limit_raise"();

-- What closed windows came to, 90 days. Windows shorter than an hour share the row of their hour, with the highest of them.
CREATE TABLE "counter_windows" (
  "key" text NOT NULL,
  "starts_at" timestamptz(3) NOT NULL,
  "ends_at" timestamptz(3) NOT NULL,
  "peak" double precision NOT NULL,
  -- As the rule says it; a raise is in limit_raises.
  "max" double precision NOT NULL,
  PRIMARY KEY ("key", "starts_at")
);
CREATE INDEX "counter_windows_ends_at_idx" ON "counter_windows" ("ends_at");
