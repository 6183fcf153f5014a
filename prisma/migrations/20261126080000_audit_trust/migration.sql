-- Trust in the audit trail: signed checkpoints, the chain of changes, and what verifications found.

-- Keys that sign checkpoints. The private half is sealed with the secret key, which the database does not have.
CREATE TABLE "audit_keys" (
  "id" text PRIMARY KEY,
  "public_key" text NOT NULL,
  "private_envelope" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "created_by" text NOT NULL
);

-- `body` is the exact text that was hashed and signed; the other columns repeat what lists need.
CREATE TABLE "audit_checkpoints" (
  "number" bigint PRIMARY KEY CHECK ("number" > 0),
  "at" timestamptz(3) NOT NULL,
  "key_id" text NOT NULL,
  "hash" text NOT NULL,
  "signature" text NOT NULL,
  "rows" bigint NOT NULL,
  "body" text NOT NULL
);

-- The chain of admin_changes, in the order of their commits.
CREATE TABLE "admin_chain" (
  "seq" bigint PRIMARY KEY CHECK ("seq" > 0),
  "change_id" text NOT NULL,
  "previous_hash" text NOT NULL,
  "hash" text NOT NULL
);
CREATE UNIQUE INDEX "admin_chain_change_id_key" ON "admin_chain" ("change_id");

CREATE TABLE "audit_verifications" (
  "id" text PRIMARY KEY,
  "started_at" timestamptz(3) NOT NULL,
  "finished_at" timestamptz(3) NOT NULL,
  "actor_name" text NOT NULL,
  "ok" boolean NOT NULL,
  "report" jsonb NOT NULL
);
CREATE INDEX "audit_verifications_started_at_idx" ON "audit_verifications" ("started_at" DESC);

-- How far the webhook of checkpoints has come; one row an address.
CREATE TABLE "audit_webhooks" (
  "host" text PRIMARY KEY,
  "last_number" bigint NOT NULL DEFAULT 0,
  "failures" integer NOT NULL DEFAULT 0,
  "detail" text,
  "tried_at" timestamptz(3),
  "due_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- Few rows are ever in it, and they are looked for all the time.
CREATE INDEX "audit_outcomes_unknown_idx" ON "audit_outcomes" ("event_at", "event_id") WHERE "outcome" = 'unknown';

-- ------------------------------------------------------------------ the chain of changes

-- Every column as `<bytes>:<text>` or `-`, one a line: no text can pass for another one. The verifier builds the same.
CREATE FUNCTION "admin_change_content"("c" "admin_changes") RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(coalesce(octet_length(f)::text || ':' || f, '-'), E'\n' ORDER BY n)
    FROM unnest(ARRAY[c."id", to_char(c."at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), c."actor_kind", c."actor_id", c."actor_name",
      c."action", c."entity", c."entity_id", c."entity_name", c."before"::text, c."after"::text, c."request_id"]) WITH ORDINALITY AS t(f, n)
$$;

-- At commit and not before: whoever waits here holds every other lock already and nobody waits for a lock behind it.
-- As the owner, because the role that makes changes may not write to the chain itself.
CREATE FUNCTION "chain_admin_change"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  last_seq bigint := 0;
  last_hash text := repeat('0', 64);
  head record;
BEGIN
  PERFORM pg_advisory_xact_lock(4207760045);
  SELECT "seq", "hash" INTO head FROM "admin_chain" ORDER BY "seq" DESC LIMIT 1;
  IF FOUND THEN
    last_seq := head."seq";
    last_hash := head."hash";
  END IF;
  INSERT INTO "admin_chain" ("seq", "change_id", "previous_hash", "hash")
  VALUES (last_seq + 1, NEW."id", last_hash, encode(sha256(convert_to(last_hash || E'\n' || "admin_change_content"(NEW), 'UTF8')), 'hex'));
  RETURN NULL;
END $$;
ALTER FUNCTION "chain_admin_change"() SET search_path FROM CURRENT;

-- What was recorded before there was a chain, in order of time.
DO $$
DECLARE
  last_seq bigint := 0;
  last_hash text := repeat('0', 64);
  change "admin_changes";
  next_hash text;
BEGIN
  FOR change IN SELECT * FROM "admin_changes" ORDER BY "at", "id" LOOP
    next_hash := encode(sha256(convert_to(last_hash || E'\n' || "admin_change_content"(change), 'UTF8')), 'hex');
    last_seq := last_seq + 1;
    INSERT INTO "admin_chain" ("seq", "change_id", "previous_hash", "hash") VALUES (last_seq, change."id", last_hash, next_hash);
    last_hash := next_hash;
  END LOOP;
END $$;

CREATE CONSTRAINT TRIGGER "admin_changes_chain" AFTER INSERT ON "admin_changes" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION "chain_admin_change"();

-- ------------------------------------------------------------------ append-only

CREATE TRIGGER "admin_changes_no_truncate" BEFORE TRUNCATE ON "admin_changes" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "admin_chain_append_only" BEFORE UPDATE OR DELETE ON "admin_chain" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "admin_chain_no_truncate" BEFORE TRUNCATE ON "admin_chain" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_checkpoints_append_only" BEFORE UPDATE OR DELETE ON "audit_checkpoints" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_checkpoints_no_truncate" BEFORE TRUNCATE ON "audit_checkpoints" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_keys_append_only" BEFORE UPDATE OR DELETE ON "audit_keys" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_keys_no_truncate" BEFORE TRUNCATE ON "audit_keys" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

-- Partitions belong to the owner of the trail, whoever asks for them.
ALTER FUNCTION "ensure_audit_partitions"(integer) SECURITY DEFINER;
ALTER FUNCTION "ensure_audit_partitions"(integer) SET search_path FROM CURRENT;
