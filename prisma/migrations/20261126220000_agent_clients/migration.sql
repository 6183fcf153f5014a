-- Which clients each agent came with, and since when: told from the trail while calls are counted, so that a new version of a client can
-- be shown without reading the trail.
CREATE TABLE "agent_clients" (
  "agent_id" text NOT NULL,
  "name" text NOT NULL,
  -- Empty when the client gave none.
  "version" text NOT NULL,
  "first_at" timestamptz(3) NOT NULL,
  PRIMARY KEY ("agent_id", "name", "version")
);
CREATE INDEX "agent_clients_first_at_idx" ON "agent_clients" ("first_at" DESC);

-- What came in the last days is known already, since some time before; reading the whole trail of years would keep an upgrade waiting.
INSERT INTO "agent_clients" ("agent_id", "name", "version", "first_at")
SELECT DISTINCT "agent_id", "client_name", coalesce("client_version", ''), 'epoch'::timestamptz FROM "audit_events"
 WHERE "at" >= now() - interval '14 days' AND "agent_id" IS NOT NULL AND "client_name" IS NOT NULL;
