import type { LimitDetail } from '@/components/shared/api/wire';

export type HistoryRange = '7d' | '90d';

/** One column of the history: the highest use of a window in it, what was allowed, and what happened. */
export interface HistoryBucket {
  readonly fromMs: number;
  readonly toMs: number;
  peak: number;
  /** What the rule allowed, or what it was raised to at the most. */
  limit: number;
  raised: boolean;
  readonly marks: LimitDetail['marks'][number][];
  /** The window, or the hour, still runs. */
  readonly running: boolean;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RANGE_MS: Record<HistoryRange, number> = { '7d': 7 * DAY_MS, '90d': 90 * DAY_MS };

/** How wide a column is: an hour for short windows and sliding limits (a day over 90 days), else the window itself. */
export function bucketLength(limit: Pick<LimitDetail, 'window' | 'align' | 'windowStart' | 'resetsAt'>, range: HistoryRange): number {
  const LENGTHS: Record<string, number> = {
    second: 1_000,
    minute: 60_000,
    hour: HOUR_MS,
    day: DAY_MS,
    week: 7 * DAY_MS,
    month: 30 * DAY_MS,
  };
  const lengthMs = limit.align === 'sliding' ? HOUR_MS : (LENGTHS[limit.window] ?? Number.parseInt(limit.window, 10));
  return Math.max(lengthMs, range === '7d' ? HOUR_MS : DAY_MS);
}

/** Columns from the oldest to the running one. No call is zero here, not a gap; months differ in length and stand by themselves. */
export function historyBuckets(limit: LimitDetail, range: HistoryRange): HistoryBucket[] {
  const nowMs = Date.parse(limit.now);
  const length = bucketLength(limit, range);
  const buckets =
    limit.window === 'month' && limit.align === 'calendar' ? months(nowMs) : evenBuckets(limit, nowMs, length, RANGE_MS[range]);
  const bucketAt = (ms: number) => buckets.find(({ fromMs, toMs }) => ms >= fromMs && ms < toMs);
  for (const { from, peak, max } of limit.history) {
    const bucket = bucketAt(Date.parse(from));
    if (bucket === undefined) continue;
    bucket.peak = Math.max(bucket.peak, peak);
    bucket.limit = max;
  }
  const last = buckets.at(-1);
  if (last !== undefined) {
    last.peak = Math.max(last.peak, limit.used);
    last.limit = limit.ruleMax;
  }
  fillLimits(buckets);
  for (const raise of limit.raises) {
    const fromMs = Date.parse(raise.at);
    const toMs = Date.parse(raise.endedAt ?? raise.until);
    for (const bucket of buckets) {
      if (bucket.fromMs >= toMs || bucket.toMs <= fromMs) continue;
      bucket.limit = Math.max(bucket.limit, raise.to);
      bucket.raised = true;
    }
  }
  for (const mark of limit.marks) bucketAt(Date.parse(mark.at))?.marks.push(mark);
  return buckets;
}

function evenBuckets(limit: LimitDetail, nowMs: number, length: number, rangeMs: number): HistoryBucket[] {
  // Columns end where the running window does; shorter windows share columns that end with the hour or the day.
  const endMs = length > DAY_MS || limit.window === `${length}ms` ? Date.parse(limit.resetsAt) : Math.ceil(nowMs / length) * length;
  const count = Math.max(1, Math.ceil(rangeMs / length));
  return Array.from({ length: count }, (_, index) => {
    const toMs = endMs - (count - 1 - index) * length;
    return empty(toMs - length, toMs, index === count - 1);
  });
}

function months(nowMs: number): HistoryBucket[] {
  const now = new Date(nowMs);
  const at = (back: number) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1);
  return [3, 2, 1, 0].map((back) => empty(at(back), at(back - 1), back === 0));
}

/** Where nothing was counted, the maximum of the next column with a call held. */
function fillLimits(buckets: HistoryBucket[]): void {
  let known = 0;
  for (let at = buckets.length - 1; at >= 0; at--) {
    const bucket = buckets[at] as HistoryBucket;
    if (bucket.limit === 0) bucket.limit = known;
    known = bucket.limit;
  }
}

const empty = (fromMs: number, toMs: number, running: boolean): HistoryBucket => ({
  fromMs,
  toMs,
  peak: 0,
  limit: 0,
  raised: false,
  marks: [],
  running,
});
