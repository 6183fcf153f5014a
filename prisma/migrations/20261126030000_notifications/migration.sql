-- Telling people about approvals: where to, and what is on its way.

CREATE TABLE "notification_channels" (
  "id" text PRIMARY KEY,
  "kind" text NOT NULL CHECK ("kind" IN ('webhook', 'slack', 'email')),
  "name" text NOT NULL,
  "enabled" boolean NOT NULL DEFAULT true,
  "events" text[] NOT NULL CHECK ("events" <@ ARRAY['requested', 'decided', 'expired', 'escalated']),
  -- Slugs; none means every server.
  "servers" text[] NOT NULL DEFAULT '{}',
  "minimum_risk" text NOT NULL DEFAULT 'low' CHECK ("minimum_risk" IN ('low', 'medium', 'high', 'critical')),
  -- `escalated` is sent so long after the request, if it still waits then.
  "after_minutes" integer NOT NULL DEFAULT 0 CHECK ("after_minutes" BETWEEN 0 AND 1440),
  "include_arguments" boolean NOT NULL DEFAULT false,
  -- What is no secret: the host of an address, the mail server, sender and receivers.
  "settings" jsonb NOT NULL DEFAULT '{}',
  "created_by" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  "updated_at" timestamptz(3) NOT NULL DEFAULT now(),
  CHECK (('escalated' = ANY ("events")) = ("after_minutes" > 0))
);
CREATE UNIQUE INDEX "notification_channels_name_key" ON "notification_channels" ("name");

CREATE TABLE "notification_secrets" (
  "id" text PRIMARY KEY,
  "channel_id" text NOT NULL REFERENCES "notification_channels" ("id") ON DELETE CASCADE,
  "name" text NOT NULL CHECK ("name" IN ('url', 'signingSecret', 'password')),
  "envelope" text NOT NULL,
  "fingerprint" text NOT NULL,
  "set_by" text NOT NULL,
  "set_at" timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX "notification_secrets_channel_id_name_key" ON "notification_secrets" ("channel_id", "name");

-- The outbox and, when it is sent, the log. A row is due at `due_at`; whoever claims it moves that time ahead, so that it is due again
-- when the claimer dies.
CREATE TABLE "notification_deliveries" (
  "id" text PRIMARY KEY,
  -- The id that receivers see; the same for a delivery that is sent again.
  "message_id" text NOT NULL,
  "channel_id" text REFERENCES "notification_channels" ("id") ON DELETE SET NULL,
  "channel_name" text NOT NULL,
  "channel_kind" text NOT NULL,
  "approval_id" text REFERENCES "approvals" ("id") ON DELETE CASCADE,
  "event" text NOT NULL CHECK ("event" IN ('requested', 'decided', 'expired', 'escalated', 'test')),
  -- The request as it was then; never arguments.
  "facts" jsonb NOT NULL,
  "status" text NOT NULL DEFAULT 'waiting' CHECK ("status" IN ('waiting', 'sending', 'delivered', 'failed', 'skipped')),
  "attempts" integer NOT NULL DEFAULT 0,
  "created_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "due_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "last_attempt_at" timestamptz(3),
  "finished_at" timestamptz(3),
  "response_code" integer,
  -- What the receiver said, or why nothing was sent; short.
  "detail" text,
  CHECK (("status" IN ('delivered', 'failed', 'skipped')) = ("finished_at" IS NOT NULL))
);
CREATE INDEX "notification_deliveries_due_idx" ON "notification_deliveries" ("due_at") WHERE "status" IN ('waiting', 'sending');
CREATE INDEX "notification_deliveries_channel_idx" ON "notification_deliveries" ("channel_id", "id" DESC);
CREATE INDEX "notification_deliveries_approval_idx" ON "notification_deliveries" ("approval_id");
CREATE INDEX "notification_deliveries_finished_idx" ON "notification_deliveries" ("finished_at") WHERE "finished_at" IS NOT NULL;

-- An id as lib/kernel/ids makes it: 48 bits of time, then random ones, in Crockford's base 32.
CREATE FUNCTION "new_notification_id"() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  alphabet CONSTANT text := '0123456789abcdefghjkmnpqrstvwxyz';
  ms bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
  noise bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
  body text := '';
BEGIN
  FOR i IN 1..10 LOOP
    body := substr(alphabet, (ms % 32)::int + 1, 1) || body;
    ms := ms / 32;
  END LOOP;
  -- The bytes 6 and 8 of a UUID say its kind; the second one stands in for them.
  FOR i IN 0..15 LOOP
    body := body || substr(alphabet, (get_byte(noise, CASE WHEN i IN (6, 8) THEN i + 17 ELSE i END) & 31) + 1, 1);
  END LOOP;
  RETURN 'ntf_' || body;
END $$;

CREATE FUNCTION "notification_facts"("a" "approvals") RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE iso CONSTANT text := 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';
BEGIN
  RETURN jsonb_build_object(
    'id', a."id", 'status', a."status", 'server', a."server_slug", 'agent', a."agent_slug", 'owner', a."agent_owner", 'tool', a."tool",
    'innerTool', a."inner_tool", 'category', a."category", 'risk', a."risk", 'purpose', a."purpose", 'policy', a."policy_slug",
    'policyVersion', a."policy_version", 'rule', a."rule", 'message', a."message", 'approvers', a."approvers", 'votesNeeded', a."votes_needed",
    'createdAt', to_char(a."created_at" AT TIME ZONE 'UTC', iso), 'expiresAt', to_char(a."expires_at" AT TIME ZONE 'UTC', iso),
    'decidedAt', to_char(a."decided_at" AT TIME ZONE 'UTC', iso), 'decidedBy', a."decided_by", 'decidedReason', a."decided_reason");
END $$;

-- One row a channel that hears of it, in the transaction of the change itself.
CREATE FUNCTION "enqueue_notifications"("a" "approvals", "what" text, "due" timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  channel "notification_channels";
  levels CONSTANT text[] := ARRAY['low', 'medium', 'high', 'critical'];
  new_id text;
BEGIN
  FOR channel IN
    SELECT c.* FROM "notification_channels" c
     WHERE c."enabled" AND what = ANY (c."events")
       AND (c."servers" = '{}' OR a."server_slug" = ANY (c."servers"))
       AND coalesce(array_position(levels, a."risk"), 4) >= array_position(levels, c."minimum_risk")
       -- Who hears only of what escalated has no use for the end of what never did.
       AND (what NOT IN ('decided', 'expired') OR NOT 'escalated' = ANY (c."events") OR 'requested' = ANY (c."events")
            OR EXISTS (SELECT 1 FROM "notification_deliveries" d
                        WHERE d."approval_id" = a."id" AND d."channel_id" = c."id" AND d."event" = 'escalated' AND d."attempts" > 0))
     ORDER BY c."id"
  LOOP
    new_id := "new_notification_id"();
    INSERT INTO "notification_deliveries" ("id", "message_id", "channel_id", "channel_name", "channel_kind", "approval_id", "event", "facts", "due_at")
    VALUES (new_id, new_id, channel."id", channel."name", channel."kind", a."id", what, "notification_facts"(a),
      due + CASE WHEN what = 'escalated' THEN make_interval(mins => channel."after_minutes") ELSE interval '0' END);
  END LOOP;
END $$;

CREATE FUNCTION "enqueue_approval_notifications"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM "enqueue_notifications"(NEW, 'requested', clock_timestamp());
    PERFORM "enqueue_notifications"(NEW, 'escalated', clock_timestamp());
    RETURN NULL;
  END IF;
  PERFORM "enqueue_notifications"(NEW, CASE WHEN NEW."status" = 'expired' THEN 'expired' ELSE 'decided' END, clock_timestamp());
  UPDATE "notification_deliveries" SET "status" = 'skipped', "finished_at" = clock_timestamp(), "detail" = 'The request was over before its time.'
   WHERE "approval_id" = NEW."id" AND "event" = 'escalated' AND "status" = 'waiting' AND "attempts" = 0;
  RETURN NULL;
END $$;
CREATE TRIGGER "approvals_enqueue_insert" AFTER INSERT ON "approvals" FOR EACH ROW EXECUTE FUNCTION "enqueue_approval_notifications"();
CREATE TRIGGER "approvals_enqueue_update" AFTER UPDATE OF "status" ON "approvals" FOR EACH ROW
  WHEN (OLD."status" = 'pending' AND NEW."status" <> 'pending') EXECUTE FUNCTION "enqueue_approval_notifications"();
