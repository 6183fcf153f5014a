import { COUNTED_FILTER_NAMES, COUNTED_FILTERS } from '@/lib/domain/counted-filters';
import { BAR_MS, TIME_BARS, type TimeBar } from '@/lib/domain/time-bars';
import { anyOfColumns, type Parameter } from '../audit/audit-filter';
import { readTrail } from '../audit/read-trail';
import { countBars } from '../call-counts/count-bars';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { callsSource } from './calls-source';
import type { getAuditHistogram as contract } from './contract';
import { rangeOf } from './range-of';

const BARS_WANTED = 100;
const BARS_MAX = 2_000;

type Answer = AnswerOf<typeof contract>;

/** Calls by decision in bars over the time of the filter, or over all there is. */
export async function getAuditHistogram(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<Answer> {
  const range = rangeOf(query);
  const toMs = range.toMs ?? ctx.now.getTime();
  const fromMs = range.fromMs ?? (await firstDay(ctx)) ?? toMs - BAR_MS.day;
  const bucket = chooseBucket(query.bucket, fromMs, toMs);
  const values: unknown[] = [];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const source = await callsSource(ctx, query, { ...range, bars: countBars(fromMs, toMs, bucket, query.zone) }, parameter);
  const passing = COUNTED_FILTER_NAMES.filter((name) => query[name]).map((name) =>
    anyOfColumns('c', COUNTED_FILTERS[name], query[name] as readonly string[], parameter),
  );
  const rows = await readTrail<{ at: Date; decision: string; calls: string }>(
    ctx,
    `WITH ${source.ctes} SELECT c.slot AS at, c.decision, sum(c.calls) AS calls FROM calls c WHERE ${passing.join(' AND ') || 'TRUE'}
      GROUP BY 1, 2 HAVING sum(c.calls) <> 0 ORDER BY 1, 2`,
    values,
  );
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    bucket,
    zone: query.zone,
    ...sumUp(rows),
    coverage: source.coverage,
  };
}

/** The day of the first call ever; null when there was none that is counted. */
async function firstDay(ctx: ControlContext): Promise<number | null> {
  const [first] = await readTrail<{ at: Date | null }>(ctx, 'SELECT min(bucket) AS at FROM call_counts_day', []);
  return first?.at?.getTime() ?? null;
}

/** Numbers by bar and in all, from rows in the order of time. */
export function sumUp(
  rows: readonly { at: Date; decision: string; calls: string | bigint }[],
): Pick<Answer, 'total' | 'byDecision' | 'series'> {
  const byDecision: Record<string, number> = {};
  const series: Answer['series'] = [];
  let total = 0;
  for (const row of rows) {
    const calls = Number(row.calls);
    const at = row.at.toISOString();
    let last = series.at(-1);
    if (last?.at !== at) {
      last = { at, decisions: {} };
      series.push(last);
    }
    last.decisions[row.decision] = calls;
    byDecision[row.decision] = (byDecision[row.decision] ?? 0) + calls;
    total += calls;
  }
  return { total, byDecision, series };
}

/** The asked bucket, or one that gives at most about 100 bars; 422 when that would be absurdly many. */
export function chooseBucket(wanted: TimeBar | undefined, fromMs: number, toMs: number): TimeBar {
  const span = toMs - fromMs;
  if (!(span > 0)) throw new ControlError(422, 'stats.range', '`from` must be before `to`.', [{ path: 'from', message: 'not before to' }]);
  const bucket = wanted ?? TIME_BARS.find((name) => span / BAR_MS[name] <= BARS_WANTED) ?? 'day';
  if (span / BAR_MS[bucket] > BARS_MAX) {
    throw new ControlError(422, 'stats.bucket', `That is more than ${BARS_MAX} bars. Choose a larger \`bucket\` or a shorter time.`, [
      { path: 'bucket', message: 'too small for the range' },
    ]);
  }
  return bucket;
}
