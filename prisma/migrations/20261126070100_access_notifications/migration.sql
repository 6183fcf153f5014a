-- Access requests, reviews that are overdue and grants that are about to end reach people as requests for approval do.

ALTER TABLE "notification_channels" DROP CONSTRAINT "notification_channels_events_check";
ALTER TABLE "notification_channels" ADD CONSTRAINT "notification_channels_events_check"
  CHECK ("events" <@ ARRAY['requested', 'decided', 'expired', 'escalated', 'access_requested', 'access_decided', 'review_overdue', 'grant_expiring']);

ALTER TABLE "notification_deliveries" DROP CONSTRAINT "notification_deliveries_event_check";
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_event_check"
  CHECK ("event" IN ('requested', 'decided', 'expired', 'escalated', 'test', 'access_requested', 'access_decided', 'review_overdue', 'grant_expiring'));

-- What a reminder is about, so that a channel is reminded of one thing once, whichever node looks; forgotten with the log, a month later.
ALTER TABLE "notification_deliveries" ADD COLUMN "reminder_of" text;
CREATE UNIQUE INDEX "notification_deliveries_reminder_key" ON "notification_deliveries" ("channel_id", "reminder_of") WHERE "reminder_of" IS NOT NULL;

-- ------------------------------------------------------------------ access requests

CREATE FUNCTION "access_facts"("e" "grant_elevations") RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', e."id", 'grant', g."id", 'agent', a."slug", 'owner', a."owner", 'server', s."slug", 'policy', p."slug", 'currentPolicy', b."slug",
    'minutes', e."duration_ms" / 60000.0, 'reason', e."reason", 'requestedBy', e."requested_by", 'status', e."status",
    'decidedBy', coalesce(e."decided_by", e."ended_by"), 'decidedReason', coalesce(e."decided_reason", e."end_reason"),
    'dueAt', to_char((CASE WHEN e."status" = 'approved' THEN e."until_at" ELSE e."expires_at" END) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  FROM "grants" g JOIN "agents" a ON a."id" = g."agent_id" JOIN "servers" s ON s."id" = g."server_id" JOIN "policies" p ON p."id" = e."policy_id"
    LEFT JOIN "policies" b ON b."id" = g."policy_id"
  WHERE g."id" = e."grant_id";
$$;

-- One row a channel that hears of it, in the transaction of the change; live pages of every node hear of it after the commit.
CREATE FUNCTION "tell_of_elevation"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  channel "notification_channels";
  facts jsonb := "access_facts"(NEW);
  what text := CASE WHEN TG_OP = 'INSERT' THEN 'access_requested' ELSE 'access_decided' END;
  new_id text;
BEGIN
  IF TG_OP = 'INSERT' OR OLD."status" = 'pending' THEN
    FOR channel IN
      SELECT c.* FROM "notification_channels" c
       WHERE c."enabled" AND what = ANY (c."events") AND (c."servers" = '{}' OR facts->>'server' = ANY (c."servers")) ORDER BY c."id"
    LOOP
      new_id := "new_notification_id"();
      INSERT INTO "notification_deliveries" ("id", "message_id", "channel_id", "channel_name", "channel_kind", "event", "facts")
      VALUES (new_id, new_id, channel."id", channel."name", channel."kind", what, facts);
    END LOOP;
  END IF;
  PERFORM pg_notify('callgate_access', jsonb_build_object('id', NEW."id", 'status', NEW."status", 'grant', NEW."grant_id", 'agent', facts->'agent',
    'server', facts->'server')::text);
  RETURN NULL;
END $$;
CREATE TRIGGER "grant_elevations_tell_insert" AFTER INSERT ON "grant_elevations" FOR EACH ROW EXECUTE FUNCTION "tell_of_elevation"();
CREATE TRIGGER "grant_elevations_tell_update" AFTER UPDATE OF "status" ON "grant_elevations" FOR EACH ROW
  WHEN (OLD."status" IS DISTINCT FROM NEW."status") EXECUTE FUNCTION "tell_of_elevation"();
