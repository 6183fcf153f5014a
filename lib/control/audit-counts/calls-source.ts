import { idTimeMs } from '@/lib/kernel/ids';
import { auditFilter, LATEST_OUTCOME, needsRows, type Parameter } from '../audit/audit-filter';
import type { AuditFilters, Coverage } from '../audit/contract';
import { readTrail } from '../audit/read-trail';
import { type CountBars, slotOf } from '../call-counts/count-bars';
import { countedCalls, FRESH_ROWS_MAX } from '../call-counts/counted-calls';
import { ROWS_BEHIND } from '../call-counts/fresh-calls';
import { COUNT_TABLES, dimensionsOf, profileOf } from '../call-counts/profile';
import type { ControlContext } from '../context';

/** Rows that are read at most where calls are not counted by what is asked for, such as a text. */
export const SCANNED_ROWS_MAX = 40_000;

export interface CallsSource {
  /** CTEs that end in `calls(slot, <profile>, calls)` and, without the bars, `totals(<profile>, calls)`. */
  readonly ctes: string;
  readonly coverage: Coverage;
}

export interface CallsRange {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly bars?: CountBars;
}

/**
 * Where the numbers of a filter come from: the counts when calls are counted by all it asks for, else the newest rows, as many as can be
 * read in a moment. The filters that calls are counted by are not applied here.
 */
export async function callsSource(ctx: ControlContext, query: AuditFilters, range: CallsRange, parameter: Parameter): Promise<CallsSource> {
  if (!needsRows(query)) {
    const [behind] = await readTrail<{ rows: number }>(ctx, ROWS_BEHIND, []);
    const uncounted = (behind?.rows ?? 0) > FRESH_ROWS_MAX ? Math.round(behind?.rows ?? 0) : 0;
    return {
      ctes: countedCalls({ ...range, parameter }),
      coverage: { complete: uncounted === 0, scannedBack: null, uncounted },
    };
  }
  const atMs = idTimeMs(query.q?.trim() ?? '', 'evt');
  // An event's id says when it was.
  const scanFrom = atMs === null ? await scanStart(ctx, range) : { fromMs: atMs, complete: true };
  const { q, session, client, slowerThan, fasterThan } = query;
  const rest = auditFilter({ q, session, client, slowerThan, fasterThan }, ctx.now, { times: false });
  const where = renumber(rest.where, rest.values, parameter);
  const slot = slotOf(range.bars, parameter);
  const bounds = [
    scanFrom.fromMs === null ? 'TRUE' : `e.at >= ${parameter(new Date(scanFrom.fromMs))}::timestamptz`,
    range.toMs === null ? 'TRUE' : `e.at < ${parameter(new Date(range.toMs))}::timestamptz`,
  ].join(' AND ');
  return {
    ctes: `calls AS MATERIALIZED (SELECT ${slot('e.at')} AS slot, ${dimensionsOf('e')}, coalesce(o.outcome, 'none') AS outcome, 1 AS calls
      FROM audit_events e ${LATEST_OUTCOME} WHERE ${bounds} AND ${where}),
      totals AS NOT MATERIALIZED (SELECT ${profileOf('c')}, c.calls FROM calls c)`,
    coverage: {
      complete: scanFrom.complete,
      scannedBack: scanFrom.complete || scanFrom.fromMs === null ? null : new Date(scanFrom.fromMs).toISOString(),
      uncounted: 0,
    },
  };
}

/** From where on a range holds no more rows than are read at once: hour by hour, newest first. */
async function scanStart(ctx: ControlContext, { fromMs, toMs }: CallsRange): Promise<{ fromMs: number | null; complete: boolean }> {
  const hours = await readTrail<{ at: Date; calls: string }>(
    ctx,
    `SELECT bucket AS at, sum(calls) AS calls FROM ${COUNT_TABLES[1].table} WHERE bucket >= $1::timestamptz AND bucket < $2::timestamptz
      GROUP BY bucket ORDER BY bucket DESC LIMIT 2000`,
    [new Date(fromMs === null ? 0 : Math.floor(fromMs / COUNT_TABLES[1].ms) * COUNT_TABLES[1].ms), new Date(toMs ?? 8.64e15 / 2)],
  );
  let rows = 0;
  for (const [index, hour] of hours.entries()) {
    rows += Number(hour.calls);
    // The newest hour is read in any case.
    if (index > 0 && rows > SCANNED_ROWS_MAX) return { fromMs: hours[index - 1]?.at.getTime() ?? fromMs, complete: false };
  }
  return { fromMs, complete: true };
}

/** A clause with parameters of its own, as part of a statement that has others. */
export function renumber(where: string, values: readonly unknown[], parameter: Parameter): string {
  const names = values.map((value) => parameter(value));
  return where.replace(/\$(\d+)/g, (_, number) => names[Number(number) - 1] as string);
}
