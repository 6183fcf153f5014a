import type { Statement } from './ledger-connection';
import { EVENT_COLUMNS, OUTCOME_COLUMNS, selectLines } from './row-line';

export const BEGIN: Statement = { name: 'callgate_begin', text: 'BEGIN ISOLATION LEVEL READ COMMITTED' };
export const COMMIT: Statement = { name: 'callgate_commit', text: 'COMMIT' };
export const ROLLBACK: Statement = { name: 'callgate_rollback', text: 'ROLLBACK' };

/**
 * Locks counters in the order of their keys, so that two nodes never wait for each other. The clock is read for every
 * row after its lock was taken, and the latest reading counts: time never runs before the lock.
 */
export const LOCK_COUNTERS: Statement = {
  name: 'callgate_lock_counters',
  text: `
    WITH locked AS MATERIALIZED (
      SELECT key, used, (extract(epoch FROM window_start) * 1000)::bigint AS start_ms, (extract(epoch FROM window_end) * 1000)::bigint AS end_ms, log, max, raise
      FROM counters WHERE key = ANY ($1::text[]) ORDER BY key FOR UPDATE
    )
    SELECT json_agg(json_build_array(key, used, start_ms, end_ms, log, max, raise))::text AS counters,
           (extract(epoch FROM max(clock_timestamp())) * 1000)::float8 AS now_ms
    FROM locked`,
};

/** Makes counters that do not exist yet; on its own, before any lock is held. The empty window is passed at the first charge. */
export const CREATE_COUNTERS: Statement = {
  name: 'callgate_create_counters',
  text: `
    INSERT INTO counters (key, policy_id, counter, scope, scope_key, rule, "window", window_start, window_end, used, max)
    SELECT key, policy_id, counter, scope, scope_key, rule, "window", 'epoch', 'epoch', 0, max
    FROM json_to_recordset($1::json) AS r(key text, policy_id text, counter text, scope text, scope_key text, rule text, "window" text, max float8)
    ORDER BY key
    ON CONFLICT (key) DO NOTHING`,
};

const COUNTER_COLUMNS =
  'key text, counter text, scope text, scope_key text, rule text, start_ms float8, end_ms float8, used float8, max float8, log jsonb';
/** Writes one batch: $1 counters (a JSON array), $2 outcomes and $3 events (lines). Returns how many of each it wrote. */
export const WRITE_BATCH: Statement = {
  name: 'callgate_write_batch',
  text: `
    WITH charged AS (
      UPDATE counters c SET counter = r.counter, scope = r.scope, scope_key = r.scope_key, rule = r.rule, used = r.used, max = r.max, log = r.log,
        window_start = to_timestamp(r.start_ms / 1000), window_end = to_timestamp(r.end_ms / 1000), updated_at = clock_timestamp()
      FROM json_to_recordset($1::json) AS r(${COUNTER_COLUMNS}) WHERE c.key = r.key RETURNING 1
    ), settled AS (
      INSERT INTO audit_outcomes (${namesOf(OUTCOME_COLUMNS)}) ${selectLines('$2', OUTCOME_COLUMNS)} RETURNING 1
    ), recorded AS (
      INSERT INTO audit_events (${namesOf(EVENT_COLUMNS)}) ${selectLines('$3', EVENT_COLUMNS)} RETURNING 1
    )
    SELECT (SELECT count(*) FROM charged)::int AS charged, (SELECT count(*) FROM settled)::int AS settled, (SELECT count(*) FROM recorded)::int AS recorded`,
};

/**
 * History of the windows that ended when this batch rolled their counters; sent only then. Serialised by the lock on the
 * counter. $1: a JSON array of key, start_ms, end_ms, peak, max.
 */
export const CLOSE_WINDOWS: Statement = {
  name: 'callgate_close_windows',
  text: `
    INSERT INTO counter_windows AS h (key, starts_at, ends_at, peak, max)
    SELECT key, to_timestamp(start_ms / 1000), to_timestamp(end_ms / 1000), peak, max
    FROM json_to_recordset($1::json) AS r(key text, start_ms float8, end_ms float8, peak float8, max float8)
    ON CONFLICT (key, starts_at) DO UPDATE SET peak = greatest(h.peak, excluded.peak), ends_at = greatest(h.ends_at, excluded.ends_at), max = excluded.max`,
};

/** A sign of life that also says how far the chain has come. Returns the database's clock. */
export const HEARTBEAT: Statement = {
  name: 'callgate_heartbeat',
  text: `
    UPDATE writers SET last_seen_at = clock_timestamp(), last_seq = $2, last_hash = $3, unsettled_from = $4
    WHERE id = $1 RETURNING (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms`,
};

function namesOf(columns: readonly (readonly [string, string])[]): string {
  return columns.map(([name]) => name).join(', ');
}
