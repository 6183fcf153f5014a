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
 * CTEs that end in `calls(slot, <profile>, calls)` and `totals(<profile>, calls)`: how many calls of each profile a time range holds,
 * exactly as the trail has them in the statement's snapshot. `slot` is the beginning of the bar, or null without `bars`. `totals` is the
 * same without the bars, which is far fewer rows; what is not asked for is not read.
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
  const edges = rows.map(
    (piece) => `SELECT ${slot('e.at')} AS slot, ${dimensionsOf('e')}, coalesce(o.outcome, 'none') AS outcome
      FROM audit_events e ${LATEST_OUTCOME} WHERE ${within('e.at', piece)}`,
  );
  const ctes: string[] = [];
  // What has bars in any case, and what the counts have: by bar, or summed over the bars before the wide profile comes to it.
  const single: string[] = [];
  const ofBars: string[] = [];
  const inAll: string[] = [];
  if (edges.length > 0) {
    ctes.push(`edges AS MATERIALIZED (
      SELECT e.slot, ${profileOf('e')}, count(*) AS calls FROM (${edges.join(' UNION ALL ')}) e GROUP BY e.slot, ${profileOf('e')})`);
    single.push(`SELECT e.slot, ${profileOf('e')}, e.calls FROM edges e`);
  }
  if (buckets.length > 0) {
    const sums = buckets.map(
      (piece) => `SELECT ${slot('bucket')} AS slot, profile, calls FROM ${piece.table} WHERE ${within('bucket', piece)}`,
    );
    // What is fresh counts where buckets do; the pieces of single rows hold it already.
    const inner = { fromMs: least(buckets.map((one) => one.fromMs)), toMs: greatest(buckets.map((one) => one.toMs)) };
    ctes.push(freshCalls(FRESH_ROWS_MAX));
    ctes.push(`sums AS MATERIALIZED (SELECT slot, profile, sum(calls) AS calls FROM (${sums.join(' UNION ALL ')}) pieces GROUP BY 1, 2)`);
    single.push(`SELECT ${slot('f.at')} AS slot, ${profileOf('f')}, f.calls FROM fresh f WHERE ${within('f.at', inner)}`);
    ofBars.push(`SELECT s.slot, ${profileOf('p')}, s.calls FROM sums s JOIN call_profiles p ON p.id = s.profile WHERE s.calls <> 0`);
    inAll.push(`SELECT ${profileOf('p')}, s.calls FROM (SELECT profile, sum(calls) AS calls FROM sums GROUP BY 1) s
      JOIN call_profiles p ON p.id = s.profile WHERE s.calls <> 0`);
  }
  const columns = PROFILE_COLUMNS.join(', ');
  const without = single.map((part) => `SELECT ${profileOf('x')}, x.calls FROM (${part}) x`);
  return [
    ...ctes,
    // Written out at each use: they are wide, and what they are made of is kept.
    `calls (slot, ${columns}, calls) AS NOT MATERIALIZED (${[...single, ...ofBars].join(' UNION ALL ')})`,
    `totals (${columns}, calls) AS NOT MATERIALIZED (${[...without, ...inAll].join(' UNION ALL ')})`,
  ].join(', ');
}

const least = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : Math.min(...(values as readonly number[]));
const greatest = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : Math.max(...(values as readonly number[]));
