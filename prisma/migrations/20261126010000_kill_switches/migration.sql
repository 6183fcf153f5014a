-- What an operator has stopped, and what was stopped before. A row is one time that a kill switch was engaged: lifting completes it.
CREATE TABLE "kill_switches" (
  "id" text PRIMARY KEY,
  "scope" text NOT NULL CHECK ("scope" IN ('all', 'server', 'agent', 'tool')),
  -- No references: deleting what is stopped must not lift anything.
  "server_id" text,
  "agent_id" text,
  "tool" text,
  -- What people call it: the slug, or server/tool; `all` for everything.
  "label" text NOT NULL,
  "reason" text NOT NULL,
  "engaged_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "engaged_by" text NOT NULL,
  "approvals_withdrawn" integer NOT NULL DEFAULT 0,
  "lifted_at" timestamptz(3),
  "lifted_by" text,
  "lift_reason" text,
  CHECK (("scope" IN ('server', 'tool')) = ("server_id" IS NOT NULL)),
  CHECK (("scope" = 'agent') = ("agent_id" IS NOT NULL)),
  CHECK (("scope" = 'tool') = ("tool" IS NOT NULL)),
  CHECK (("lifted_at" IS NULL) = ("lifted_by" IS NULL) AND ("lifted_at" IS NULL) = ("lift_reason" IS NULL))
);
-- One switch for one thing.
CREATE UNIQUE INDEX "kill_switches_engaged_key" ON "kill_switches" ("scope", coalesce("server_id", ''), coalesce("agent_id", ''), coalesce("tool", ''))
  WHERE "lifted_at" IS NULL;

-- History is completed, never rewritten.
CREATE FUNCTION "check_kill_switch"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'the history of kill switches is kept' USING ERRCODE = 'insufficient_privilege'; END IF;
  IF OLD."lifted_at" IS NOT NULL OR (to_jsonb(NEW) - ARRAY['lifted_at', 'lifted_by', 'lift_reason']) <> (to_jsonb(OLD) - ARRAY['lifted_at', 'lifted_by', 'lift_reason']) THEN
    RAISE EXCEPTION 'a kill switch can only be lifted, once' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "kill_switches_history" BEFORE UPDATE OR DELETE ON "kill_switches" FOR EACH ROW EXECUTE FUNCTION "check_kill_switch"();

CREATE TRIGGER "kill_switches_bump" AFTER INSERT OR UPDATE ON "kill_switches" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();
