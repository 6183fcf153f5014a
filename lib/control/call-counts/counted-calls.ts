import { LATEST_OUTCOME, type Parameter } from '../audit/audit-filter';
import { type CountBars, slotOf } from './count-bars';
import { freshCalls } from './fresh-calls';
import { dimensionsOf, PROFILE_COLUMNS, profileOf } from './profile';
import { type TimePiece, timePieces } from './time-pieces';

/** So many fresh rows are added to an answer at most; the counts are seconds behind the trail when all is well. */
export const FRESH_ROWS_MAX = 60_000;

interface CountedCallsOptions {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly parameter: Parameter;
  /** The bars of a chart; without, one sum over the whole time. */
  readonly bars?: CountBars;
}

/**
 * CTEs that end in `calls(slot, <profile>, calls)`: how many calls of each profile a time range holds, exactly as the trail has them in
 * the statement's snapshot. `slot` is the beginning of the bar, or null without `bars`.
 */
export function countedCalls({ fromMs, toMs, parameter, bars }: CountedCallsOptions): string {
  const slot = slotOf(bars, parameter);
  const pieces = timePieces(fromMs, toMs, bars?.unitMs);
  const rows = pieces.filter(({ table }) => table === 'audit_events');
  const buckets = pieces.filter(({ table }) => table !== 'audit_events');
  const within = (column: string, piece: Pick<TimePiece, 'fromMs' | 'toMs'>): string =>
    [
      piece.fromMs === null ? null : `${column} >= ${parameter(new Date(piece.fromMs))}::timestamptz`,
      piece.toMs === null ? null : `${column} < ${parameter(new Date(piece.toMs))}::timestamptz`,
    ]
      .filter((part) => part !== null)
      .join(' AND ') || 'TRUE';
  const sums = buckets.map(
    (piece) => `SELECT ${slot('bucket')} AS slot, profile, calls FROM ${piece.table} WHERE ${within('bucket', piece)}`,
  );
  const parts = rows.map(
    (piece) => `SELECT ${slot('e.at')} AS slot, ${dimensionsOf('e')}, coalesce(o.outcome, 'none') AS outcome, 1::bigint AS calls
      FROM audit_events e ${LATEST_OUTCOME} WHERE ${within('e.at', piece)}`,
  );
  if (buckets.length === 0) return `calls AS MATERIALIZED (${parts.join(' UNION ALL ')})`;
  // What is fresh counts where buckets do; the pieces of single rows hold it already.
  const inner = { fromMs: least(buckets.map((one) => one.fromMs)), toMs: greatest(buckets.map((one) => one.toMs)) };
  parts.push(
    `SELECT s.slot, ${profileOf('p')}, s.calls FROM sums s JOIN call_profiles p ON p.id = s.profile WHERE s.calls <> 0`,
    `SELECT ${slot('f.at')}, ${profileOf('f')}, f.calls FROM fresh f WHERE ${within('f.at', inner)}`,
  );
  return `${freshCalls(FRESH_ROWS_MAX)}, sums AS MATERIALIZED (
    SELECT slot, profile, sum(calls) AS calls FROM (${sums.join(' UNION ALL ')}) pieces GROUP BY 1, 2
  ), calls (slot, ${PROFILE_COLUMNS.join(', ')}, calls) AS MATERIALIZED (${parts.join(' UNION ALL ')})`;
}

const least = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : Math.min(...(values as readonly number[]));
const greatest = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : Math.max(...(values as readonly number[]));
