-- Credentials of servers that are more than fixed headers: authorized by a person (OAuth), by a client of its own (client
-- credentials), or other headers for one agent. The one without an agent is the server's.
CREATE TABLE "upstream_connections" (
  "id" text PRIMARY KEY,
  "server_id" text NOT NULL REFERENCES "servers" ("id") ON DELETE CASCADE,
  "agent_id" text REFERENCES "agents" ("id") ON DELETE CASCADE,
  "kind" text NOT NULL CHECK ("kind" IN ('oauth', 'client_credentials', 'headers')),
  "status" text NOT NULL CHECK ("status" IN ('disconnected', 'connected', 'needs_reconnect')),
  -- Changes whenever another credential is meant; tokens that are renewed leave it as it is.
  "revision" text NOT NULL,
  -- What an administrator typed. The secret is sealed; headers of kind `headers` are sealed in "envelope".
  "client_id" text,
  "client_envelope" text,
  "asked_scopes" text,
  "set_by" text NOT NULL,
  "set_at" timestamptz(3) NOT NULL,
  -- Whom the tokens are of and what they are for (OAuthParty); the sealed tokens open for these alone.
  "party" jsonb,
  "envelope" text,
  "scopes" text,
  "access_expires_at" timestamptz(3),
  "connected_by" text,
  "connected_at" timestamptz(3),
  "refreshed_at" timestamptz(3),
  -- Counts renewals: whoever saw an older token finds the newer one instead of renewing again.
  "token_version" integer NOT NULL DEFAULT 0,
  -- One node renews at a time; a lease that ran out belongs to nobody.
  "lease_until" timestamptz(3),
  -- What the server asked for and the token does not have.
  "needed_scopes" text,
  "last_error" text
);
CREATE UNIQUE INDEX "upstream_connections_server_key" ON "upstream_connections" ("server_id") WHERE "agent_id" IS NULL;
CREATE UNIQUE INDEX "upstream_connections_server_id_agent_id_key" ON "upstream_connections" ("server_id", "agent_id");
CREATE INDEX "upstream_connections_agent_id_idx" ON "upstream_connections" ("agent_id");
CREATE TRIGGER "upstream_connections_bump" AFTER INSERT OR DELETE OR UPDATE OF "revision" ON "upstream_connections" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();

-- Authorizations that wait for a person to come back. Deleted by the first return, whatever it says.
CREATE TABLE "upstream_attempts" (
  "state_hash" text PRIMARY KEY,
  "connection_id" text NOT NULL REFERENCES "upstream_connections" ("id") ON DELETE CASCADE,
  "revision" text NOT NULL,
  "user_id" text NOT NULL,
  "session_id" text NOT NULL,
  "envelope" text NOT NULL,
  "expires_at" timestamptz(3) NOT NULL
);
CREATE INDEX "upstream_attempts_connection_id_idx" ON "upstream_attempts" ("connection_id");
