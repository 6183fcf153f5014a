-- Who has a request open at the moment, so that two people do not decide it at cross purposes. A sign of life every few seconds; silence is absence.

CREATE TABLE "approval_viewers" (
  "approval_id" text NOT NULL REFERENCES "approvals" ("id") ON DELETE CASCADE,
  "user_id" text NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
  "name" text NOT NULL,
  "seen_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY ("approval_id", "user_id")
);

-- Somebody came or left: pages that show the request look again. A mere sign of life is no news.
CREATE FUNCTION "notify_approval_viewer"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('callgate_approvals', (SELECT json_build_object('id', a."id", 'status', a."status", 'server', a."server_slug", 'agent', a."agent_slug",
    'tool', a."tool", 'risk', a."risk")::text FROM "approvals" a WHERE a."id" = coalesce(NEW."approval_id", OLD."approval_id")));
  RETURN NULL;
END $$;
CREATE TRIGGER "approval_viewers_notify" AFTER INSERT OR DELETE ON "approval_viewers" FOR EACH ROW EXECUTE FUNCTION "notify_approval_viewer"();

-- What the meters of a month read.
CREATE INDEX "approvals_created_at_idx" ON "approvals" ("created_at" DESC);
