import type pg from 'pg';
import { HISTORY_DAYS } from '@/lib/domain/counters/counter-history';

/**
 * A window that ends in use is recorded by the batch that begins the next one. This records those that no call came
 * after, and the hourly peak of sliding limits, which have no window to end: their use is looked at as often as this
 * runs. Recording twice changes nothing. One node at a time.
 */
const RECORD_WINDOWS = `
  WITH mine AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(4207760045) AS locked),
  seen AS (
    SELECT c.key, c.used, c.max,
           CASE WHEN c.log IS NULL AND c.window_end - c.window_start >= interval '1 hour' THEN c.window_start ELSE date_trunc('hour', b.at, 'UTC') END AS starts_at,
           CASE WHEN c.log IS NULL AND c.window_end - c.window_start >= interval '1 hour' THEN c.window_end ELSE date_trunc('hour', b.at, 'UTC') + interval '1 hour' END AS ends_at
      FROM counters c CROSS JOIN mine CROSS JOIN LATERAL (SELECT CASE WHEN c.log IS NULL THEN c.window_start ELSE c.updated_at END AS at) b
     WHERE mine.locked AND c.used > 0 AND c.rule <> '(loop)'
       AND CASE WHEN c.log IS NULL THEN c.window_end <= clock_timestamp() AND c.window_end > clock_timestamp() - interval '1 day'
                ELSE c.updated_at > clock_timestamp() - interval '2 minutes' END
  )
  INSERT INTO counter_windows AS h (key, starts_at, ends_at, peak, max)
  SELECT key, starts_at, ends_at, used, max FROM seen
  ON CONFLICT (key, starts_at) DO UPDATE SET peak = excluded.peak, max = excluded.max WHERE h.peak < excluded.peak`;

/** A bounded bite each time: what is older than the history reaches. */
const FORGET_WINDOWS = `
  DELETE FROM counter_windows WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM counter_windows WHERE ends_at < clock_timestamp() - interval '${HISTORY_DAYS} days' LIMIT 5000))`;

/** Counters of identical calls have no history. In the order of the admission, and never waiting for it. */
const FORGET_LOOPS = `
  DELETE FROM counters WHERE key = ANY (ARRAY(
    SELECT key FROM counters WHERE rule = '(loop)' AND window_end < clock_timestamp() ORDER BY key LIMIT 5000 FOR UPDATE SKIP LOCKED))`;

export async function keepCounterHistory(pool: pg.Pool): Promise<void> {
  await pool.query(FORGET_LOOPS);
  await pool.query(RECORD_WINDOWS);
  await pool.query(FORGET_WINDOWS);
}
