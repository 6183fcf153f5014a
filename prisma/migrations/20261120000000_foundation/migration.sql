-- The foundation: people, servers, tools, policies, agents, grants, the audit ledger and its counters.
-- Ids are prefixed ULIDs made by the application; times are timestamptz; enumerations are text with a CHECK,
-- so that a new value is one small migration and every client reads plain strings.

-- ------------------------------------------------------------------ configuration version

-- One row that every change of configuration increments inside its own transaction: a node that reads version N
-- has seen every change up to N. A sequence would be visible before the change that drew from it commits.
CREATE TABLE "config_version" (
  "id" integer PRIMARY KEY DEFAULT 1 CHECK ("id" = 1),
  "version" bigint NOT NULL DEFAULT 1
);
INSERT INTO "config_version" ("id") VALUES (1);

CREATE FUNCTION "bump_config_version"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE v bigint;
BEGIN
  UPDATE "config_version" SET "version" = "version" + 1 WHERE "id" = 1 RETURNING "version" INTO v;
  PERFORM pg_notify('callgate_config', v::text);
  RETURN NULL;
END $$;

-- ------------------------------------------------------------------ people

CREATE TABLE "users" (
  "id" text PRIMARY KEY,
  "email" text NOT NULL,
  "name" text NOT NULL,
  "role" text NOT NULL CHECK ("role" IN ('viewer', 'author', 'approver', 'admin')),
  "password_hash" text NOT NULL,
  "status" text NOT NULL DEFAULT 'active' CHECK ("status" IN ('active', 'disabled')),
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  "last_seen_at" timestamptz(3)
);
CREATE UNIQUE INDEX "users_email_key" ON "users" (lower("email"));

-- A console session is a random 256-bit reference; only its SHA-256 is kept.
CREATE TABLE "sessions" (
  "id" text PRIMARY KEY,
  "token_hash" text NOT NULL,
  "user_id" text NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  "last_seen_at" timestamptz(3) NOT NULL DEFAULT now(),
  "expires_at" timestamptz(3) NOT NULL,
  "user_agent" text,
  "ip" text
);
CREATE UNIQUE INDEX "sessions_token_hash_key" ON "sessions" ("token_hash");
CREATE INDEX "sessions_user_id_idx" ON "sessions" ("user_id");

-- One bucket an account and one a source address; survives restarts so that a guesser gains nothing by waiting for one.
CREATE TABLE "sign_in_throttle" (
  "key" text PRIMARY KEY,
  "failures" integer NOT NULL DEFAULT 0,
  "blocked_until" timestamptz(3),
  "updated_at" timestamptz(3) NOT NULL DEFAULT now()
);

-- The one-time set-up code and other small facts of the installation.
CREATE TABLE "settings" (
  "key" text PRIMARY KEY,
  "value" jsonb NOT NULL,
  "updated_at" timestamptz(3) NOT NULL DEFAULT now()
);

-- ------------------------------------------------------------------ servers and tools

CREATE TABLE "servers" (
  "id" text PRIMARY KEY,
  "slug" text NOT NULL,
  "name" text NOT NULL,
  "transport" text NOT NULL CHECK ("transport" IN ('http', 'sse', 'stdio')),
  "url" text,
  "command" text,
  "args" jsonb NOT NULL DEFAULT '[]',
  "status" text NOT NULL DEFAULT 'active' CHECK ("status" IN ('active', 'disabled')),
  "keep_arguments" boolean NOT NULL DEFAULT true,
  -- Changes with address or secrets; pools and children of another revision are let go.
  "revision" text NOT NULL,
  "protocol_version" text,
  "server_info" jsonb,
  "instructions" text,
  "last_sync_at" timestamptz(3),
  "last_sync_error" text,
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  "updated_at" timestamptz(3) NOT NULL DEFAULT now(),
  CHECK (("transport" = 'stdio') = ("command" IS NOT NULL)),
  CHECK (("transport" = 'stdio') = ("url" IS NULL))
);
CREATE UNIQUE INDEX "servers_slug_key" ON "servers" ("slug");

-- Write-only secrets: AES-256-GCM envelopes `v1.kid.iv.ct.tag` bound to table, row, field and version.
CREATE TABLE "server_secrets" (
  "id" text PRIMARY KEY,
  "server_id" text NOT NULL REFERENCES "servers" ("id") ON DELETE CASCADE,
  "kind" text NOT NULL CHECK ("kind" IN ('env', 'header')),
  "name" text NOT NULL,
  "envelope" text NOT NULL,
  "fingerprint" text NOT NULL,
  "set_by" text NOT NULL,
  "set_at" timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX "server_secrets_server_id_kind_name_key" ON "server_secrets" ("server_id", "kind", "name");

CREATE TABLE "tools" (
  "id" text PRIMARY KEY,
  "server_id" text NOT NULL REFERENCES "servers" ("id") ON DELETE CASCADE,
  "name" text NOT NULL,
  "title" text,
  "description" text,
  -- The approved definition: what agents see and what the gateway compares live definitions with.
  "definition" jsonb NOT NULL,
  "digest" text NOT NULL,
  -- The definition that the server announces now, when it differs from the approved one.
  "changed_definition" jsonb,
  "changed_digest" text,
  "category" text NOT NULL CHECK ("category" IN ('read', 'write', 'execute', 'destructive', 'financial')),
  "risk" text NOT NULL CHECK ("risk" IN ('low', 'medium', 'high', 'critical')),
  "reasons" jsonb NOT NULL DEFAULT '[]',
  "confidence" text NOT NULL DEFAULT 'low',
  "findings" jsonb NOT NULL DEFAULT '[]',
  "dispatch" jsonb,
  "manual_category" text CHECK ("manual_category" IN ('read', 'write', 'execute', 'destructive', 'financial')),
  "manual_risk" text CHECK ("manual_risk" IN ('low', 'medium', 'high', 'critical')),
  "manual_reason" text,
  "manual_by" text,
  "manual_at" timestamptz(3),
  "status" text NOT NULL CHECK ("status" IN ('active', 'pending', 'quarantined')),
  -- Set while the server no longer announces the tool; it is neither listed nor callable then.
  "removed_at" timestamptz(3),
  "first_seen_at" timestamptz(3) NOT NULL DEFAULT now(),
  "last_seen_at" timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX "tools_server_id_name_key" ON "tools" ("server_id", "name");

-- ------------------------------------------------------------------ policies

CREATE TABLE "policies" (
  "id" text PRIMARY KEY,
  "server_id" text NOT NULL REFERENCES "servers" ("id") ON DELETE CASCADE,
  "slug" text NOT NULL,
  "name" text NOT NULL,
  "draft_text" text,
  "draft_base_version" integer,
  "draft_updated_at" timestamptz(3),
  "draft_updated_by" text,
  "live_version" integer,
  "created_at" timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX "policies_server_id_slug_key" ON "policies" ("server_id", "slug");

CREATE TABLE "policy_versions" (
  "id" text PRIMARY KEY,
  "policy_id" text NOT NULL REFERENCES "policies" ("id") ON DELETE CASCADE,
  "version" integer NOT NULL,
  "text" text NOT NULL,
  "text_sha256" text NOT NULL,
  "compiled" text NOT NULL,
  "compiled_sha256" text NOT NULL,
  "comment" text,
  "restored_from" integer,
  "published_by" text NOT NULL,
  "published_at" timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX "policy_versions_policy_id_version_key" ON "policy_versions" ("policy_id", "version");

-- ------------------------------------------------------------------ agents and grants

CREATE TABLE "agents" (
  "id" text PRIMARY KEY,
  "slug" text NOT NULL,
  "name" text NOT NULL,
  -- The person who answers for the agent, by e-mail address.
  "owner" text NOT NULL,
  "purpose" text,
  "environment" text,
  "labels" jsonb NOT NULL DEFAULT '{}',
  "status" text NOT NULL DEFAULT 'active' CHECK ("status" IN ('active', 'suspended')),
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  "updated_at" timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX "agents_slug_key" ON "agents" ("slug");

CREATE TABLE "grants" (
  "id" text PRIMARY KEY,
  "agent_id" text NOT NULL REFERENCES "agents" ("id"),
  "server_id" text NOT NULL REFERENCES "servers" ("id") ON DELETE CASCADE,
  "policy_id" text REFERENCES "policies" ("id") ON DELETE SET NULL,
  "label" text,
  "scopes" jsonb NOT NULL DEFAULT '[]',
  "purpose" text,
  "not_before" timestamptz(3),
  "expires_at" timestamptz(3),
  "status" text NOT NULL DEFAULT 'active' CHECK ("status" IN ('active', 'revoked')),
  "revoked_at" timestamptz(3),
  "revoked_by" text,
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  "created_by" text NOT NULL
);
CREATE INDEX "grants_agent_id_idx" ON "grants" ("agent_id");
CREATE INDEX "grants_server_id_idx" ON "grants" ("server_id");

-- The token itself is never stored. A rotated token stays until `valid_until`.
CREATE TABLE "grant_tokens" (
  "id" text PRIMARY KEY,
  "grant_id" text NOT NULL REFERENCES "grants" ("id") ON DELETE CASCADE,
  "token_hash" text NOT NULL,
  "last_four" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  "valid_until" timestamptz(3)
);
CREATE UNIQUE INDEX "grant_tokens_token_hash_key" ON "grant_tokens" ("token_hash");
CREATE INDEX "grant_tokens_grant_id_idx" ON "grant_tokens" ("grant_id");

-- What is learnt from use; apart from `grants`, so that use does not count as a change of configuration.
CREATE TABLE "grant_usage" (
  "grant_id" text PRIMARY KEY REFERENCES "grants" ("id") ON DELETE CASCADE,
  "last_used_at" timestamptz(3) NOT NULL,
  "client_name" text,
  "client_version" text,
  "source_ip" text
);

-- ------------------------------------------------------------------ changes by people and keys

-- Every change through console or API: who, what, before and after, in the transaction of the change itself.
CREATE TABLE "admin_changes" (
  "id" text PRIMARY KEY,
  "at" timestamptz(3) NOT NULL DEFAULT now(),
  "actor_kind" text NOT NULL,
  "actor_id" text NOT NULL,
  "actor_name" text NOT NULL,
  "action" text NOT NULL,
  "entity" text NOT NULL,
  "entity_id" text NOT NULL,
  "entity_name" text,
  "before" jsonb,
  "after" jsonb,
  "request_id" text
);
CREATE INDEX "admin_changes_at_idx" ON "admin_changes" ("at" DESC, "id" DESC);

CREATE TABLE "idempotency_keys" (
  "key" text NOT NULL,
  "actor_id" text NOT NULL,
  "request_sha256" text NOT NULL,
  "status" integer,
  "response" jsonb,
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("actor_id", "key")
);

-- ------------------------------------------------------------------ the ledger

-- One row an incarnation of a writing process. A writer holds the advisory lock of its number while it lives.
CREATE TABLE "writers" (
  "id" text PRIMARY KEY,
  "lock_key" bigint NOT NULL,
  "node" text NOT NULL,
  "started_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "last_seen_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "previous_writer" text,
  "previous_hash" text,
  -- How far the chain had come at the last sign of life; the rows before it must exist.
  "last_seq" bigint NOT NULL DEFAULT 0,
  "last_hash" text NOT NULL,
  -- Every event of this writer below this sequence has its outcome: where a search for unsettled ones starts.
  "unsettled_from" bigint NOT NULL DEFAULT 1,
  -- The living incarnation that answers for this one's unsettled events: itself, or its successor in the same process.
  "owner" text NOT NULL,
  "closed_at" timestamptz(3),
  -- Set when the owner is gone and nothing of this writer is left without an outcome.
  "swept_at" timestamptz(3)
);
CREATE INDEX "writers_unswept_idx" ON "writers" ("owner") WHERE "swept_at" IS NULL;

-- One row a counter. The window lies in the row: a row per window would be history that the audit trail already has.
CREATE TABLE "counters" (
  "key" text PRIMARY KEY,
  "policy_id" text NOT NULL,
  "counter" text NOT NULL,
  "scope" text NOT NULL,
  "scope_key" text NOT NULL,
  "rule" text NOT NULL,
  "window" text NOT NULL,
  "window_start" timestamptz(3) NOT NULL,
  "window_end" timestamptz(3) NOT NULL,
  -- Amounts may have decimals; the ledger counts them to six places, and whole numbers exactly to 2^53.
  "used" double precision NOT NULL DEFAULT 0 CHECK ("used" >= 0),
  "max" double precision NOT NULL,
  -- Sliding windows only: [[epoch milliseconds, amount], ...], oldest first.
  "log" jsonb,
  "updated_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX "counters_policy_id_idx" ON "counters" ("policy_id");

-- The intent of a call before it is forwarded, or its refusal before it is answered. Never updated, never deleted
-- but by dropping a whole partition. Chained per writer: hash = SHA-256(previous hash, canonical content).
CREATE TABLE "audit_events" (
  "id" text NOT NULL,
  "at" timestamptz(3) NOT NULL,
  "writer" text NOT NULL,
  "seq" bigint NOT NULL,
  "previous_hash" text NOT NULL,
  "hash" text NOT NULL,
  "method" text NOT NULL,
  "decision" text NOT NULL,
  "reason" text NOT NULL,
  "rule" text NOT NULL,
  "message" text,
  "server_id" text,
  "server_slug" text,
  "agent_id" text,
  "agent_slug" text,
  "grant_id" text,
  "policy_id" text,
  "policy_slug" text,
  "policy_version" integer,
  "tool" text,
  "inner_tool" text,
  "category" text,
  "risk" text,
  "definition_digest" text,
  "arguments_hmac" text,
  "arguments_envelope" text,
  "arguments_bytes" integer,
  "session" text,
  "client_name" text,
  "client_version" text,
  "source_ip" text,
  "rpc_id" jsonb,
  "trace" jsonb NOT NULL DEFAULT '[]',
  "charges" jsonb NOT NULL DEFAULT '[]',
  -- true when the call was let through to be forwarded: a row in audit_outcomes has to follow.
  "expects_outcome" boolean NOT NULL DEFAULT false,
  PRIMARY KEY ("at", "id")
) PARTITION BY RANGE ("at");
-- Every index here is paid for by each call. An event is found by its id through the primary key, because the id carries its time.
CREATE INDEX "audit_events_writer_seq_idx" ON "audit_events" ("writer", "seq");
CREATE INDEX "audit_events_decision_at_idx" ON "audit_events" ("decision", "at" DESC, "id" DESC);
CREATE INDEX "audit_events_grant_at_idx" ON "audit_events" ("grant_id", "at" DESC, "id" DESC);

-- How a forwarded call ended: a row of its own in the same chain, because the intent is never touched again.
CREATE TABLE "audit_outcomes" (
  "event_id" text NOT NULL,
  "event_at" timestamptz(3) NOT NULL,
  "at" timestamptz(3) NOT NULL,
  "writer" text NOT NULL,
  "seq" bigint NOT NULL,
  "previous_hash" text NOT NULL,
  "hash" text NOT NULL,
  "outcome" text NOT NULL,
  "http_status" integer,
  "upstream_ms" double precision,
  "gateway_ms" double precision,
  "result_bytes" integer,
  "note" text,
  PRIMARY KEY ("event_at", "event_id", "writer", "seq")
) PARTITION BY RANGE ("event_at");
CREATE INDEX "audit_outcomes_writer_seq_idx" ON "audit_outcomes" ("writer", "seq");

CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- Partitions are months; they are made ahead of time at start and daily, and a default one catches what no month holds.
CREATE FUNCTION "ensure_audit_partitions"("months_ahead" integer DEFAULT 2) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  first date := date_trunc('month', (clock_timestamp() AT TIME ZONE 'UTC'))::date;
  m integer; lo text; hi text; suffix text; made integer := 0; parent text;
BEGIN
  PERFORM pg_advisory_xact_lock(4207760043);
  FOR m IN 0 .. "months_ahead" LOOP
    lo := to_char(first + make_interval(months => m), 'YYYY-MM-DD') || ' 00:00:00+00';
    hi := to_char(first + make_interval(months => m + 1), 'YYYY-MM-DD') || ' 00:00:00+00';
    suffix := to_char(first + make_interval(months => m), 'YYYYMM');
    FOREACH parent IN ARRAY ARRAY['audit_events', 'audit_outcomes'] LOOP
      IF to_regclass(format('%I', parent || '_' || suffix)) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', parent || '_' || suffix, parent, lo, hi);
        -- Row triggers come down from the parent; a statement trigger does not.
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', parent || '_' || suffix || '_no_truncate', parent || '_' || suffix);
        made := made + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;
SELECT "ensure_audit_partitions"(2);
CREATE TABLE "audit_events_default" PARTITION OF "audit_events" DEFAULT;
CREATE TABLE "audit_outcomes_default" PARTITION OF "audit_outcomes" DEFAULT;
CREATE TRIGGER "audit_events_default_no_truncate" BEFORE TRUNCATE ON "audit_events_default" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_outcomes_default_no_truncate" BEFORE TRUNCATE ON "audit_outcomes_default" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

CREATE TRIGGER "audit_events_append_only" BEFORE UPDATE OR DELETE ON "audit_events" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_outcomes_append_only" BEFORE UPDATE OR DELETE ON "audit_outcomes" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_events_no_truncate" BEFORE TRUNCATE ON "audit_events" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_outcomes_no_truncate" BEFORE TRUNCATE ON "audit_outcomes" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "admin_changes_append_only" BEFORE UPDATE OR DELETE ON "admin_changes" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "policy_versions_immutable" BEFORE UPDATE ON "policy_versions" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

-- ------------------------------------------------------------------ what counts as a change of configuration

CREATE TRIGGER "servers_bump" AFTER INSERT OR UPDATE OR DELETE ON "servers" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();
CREATE TRIGGER "server_secrets_bump" AFTER INSERT OR UPDATE OR DELETE ON "server_secrets" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();
CREATE TRIGGER "tools_bump" AFTER INSERT OR UPDATE OR DELETE ON "tools" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();
CREATE TRIGGER "policies_live_bump" AFTER UPDATE OF "live_version" ON "policies" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();
CREATE TRIGGER "policies_bump" AFTER INSERT OR DELETE ON "policies" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();
CREATE TRIGGER "agents_bump" AFTER INSERT OR UPDATE OR DELETE ON "agents" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();
CREATE TRIGGER "grants_bump" AFTER INSERT OR UPDATE OR DELETE ON "grants" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();
CREATE TRIGGER "grant_tokens_bump" AFTER INSERT OR UPDATE OR DELETE ON "grant_tokens" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();
-- An owner who is switched off stops every agent; other changes of a person (last seen) do not concern the gateway.
CREATE TRIGGER "users_status_bump" AFTER UPDATE OF "status" ON "users" FOR EACH STATEMENT EXECUTE FUNCTION "bump_config_version"();
