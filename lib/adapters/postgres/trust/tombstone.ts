import type { CheckpointBody } from './checkpoint';
import type { TrailConnection } from './trail-reader';

export type Removed = NonNullable<CheckpointBody['removed']>;

/** A month that is to leave the trail: `YYYY-MM` (UTC), the days of retention that it is past, and who set them. */
export interface MonthToRemove {
  readonly month: string;
  readonly days: number;
  readonly by: string;
}

/** Why a month stays; a sentence for people. */
export class MonthKept extends Error {
  override readonly name = 'MonthKept';
}

interface RangeRow {
  readonly writer: string;
  readonly from: number;
  readonly to: number;
  readonly before: string;
  readonly after: string;
  readonly links: string[];
  readonly chained: boolean;
  readonly events: number;
  readonly outcomes: number;
}

/** Rows of the month that follow each other in one chain make a range; a late outcome makes one of its own. */
const RANGES = `
  WITH rows AS (
    SELECT writer, seq, previous_hash, hash, 1 AS event FROM audit_events WHERE at >= $1::timestamptz AND at < $2::timestamptz
    UNION ALL
    SELECT writer, seq, previous_hash, hash, 0 FROM audit_outcomes WHERE event_at >= $1::timestamptz AND event_at < $2::timestamptz
  ), marked AS (
    SELECT r.*, seq - row_number() OVER own AS island, lag(seq) OVER own IS DISTINCT FROM seq - 1 AS first,
           lead(seq) OVER own IS DISTINCT FROM seq + 1 AS last, lag(hash) OVER own AS hash_before
      FROM rows r WINDOW own AS (PARTITION BY writer ORDER BY seq)
  )
  SELECT m.writer, min(m.seq)::float8 AS "from", max(m.seq)::float8 AS "to", max(m.previous_hash) FILTER (WHERE m.first) AS before,
         max(m.hash) FILTER (WHERE m.last) AS after, coalesce(array_agg(w.previous_hash ORDER BY m.seq) FILTER (WHERE w.id IS NOT NULL), '{}') AS links,
         bool_and(m.first OR m.previous_hash = m.hash_before) AS chained, sum(m.event)::float8 AS events, (count(*) - sum(m.event))::float8 AS outcomes
    FROM marked m LEFT JOIN (SELECT DISTINCT ON (previous_writer, previous_hash) id, previous_writer, previous_hash FROM writers) w
      ON w.previous_writer = m.writer AND w.previous_hash = m.hash
   GROUP BY m.writer, m.island ORDER BY m.writer, min(m.seq)`;

/**
 * What a tombstone says of a month whose rows are locked. Throws `MonthKept` when the rows do not follow each other, or when checkpoints
 * do not cover them: `covered` is the last sequence that they name, by writer.
 */
export async function describeMonth(
  client: TrailConnection,
  { month, days, by }: MonthToRemove,
  covered: ReadonlyMap<string, number>,
): Promise<Removed> {
  const { rows } = await client.query<RangeRow>(RANGES, boundsOf(month));
  for (const { writer, to, chained } of rows) {
    if (!chained) throw new MonthKept(`the rows of ${month} do not follow each other; verify the trail`);
    if (to > (covered.get(writer) ?? 0)) throw new MonthKept(`not all rows of ${month} are covered by a checkpoint yet`);
  }
  return {
    month,
    days,
    by,
    events: rows.reduce((sum, row) => sum + row.events, 0),
    outcomes: rows.reduce((sum, row) => sum + row.outcomes, 0),
    ranges: rows.map(({ writer, from, to, before, after, links }) => ({ writer, from, to, before, after, links })),
  };
}

/** Throws `MonthKept` while calls of the month wait for their outcome: it is still to be written. */
export async function requireSettled(client: TrailConnection, month: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT 1 FROM audit_events e WHERE e.at >= $1::timestamptz AND e.at < $2::timestamptz AND e.expects_outcome
        AND NOT EXISTS (SELECT 1 FROM audit_outcomes o WHERE o.event_at = e.at AND o.event_id = e.id) LIMIT 1`,
    boundsOf(month),
  );
  if (rows.length > 0) throw new MonthKept(`calls of ${month} have no outcome yet`);
}

/** ISO times, half-open. */
function boundsOf(month: string): [string, string] {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return [new Date(Date.UTC(year, number - 1, 1)).toISOString(), new Date(Date.UTC(year, number, 1)).toISOString()];
}
