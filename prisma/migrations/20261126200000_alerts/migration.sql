-- What is unusual about the calls of an agent, what follows from it, and what people have tuned.

CREATE TABLE "alerts" (
  "id" text PRIMARY KEY,
  "kind" text NOT NULL CHECK ("kind" IN ('loop', 'repeated_read', 'denial_storm', 'burst', 'first_use', 'out_of_hours', 'many_sessions')),
  -- Kind, agent, server and tool as one text: a condition that goes on is one alert.
  "subject" text NOT NULL,
  -- No references: an alert outlives what it is about.
  "agent_id" text NOT NULL,
  "agent_slug" text NOT NULL,
  "server_id" text,
  "server_slug" text,
  "tool" text,
  "explanation" text NOT NULL,
  "observed" double precision NOT NULL,
  "usual" double precision,
  "threshold" double precision NOT NULL,
  "band" text NOT NULL,
  -- The filter of Activity that shows the calls.
  "evidence" jsonb NOT NULL,
  "action" text NOT NULL CHECK ("action" IN ('alert', 'approval', 'pause')),
  "opened_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "last_seen_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "acknowledged_at" timestamptz(3),
  "acknowledged_by" text,
  "acknowledged_note" text,
  "snoozed_until" timestamptz(3),
  "snoozed_by" text,
  "closed_at" timestamptz(3),
  "closed_because" text,
  CHECK (("acknowledged_at" IS NULL) = ("acknowledged_by" IS NULL)),
  CHECK (("closed_at" IS NULL) = ("closed_because" IS NULL))
);
CREATE UNIQUE INDEX "alerts_open_key" ON "alerts" ("subject") WHERE "closed_at" IS NULL;
CREATE INDEX "alerts_subject_idx" ON "alerts" ("subject", "id" DESC);
CREATE INDEX "alerts_agent_idx" ON "alerts" ("agent_id", "id" DESC);

-- What an anomaly has put on an agent for a while; over by the clock, or lifted before.
CREATE TABLE "agent_restrictions" (
  "id" text PRIMARY KEY,
  "agent_id" text NOT NULL,
  "agent_slug" text NOT NULL,
  "mode" text NOT NULL CHECK ("mode" IN ('approval', 'pause')),
  "server_id" text,
  "server_slug" text,
  "tool" text,
  "kind" text NOT NULL,
  "alert_id" text NOT NULL REFERENCES "alerts" ("id"),
  "explanation" text NOT NULL,
  "started_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "until_at" timestamptz(3) NOT NULL,
  "lifted_at" timestamptz(3),
  "lifted_by" text,
  "lift_reason" text,
  CHECK (("lifted_at" IS NULL) = ("lifted_by" IS NULL) AND ("lifted_at" IS NULL) = ("lift_reason" IS NULL)),
  CHECK (("server_id" IS NULL) = ("tool" IS NULL))
);
CREATE INDEX "agent_restrictions_until_idx" ON "agent_restrictions" ("until_at") WHERE "lifted_at" IS NULL;
CREATE INDEX "agent_restrictions_agent_idx" ON "agent_restrictions" ("agent_id", "id" DESC);
CREATE INDEX "agent_restrictions_alert_idx" ON "agent_restrictions" ("alert_id");
CREATE TRIGGER "agent_restrictions_bump" AFTER INSERT OR UPDATE OR DELETE ON "agent_restrictions" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();

-- Thresholds and actions by kind; the most particular row decides, member by member, and null leaves it to the next wider one.
CREATE TABLE "anomaly_settings" (
  "id" text PRIMARY KEY,
  "kind" text NOT NULL CHECK ("kind" IN ('loop', 'repeated_read', 'denial_storm', 'burst', 'first_use', 'out_of_hours', 'many_sessions')),
  "agent_id" text REFERENCES "agents" ("id") ON DELETE CASCADE,
  "server_id" text REFERENCES "servers" ("id") ON DELETE CASCADE,
  "tool" text,
  "enabled" boolean,
  "threshold" double precision,
  "action" text CHECK ("action" IN ('alert', 'approval', 'pause')),
  "minutes" integer CHECK ("minutes" BETWEEN 1 AND 10080),
  "reason" text NOT NULL,
  "updated_at" timestamptz(3) NOT NULL DEFAULT now(),
  "updated_by" text NOT NULL,
  CHECK (("server_id" IS NULL) = ("tool" IS NULL))
);
CREATE UNIQUE INDEX "anomaly_settings_subject_key" ON "anomaly_settings" ("kind", coalesce("agent_id", ''), coalesce("server_id", ''), coalesce("tool", ''));
CREATE TRIGGER "anomaly_settings_bump" AFTER INSERT OR UPDATE OR DELETE ON "anomaly_settings" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();

-- ------------------------------------------------------------------ telling of it

ALTER TABLE "notification_channels" DROP CONSTRAINT "notification_channels_events_check";
ALTER TABLE "notification_channels" ADD CONSTRAINT "notification_channels_events_check"
  CHECK ("events" <@ ARRAY['requested', 'decided', 'expired', 'escalated', 'access_requested', 'access_decided', 'review_overdue', 'grant_expiring', 'anomaly']);
ALTER TABLE "notification_deliveries" DROP CONSTRAINT "notification_deliveries_event_check";
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_event_check"
  CHECK ("event" IN ('requested', 'decided', 'expired', 'escalated', 'test', 'access_requested', 'access_decided', 'review_overdue', 'grant_expiring', 'anomaly'));

-- One row a channel when an alert opens that nobody has snoozed; live pages of every node hear of each change that people would see.
CREATE FUNCTION "tell_of_alert"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  channel "notification_channels";
  new_id text;
BEGIN
  IF TG_OP = 'INSERT' AND (NEW."snoozed_until" IS NULL OR NEW."snoozed_until" <= NEW."opened_at") THEN
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
CREATE TRIGGER "alerts_tell_insert" AFTER INSERT ON "alerts" FOR EACH ROW EXECUTE FUNCTION "tell_of_alert"();
CREATE TRIGGER "alerts_tell_update" AFTER UPDATE OF "acknowledged_at", "snoozed_until", "closed_at", "action" ON "alerts" FOR EACH ROW EXECUTE FUNCTION "tell_of_alert"();
