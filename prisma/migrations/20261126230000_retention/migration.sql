-- Retention of the audit trail by whole months, and legal holds that keep months from it.

-- One row. Without days everything is kept.
CREATE TABLE "audit_retention" (
  "id" integer PRIMARY KEY DEFAULT 1 CHECK ("id" = 1),
  "days" integer CHECK ("days" >= 30),
  "changed_at" timestamptz(3),
  "changed_by" text,
  "reason" text,
  -- The last look at what is due, why nothing could be removed then, and when to try again.
  "looked_at" timestamptz(3),
  "problem" text,
  "retry_at" timestamptz(3)
);
INSERT INTO "audit_retention" ("id") VALUES (1);

-- What must not be removed: a stretch of time, of everybody or of one agent. Open ends are null.
CREATE TABLE "legal_holds" (
  "id" text PRIMARY KEY,
  "agent_id" text,
  "agent_slug" text,
  "starts_at" timestamptz(3),
  "ends_at" timestamptz(3),
  "reason" text NOT NULL,
  "placed_at" timestamptz(3) NOT NULL,
  "placed_by_id" text NOT NULL,
  "placed_by" text NOT NULL,
  "lifted_at" timestamptz(3),
  "lifted_by" text,
  "lift_reason" text,
  CHECK ("starts_at" < "ends_at")
);
CREATE INDEX "legal_holds_standing_idx" ON "legal_holds" ("placed_at") WHERE "lifted_at" IS NULL;

-- What was removed, for lists; the signed word on it is the tombstone with this number.
CREATE TABLE "audit_removals" (
  "month" text PRIMARY KEY,
  "starts_at" timestamptz(3) NOT NULL,
  "ends_at" timestamptz(3) NOT NULL,
  "removed_at" timestamptz(3) NOT NULL,
  "checkpoint" bigint NOT NULL,
  "events" bigint NOT NULL,
  "outcomes" bigint NOT NULL,
  "days" integer NOT NULL,
  "ordered_by" text NOT NULL
);

-- A hold is lifted once and otherwise stays as it was placed.
CREATE FUNCTION "guard_legal_hold"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD."lifted_at" IS NOT NULL OR NEW."lifted_at" IS NULL
     OR (NEW."id", NEW."agent_id", NEW."agent_slug", NEW."starts_at", NEW."ends_at", NEW."reason", NEW."placed_at", NEW."placed_by_id", NEW."placed_by")
        IS DISTINCT FROM
        (OLD."id", OLD."agent_id", OLD."agent_slug", OLD."starts_at", OLD."ends_at", OLD."reason", OLD."placed_at", OLD."placed_by_id", OLD."placed_by") THEN
    RAISE EXCEPTION 'a legal hold is lifted once and never changed or deleted' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "legal_holds_guard" BEFORE UPDATE OR DELETE ON "legal_holds" FOR EACH ROW EXECUTE FUNCTION "guard_legal_hold"();
CREATE TRIGGER "legal_holds_no_truncate" BEFORE TRUNCATE ON "legal_holds" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_removals_append_only" BEFORE UPDATE OR DELETE ON "audit_removals" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_removals_no_truncate" BEFORE TRUNCATE ON "audit_removals" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

-- The months that have partitions, oldest first, with their size on the disk. The default partition is none of them.
CREATE FUNCTION "audit_months"() RETURNS TABLE ("month" text, "starts_at" timestamptz, "ends_at" timestamptz, "bytes" bigint)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
  SELECT m."month", m."starts"::timestamp AT TIME ZONE 'UTC', (m."starts" + interval '1 month')::timestamp AT TIME ZONE 'UTC', m."bytes"
    FROM (SELECT to_char(to_date(right(c.relname, 6), 'YYYYMM'), 'YYYY-MM') AS "month", to_date(right(c.relname, 6), 'YYYYMM') AS "starts",
                 sum(pg_total_relation_size(c.oid))::bigint AS "bytes"
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
           WHERE i.inhparent IN ('audit_events'::regclass, 'audit_outcomes'::regclass) AND c.relname ~ '^audit_(events|outcomes)_[0-9]{6}$'
           GROUP BY 1, 2) m ORDER BY m."month"
$$;

-- Keeps the rows of a month as they are until the transaction ends; other months go on.
CREATE FUNCTION "lock_audit_month"("p_month" text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF "p_month" !~ '^[0-9]{4}-(0[1-9]|1[0-2])$' OR to_regclass(format('%I', 'audit_events_' || replace("p_month", '-', ''))) IS NULL THEN
    RAISE EXCEPTION 'there is no month % to remove', "p_month" USING ERRCODE = 'undefined_table';
  END IF;
  EXECUTE format('LOCK TABLE %I, %I IN SHARE ROW EXCLUSIVE MODE',
    'audit_events_' || replace("p_month", '-', ''), 'audit_outcomes_' || replace("p_month", '-', ''));
END $$;

-- The only way in which rows leave the trail: a whole month, past retention, under no hold, settled, counted, and named row by row by the
-- tombstone of this transaction. Raises with P0001 and the reason otherwise. What asks may do nothing more than ask.
CREATE FUNCTION "remove_audit_month"("p_month" text, "p_checkpoint" bigint, OUT "events" bigint, OUT "outcomes" bigint)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  lo timestamptz;
  hi timestamptz;
  setting "audit_retention";
  removed jsonb;
  missed bigint;
BEGIN
  PERFORM "lock_audit_month"("p_month");
  lo := ("p_month" || '-01')::date::timestamp AT TIME ZONE 'UTC';
  hi := (("p_month" || '-01')::date + interval '1 month')::timestamp AT TIME ZONE 'UTC';
  SELECT * INTO setting FROM "audit_retention" WHERE "id" = 1 FOR SHARE;
  IF setting."days" IS NULL OR hi > clock_timestamp() - make_interval(days => setting."days") THEN
    RAISE EXCEPTION 'the month is not past retention';
  END IF;
  -- Nobody places a hold while this decides.
  LOCK TABLE "legal_holds" IN SHARE MODE;
  IF EXISTS (SELECT 1 FROM "legal_holds" h
              WHERE h."lifted_at" IS NULL AND coalesce(h."starts_at", '-infinity') < hi AND coalesce(h."ends_at", 'infinity') > lo
                AND (h."agent_id" IS NULL
                  OR EXISTS (SELECT 1 FROM "audit_events" e WHERE e."at" >= lo AND e."at" < hi AND e."agent_id" = h."agent_id"))) THEN
    RAISE EXCEPTION 'a legal hold keeps the month';
  END IF;
  IF EXISTS (SELECT 1 FROM "audit_events" e WHERE e."at" >= lo AND e."at" < hi AND e."expects_outcome"
              AND NOT EXISTS (SELECT 1 FROM "audit_outcomes" o WHERE o."event_at" = e."at" AND o."event_id" = e."id")) THEN
    RAISE EXCEPTION 'calls of the month have no outcome yet';
  END IF;
  SELECT c."body"::jsonb -> 'removed' INTO removed FROM "audit_checkpoints" c WHERE c."number" = "p_checkpoint";
  IF removed IS NULL OR removed ->> 'month' <> "p_month" THEN
    RAISE EXCEPTION 'no tombstone names the month';
  END IF;
  SELECT count(*) INTO "events" FROM "audit_events" e WHERE e."at" >= lo AND e."at" < hi;
  SELECT count(*) INTO "outcomes" FROM "audit_outcomes" o WHERE o."event_at" >= lo AND o."event_at" < hi;
  SELECT count(*) INTO missed FROM (
    SELECT own."writer", min(own."seq"), max(own."seq") FROM (
      SELECT r."writer", r."seq", r."seq" - row_number() OVER (PARTITION BY r."writer" ORDER BY r."seq") AS island FROM (
        SELECT e."writer", e."seq" FROM "audit_events" e WHERE e."at" >= lo AND e."at" < hi
        UNION ALL SELECT o."writer", o."seq" FROM "audit_outcomes" o WHERE o."event_at" >= lo AND o."event_at" < hi) r) own
     GROUP BY own."writer", own.island
    EXCEPT SELECT n."writer", n."from", n."to" FROM jsonb_to_recordset(removed -> 'ranges') AS n("writer" text, "from" bigint, "to" bigint)) others;
  IF missed > 0 OR "events" + "outcomes" <> (
       SELECT coalesce(sum(n."to" - n."from" + 1), 0) FROM jsonb_to_recordset(removed -> 'ranges') AS n("from" bigint, "to" bigint)) THEN
    RAISE EXCEPTION 'the tombstone does not name exactly the rows of the month';
  END IF;
  -- Whoever counts waits, and finds numbers and rows gone together.
  PERFORM pg_advisory_xact_lock(4207760090);
  IF EXISTS (SELECT 1 FROM jsonb_to_recordset(removed -> 'ranges') AS n("writer" text, "to" bigint)
               LEFT JOIN "call_count_cursors" c ON c."writer" = n."writer"
              WHERE c."done" IS NOT TRUE AND coalesce(c."seq", 0) < n."to") THEN
    RAISE EXCEPTION 'calls of the month are not counted yet';
  END IF;
  DELETE FROM "call_counts_5m" WHERE "bucket" >= lo AND "bucket" < hi;
  DELETE FROM "call_counts_hour" WHERE "bucket" >= lo AND "bucket" < hi;
  DELETE FROM "call_counts_day" WHERE "bucket" >= lo AND "bucket" < hi;
  DELETE FROM "call_latencies" WHERE "bucket" >= lo AND "bucket" < hi;
  DELETE FROM "call_profiles" p WHERE NOT EXISTS (SELECT 1 FROM "call_counts_day" d WHERE d."profile" = p."id");
  INSERT INTO "audit_removals" ("month", "starts_at", "ends_at", "removed_at", "checkpoint", "events", "outcomes", "days", "ordered_by")
  VALUES ("p_month", lo, hi, clock_timestamp(), "p_checkpoint", "events", "outcomes", setting."days", coalesce(setting."changed_by", ''));
  -- Last, because from here on nobody can write until the transaction ends.
  EXECUTE format('DROP TABLE %I, %I', 'audit_events_' || replace("p_month", '-', ''), 'audit_outcomes_' || replace("p_month", '-', ''));
END $$;

-- Tables that a caller makes for itself are looked at last: nothing that runs with the owner's rights is to take one for the real thing.
DO $$
DECLARE
  one text;
BEGIN
  FOREACH one IN ARRAY ARRAY['audit_months()', 'lock_audit_month(text)', 'remove_audit_month(text, bigint)', 'ensure_audit_partitions(integer)',
                             'chain_admin_change()'] LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', one, current_schema());
  END LOOP;
END $$;
