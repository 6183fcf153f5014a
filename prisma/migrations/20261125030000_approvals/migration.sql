-- Approvals: a call that needs a person, who said what about it, who still waits for the answer, and what stays approved for a while.

CREATE TABLE "approvals" (
  "id" text PRIMARY KEY,
  "status" text NOT NULL DEFAULT 'pending' CHECK ("status" IN ('pending', 'approved', 'denied', 'expired', 'consumed', 'withdrawn', 'stale')),
  -- SHA-256 of `binding`: what was asked for, shown, decided and compared when it is used.
  "digest" text NOT NULL,
  -- SHA-256 of agent, server, tools and arguments alone: the same call under whatever configuration.
  "subject" text NOT NULL,
  "binding" jsonb NOT NULL,
  "agent_id" text NOT NULL,
  "agent_slug" text NOT NULL,
  "agent_owner" text NOT NULL,
  "grant_id" text NOT NULL,
  "server_id" text NOT NULL,
  "server_slug" text NOT NULL,
  "policy_id" text NOT NULL,
  "policy_slug" text NOT NULL,
  "policy_version" integer NOT NULL,
  "tool" text NOT NULL,
  "inner_tool" text,
  "category" text NOT NULL,
  "risk" text NOT NULL,
  "purpose" text,
  "rule" text NOT NULL,
  "message" text,
  -- The steps of the decision's trace that asked for a person; values redacted.
  "trace" jsonb NOT NULL DEFAULT '[]',
  "approvers" jsonb NOT NULL,
  "votes_needed" integer NOT NULL CHECK ("votes_needed" >= 1),
  -- What the policy gives without being told otherwise: 0 is one call.
  "reuse_ms" bigint NOT NULL DEFAULT 0,
  -- Redacted by the policy, then sealed; without `keep_arguments` only until the request is over.
  "arguments_envelope" text,
  "arguments_bytes" integer NOT NULL,
  "keep_arguments" boolean NOT NULL,
  "session" text,
  "client_name" text,
  "client_version" text,
  "source_ip" text,
  -- Identical calls that came while this one waited, the first included.
  "asks" integer NOT NULL DEFAULT 1,
  "created_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "last_asked_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "expires_at" timestamptz(3) NOT NULL,
  "decided_at" timestamptz(3),
  "decided_by" text,
  "decided_reason" text,
  -- An approval that was given waits for its call until here.
  "usable_until" timestamptz(3),
  "finished_at" timestamptz(3),
  "consumed_event" text,
  "differences" jsonb NOT NULL DEFAULT '[]',
  CHECK (("status" IN ('approved', 'consumed')) <= ("usable_until" IS NOT NULL)),
  CHECK (("status" = 'consumed') = ("consumed_event" IS NOT NULL))
);
-- Identical calls share one request, whatever process they reach.
CREATE UNIQUE INDEX "approvals_pending_digest_key" ON "approvals" ("digest") WHERE "status" = 'pending';
CREATE INDEX "approvals_open_digest_idx" ON "approvals" ("digest") WHERE "status" IN ('pending', 'approved');
CREATE INDEX "approvals_due_idx" ON "approvals" (coalesce("usable_until", "expires_at")) WHERE "status" IN ('pending', 'approved');
CREATE INDEX "approvals_open_agent_idx" ON "approvals" ("agent_id") WHERE "status" IN ('pending', 'approved');
CREATE INDEX "approvals_subject_idx" ON "approvals" ("subject", "decided_at" DESC);
CREATE INDEX "approvals_agent_decided_idx" ON "approvals" ("agent_id", "decided_at" DESC) WHERE "decided_at" IS NOT NULL;
CREATE INDEX "approvals_agent_tool_idx" ON "approvals" ("agent_id", "server_id", "tool", "created_at" DESC);

-- What the state machine of lib/domain/approval allows; the database holds to it whoever writes.
CREATE FUNCTION "check_approval_transition"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."digest" <> OLD."digest" OR NEW."subject" <> OLD."subject" OR NEW."binding" <> OLD."binding" THEN
    RAISE EXCEPTION 'what an approval is bound to never changes' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW."status" = OLD."status" THEN RETURN NEW; END IF;
  IF (OLD."status" = 'pending' AND NEW."status" IN ('approved', 'denied', 'expired', 'withdrawn', 'stale'))
     OR (OLD."status" = 'approved' AND NEW."status" IN ('consumed', 'expired', 'withdrawn', 'stale')) THEN
    IF NEW."status" = 'approved' AND (SELECT count(*) FROM "approval_votes" v WHERE v."approval_id" = NEW."id" AND v."vote" = 'approve') < NEW."votes_needed" THEN
      RAISE EXCEPTION 'an approval needs % different people', NEW."votes_needed" USING ERRCODE = 'check_violation';
    END IF;
    IF NEW."status" <> 'approved' THEN
      NEW."finished_at" := coalesce(NEW."finished_at", clock_timestamp());
      IF NOT NEW."keep_arguments" THEN NEW."arguments_envelope" := NULL; END IF;
    END IF;
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an approval that is % cannot become %', OLD."status", NEW."status" USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER "approvals_transition" BEFORE UPDATE ON "approvals" FOR EACH ROW EXECUTE FUNCTION "check_approval_transition"();

-- Held calls and live pages on every node hear of a change. Approvals come at the pace of people, so the lock that NOTIFY takes at commit costs nothing.
CREATE FUNCTION "notify_approval"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('callgate_approvals', json_build_object('id', NEW."id", 'status', NEW."status", 'server', NEW."server_slug", 'agent', NEW."agent_slug",
    'tool', NEW."tool", 'risk', NEW."risk")::text);
  RETURN NULL;
END $$;
CREATE TRIGGER "approvals_notify_insert" AFTER INSERT ON "approvals" FOR EACH ROW EXECUTE FUNCTION "notify_approval"();
CREATE TRIGGER "approvals_notify_update" AFTER UPDATE ON "approvals" FOR EACH ROW
  WHEN (OLD."status" IS DISTINCT FROM NEW."status" OR OLD."asks" IS DISTINCT FROM NEW."asks") EXECUTE FUNCTION "notify_approval"();

-- ------------------------------------------------------------------ votes

CREATE TABLE "approval_votes" (
  "approval_id" text NOT NULL REFERENCES "approvals" ("id") ON DELETE CASCADE,
  "voter_id" text NOT NULL,
  "voter_kind" text NOT NULL CHECK ("voter_kind" IN ('user', 'key')),
  "voter_name" text NOT NULL,
  "voter_email" text,
  "vote" text NOT NULL CHECK ("vote" IN ('approve', 'deny')),
  "reason" text,
  -- For how long this person lets the same arguments stay approved; 0 is one call.
  "reuse_ms" bigint NOT NULL DEFAULT 0,
  -- The digest of what was shown.
  "digest" text NOT NULL,
  "at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- One person, one vote.
  PRIMARY KEY ("approval_id", "voter_id")
);

-- Nobody votes on a call of their own agent, past the API neither.
CREATE FUNCTION "refuse_own_vote"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE email text;
BEGIN
  SELECT lower(u."email") INTO email FROM "users" u WHERE u."id" = NEW."voter_id";
  IF EXISTS (
    SELECT 1 FROM "approvals" a LEFT JOIN "agents" g ON g."id" = a."agent_id"
     WHERE a."id" = NEW."approval_id" AND (lower(a."agent_owner") IN (email, lower(NEW."voter_email")) OR lower(g."owner") IN (email, lower(NEW."voter_email")))
  ) THEN
    RAISE EXCEPTION 'nobody approves the calls of their own agent' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "approval_votes_not_own" BEFORE INSERT OR UPDATE ON "approval_votes" FOR EACH ROW EXECUTE FUNCTION "refuse_own_vote"();
CREATE TRIGGER "approval_votes_append_only" BEFORE UPDATE ON "approval_votes" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

-- A vote is news, too: one of two has agreed.
CREATE FUNCTION "notify_approval_vote"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('callgate_approvals', (SELECT json_build_object('id', a."id", 'status', a."status", 'server', a."server_slug", 'agent', a."agent_slug",
    'tool', a."tool", 'risk', a."risk")::text FROM "approvals" a WHERE a."id" = NEW."approval_id"));
  RETURN NULL;
END $$;
CREATE TRIGGER "approval_votes_notify" AFTER INSERT ON "approval_votes" FOR EACH ROW EXECUTE FUNCTION "notify_approval_vote"();

-- ------------------------------------------------------------------ held calls

-- One row a held call, with a sign of life every few seconds: whether the agent still waits. Gone with the call; a dead node's rows fall silent.
CREATE TABLE "approval_holds" (
  "id" text PRIMARY KEY,
  "approval_id" text NOT NULL REFERENCES "approvals" ("id") ON DELETE CASCADE,
  "node" text NOT NULL,
  "started_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "until" timestamptz(3) NOT NULL,
  "last_seen_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX "approval_holds_approval_id_idx" ON "approval_holds" ("approval_id");

-- ------------------------------------------------------------------ exceptions

-- What an approval for a while leaves behind: the same call again, without asking, until it ends or is revoked.
CREATE TABLE "approval_exceptions" (
  "id" text PRIMARY KEY,
  "approval_id" text NOT NULL REFERENCES "approvals" ("id"),
  "digest" text NOT NULL,
  "agent_id" text NOT NULL,
  "agent_slug" text NOT NULL,
  "server_id" text NOT NULL,
  "server_slug" text NOT NULL,
  "policy_slug" text NOT NULL,
  "tool" text NOT NULL,
  "inner_tool" text,
  "risk" text NOT NULL,
  "reason" text,
  "created_by" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "expires_at" timestamptz(3) NOT NULL,
  "revoked_at" timestamptz(3),
  "revoked_by" text,
  "revoke_reason" text,
  "uses" integer NOT NULL DEFAULT 0,
  "last_used_at" timestamptz(3),
  "last_event" text
);
CREATE UNIQUE INDEX "approval_exceptions_approval_id_key" ON "approval_exceptions" ("approval_id");
CREATE INDEX "approval_exceptions_digest_idx" ON "approval_exceptions" ("digest", "expires_at" DESC);
CREATE INDEX "approval_exceptions_agent_idx" ON "approval_exceptions" ("agent_id", "created_at" DESC);
