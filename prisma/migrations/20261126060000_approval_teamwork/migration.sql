-- People who decide together: questions and answers, who is asked by name, who looks again later, more time, and sentences for tools.

-- Whether somebody read a request before is asked at each reading; the trail of one thing is read by what it is about.
CREATE INDEX "admin_changes_entity_idx" ON "admin_changes" ("entity", "entity_id", "id");

-- ------------------------------------------------------------------ questions and answers

CREATE TABLE "approval_comments" (
  "id" text PRIMARY KEY,
  "approval_id" text NOT NULL REFERENCES "approvals" ("id") ON DELETE CASCADE,
  "author_id" text NOT NULL,
  "author_kind" text NOT NULL CHECK ("author_kind" IN ('user', 'key')),
  "author_name" text NOT NULL,
  -- Whether the author owned the agent then: an answer of theirs is no voice in the decision.
  "by_owner" boolean NOT NULL,
  "body" text NOT NULL CHECK (char_length("body") BETWEEN 1 AND 2000),
  "at" timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX "approval_comments_approval_id_idx" ON "approval_comments" ("approval_id", "id");
CREATE TRIGGER "approval_comments_append_only" BEFORE UPDATE ON "approval_comments" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "approval_comments_notify" AFTER INSERT ON "approval_comments" FOR EACH ROW EXECUTE FUNCTION "notify_approval_vote"();

-- ------------------------------------------------------------------ asked by name

-- A wish and no right: who may decide is as before.
ALTER TABLE "approvals"
  ADD COLUMN "assigned_to" text,
  ADD COLUMN "assigned_name" text,
  ADD COLUMN "assigned_by" text,
  ADD COLUMN "assigned_at" timestamptz(3),
  ADD CONSTRAINT "approvals_assigned_check" CHECK (num_nulls("assigned_to", "assigned_name", "assigned_by", "assigned_at") IN (0, 4));
CREATE INDEX "approvals_assigned_idx" ON "approvals" ("assigned_to") WHERE "status" = 'pending' AND "assigned_to" IS NOT NULL;

-- ------------------------------------------------------------------ more time

-- Until when the rule alone would let people decide; `expires_at` can only have moved away from it by an extension.
ALTER TABLE "approvals" ADD COLUMN "rule_expires_at" timestamptz(3);
ALTER TABLE "approvals" DISABLE TRIGGER "approvals_transition";
UPDATE "approvals" SET "rule_expires_at" = "expires_at";
ALTER TABLE "approvals" ENABLE TRIGGER "approvals_transition";
ALTER TABLE "approvals" ALTER COLUMN "rule_expires_at" SET NOT NULL;

CREATE FUNCTION "note_rule_expiry"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."rule_expires_at" := NEW."expires_at";
  RETURN NEW;
END $$;
CREATE TRIGGER "approvals_note_rule_expiry" BEFORE INSERT ON "approvals" FOR EACH ROW EXECUTE FUNCTION "note_rule_expiry"();

-- A request that waits can be given more time, to three times the rule's and 7 days at most; whoever writes.
CREATE FUNCTION "check_approval_expiry"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."rule_expires_at" <> OLD."rule_expires_at" OR NEW."created_at" <> OLD."created_at" THEN
    RAISE EXCEPTION 'the time that the rule gives never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW."expires_at" <> OLD."expires_at" AND (
    OLD."status" <> 'pending' OR NEW."status" <> 'pending' OR OLD."expires_at" <= clock_timestamp() OR NEW."expires_at" < OLD."expires_at"
    OR NEW."expires_at" > OLD."created_at" + least(3 * (OLD."rule_expires_at" - OLD."created_at"), interval '7 days')
  ) THEN
    RAISE EXCEPTION 'the time of an approval is extended while it waits, and to three times the rule''s at most' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "approvals_expiry" BEFORE UPDATE OF "expires_at", "rule_expires_at", "created_at" ON "approvals" FOR EACH ROW EXECUTE FUNCTION "check_approval_expiry"();

-- Pages hear of both.
CREATE TRIGGER "approvals_notify_teamwork" AFTER UPDATE OF "expires_at", "assigned_to" ON "approvals" FOR EACH ROW
  WHEN (OLD."expires_at" IS DISTINCT FROM NEW."expires_at" OR OLD."assigned_to" IS DISTINCT FROM NEW."assigned_to") EXECUTE FUNCTION "notify_approval"();

-- ------------------------------------------------------------------ later

-- One person looks again later; nobody else sees anything of it.
CREATE TABLE "approval_snoozes" (
  "approval_id" text NOT NULL REFERENCES "approvals" ("id") ON DELETE CASCADE,
  "user_id" text NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
  "until" timestamptz(3) NOT NULL,
  PRIMARY KEY ("approval_id", "user_id")
);

-- ------------------------------------------------------------------ sentences

-- How a call of a tool is told to people. Apart from `tools`, because it is no part of what the gateway goes by.
CREATE TABLE "tool_sentences" (
  "server_id" text NOT NULL REFERENCES "servers" ("id") ON DELETE CASCADE,
  "tool" text NOT NULL,
  "template" text NOT NULL CHECK (char_length("template") BETWEEN 1 AND 200),
  "set_by" text NOT NULL,
  "set_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY ("server_id", "tool")
);
