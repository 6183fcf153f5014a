import { dimensionsOf } from './profile';

/**
 * CTEs that tell what the trail has beyond the counts, in one snapshot with them: `fresh(at, <profile>, calls, upstream_ms, gateway_ms)`,
 * with 1 for what is new and -1 for what a call no longer is, such as one without an outcome. Counts plus `fresh` is the trail, exactly.
 *
 * Each writer's rows are found by its own sequence, in which they become visible; nothing depends on clocks or on how late an outcome
 * comes. At most `rowsMax` rows of each writer are looked at: with more to count, the numbers end there until the counts have caught up.
 */
export function freshCalls(rowsMax: number): string {
  const dims = dimensionsOf('e');
  // The last word on a call among the outcomes up to a place in each writer's sequence.
  const settled = (event: { at: string; id: string; only?: string }, upto: 'seq' | 'upto'): string => `(
      SELECT o.outcome, o.upstream_ms, o.gateway_ms FROM audit_outcomes o LEFT JOIN counted_writers c ON c.writer = o.writer
       WHERE o.event_at = ${event.at} AND o.event_id = ${event.id} AND (c.writer IS NULL OR o.seq <= c.${upto})${event.only ? ` AND ${event.only}` : ''}
       ORDER BY o.at DESC, o.writer DESC, o.seq DESC LIMIT 1)`;
  return `
  counted_writers AS MATERIALIZED (
    SELECT w.id AS writer, coalesce(c.seq, 0) AS seq, coalesce(c.seq, 0) + ${rowsMax} AS upto
      FROM writers w LEFT JOIN call_count_cursors c ON c.writer = w.id WHERE c.done IS NOT TRUE
  ), new_events AS MATERIALIZED (
    SELECT e.* FROM counted_writers w CROSS JOIN LATERAL (
      SELECT e.at, e.id, e.writer, e.seq, e.expects_outcome, e.client_name, e.client_version, e.arguments_shape, ${dims} FROM audit_events e
       WHERE e.writer = w.writer AND e.seq > w.seq AND e.seq <= w.upto ORDER BY e.seq LIMIT ${rowsMax}) e
  ), new_outcomes AS MATERIALIZED (
    SELECT o.* FROM counted_writers w CROSS JOIN LATERAL (
      SELECT o.event_at, o.event_id, o.at, o.writer, o.seq, o.outcome, o.upstream_ms, o.gateway_ms FROM audit_outcomes o
       WHERE o.writer = w.writer AND o.seq > w.seq AND o.seq <= w.upto ORDER BY o.seq LIMIT ${rowsMax}) o
  ), last_words AS (
    SELECT DISTINCT ON (event_at, event_id) event_at, event_id, outcome, upstream_ms, gateway_ms
      FROM new_outcomes ORDER BY event_at, event_id, at DESC, writer DESC, seq DESC
  ), late AS (
    SELECT DISTINCT o.event_at, o.event_id FROM new_outcomes o
     WHERE NOT EXISTS (SELECT 1 FROM new_events n WHERE n.at = o.event_at AND n.id = o.event_id)
  ), fresh AS MATERIALIZED (
    SELECT e.at, ${dims}, coalesce(l.outcome, s.outcome, 'none') AS outcome, 1 AS calls,
           coalesce(l.upstream_ms, s.upstream_ms) AS upstream_ms, coalesce(l.gateway_ms, s.gateway_ms) AS gateway_ms
      FROM new_events e LEFT JOIN last_words l ON l.event_at = e.at AND l.event_id = e.id
      -- Another writer may have settled the call, and have been counted already.
      LEFT JOIN LATERAL ${settled({ at: 'e.at', id: 'e.id', only: 'l.event_id IS NULL AND e.expects_outcome' }, 'upto')} s ON TRUE
    UNION ALL
    SELECT e.at, ${dims}, x.outcome, x.calls, x.upstream_ms, x.gateway_ms
      FROM late l
      JOIN audit_events e ON e.at = l.event_at AND e.id = l.event_id
      LEFT JOIN counted_writers w ON w.writer = e.writer
      LEFT JOIN LATERAL ${settled({ at: 'l.event_at', id: 'l.event_id' }, 'seq')} b ON TRUE
      LEFT JOIN LATERAL ${settled({ at: 'l.event_at', id: 'l.event_id' }, 'upto')} a ON TRUE
      CROSS JOIN LATERAL (VALUES
        (coalesce(b.outcome, 'none'), -1, b.upstream_ms, b.gateway_ms),
        (coalesce(a.outcome, 'none'), 1, a.upstream_ms, a.gateway_ms)
      ) x(outcome, calls, upstream_ms, gateway_ms)
     -- A call that is not counted yet brings its outcome along when it is.
     WHERE w.writer IS NULL OR e.seq <= w.seq
  )`;
}

/** How many rows the counts are behind, about: each writer says every two seconds how far it is. */
export const ROWS_BEHIND = `
  SELECT coalesce(sum(greatest(w.last_seq - coalesce(c.seq, 0), 0)), 0)::float8 AS rows
    FROM writers w LEFT JOIN call_count_cursors c ON c.writer = w.id WHERE c.done IS NOT TRUE`;
