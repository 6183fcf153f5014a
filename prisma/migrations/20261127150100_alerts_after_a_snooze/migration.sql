-- An alert that outlasts its snooze is told of as a new one. Taking the snooze away by hand before that tells nobody: somebody looks at it.
CREATE OR REPLACE FUNCTION "tell_of_alert"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  channel "notification_channels";
  new_id text;
BEGIN
  IF (TG_OP = 'INSERT' AND (NEW."snoozed_until" IS NULL OR NEW."snoozed_until" <= NEW."opened_at"))
     OR (TG_OP = 'UPDATE' AND OLD."snoozed_until" <= NEW."last_seen_at" AND NEW."snoozed_until" IS NULL AND NEW."acknowledged_at" IS NULL) THEN
    FOR channel IN
      SELECT c.* FROM "notification_channels" c
       WHERE c."enabled" AND 'anomaly' = ANY (c."events")
         AND (c."servers" = '{}' OR NEW."server_slug" = ANY (c."servers") OR (NEW."server_slug" IS NULL AND EXISTS (
           SELECT 1 FROM "grants" g JOIN "servers" s ON s."id" = g."server_id" WHERE g."agent_id" = NEW."agent_id" AND s."slug" = ANY (c."servers"))))
       ORDER BY c."id"
    LOOP
      new_id := "new_notification_id"();
      INSERT INTO "notification_deliveries" ("id", "message_id", "channel_id", "channel_name", "channel_kind", "event", "facts")
      VALUES (new_id, new_id, channel."id", channel."name", channel."kind", 'anomaly', jsonb_build_object(
        'id', NEW."id", 'kind', NEW."kind", 'agent', NEW."agent_slug", 'owner', coalesce((SELECT a."owner" FROM "agents" a WHERE a."id" = NEW."agent_id"), ''),
        'server', NEW."server_slug", 'tool', NEW."tool", 'explanation', NEW."explanation", 'band', NEW."band", 'action', NEW."action",
        'openedAt', to_char(NEW."opened_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')));
    END LOOP;
  END IF;
  PERFORM pg_notify('callgate_alerts', jsonb_build_object('id', NEW."id", 'kind', NEW."kind", 'agent', NEW."agent_slug", 'server', NEW."server_slug",
    'status', CASE WHEN NEW."closed_at" IS NOT NULL THEN 'closed' WHEN NEW."acknowledged_at" IS NOT NULL THEN 'acknowledged' ELSE 'open' END)::text);
  RETURN NULL;
END $$;
