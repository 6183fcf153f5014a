import { EVENT_DECISIONS, type EventDecision } from '@/lib/domain/audit-event';
import { barBounds } from '@/lib/domain/time-bars';
import type { Stats } from '../api/wire';
import { VERDICTS, type Verdict, verdictOf } from '../decision-chip';

/** At most five series: refused calls count as denied, what was only observed as let pass. */
export const CHART_SERIES = ['allowed', 'needs_approval', 'limited', 'denied', 'unavailable'] as const;
export type ChartSeries = (typeof CHART_SERIES)[number];

export const SERIES_LOOKS: Record<ChartSeries, { word: string; colour: string }> = {
  allowed: { word: 'Allowed', colour: VERDICTS.allowed.chart },
  needs_approval: { word: 'Needs approval', colour: VERDICTS.needs_approval.chart },
  limited: { word: 'Rate-limited', colour: VERDICTS.limited.chart },
  denied: { word: 'Denied or hidden', colour: VERDICTS.denied.chart },
  unavailable: { word: 'Unavailable', colour: VERDICTS.unavailable.chart },
};

/** What a chart of calls over time is drawn from; answers of statistics and of histograms are. */
export type OutcomeSeries = Pick<Stats, 'from' | 'to' | 'bucket' | 'zone' | 'byDecision' | 'series'>;

/** A bar from `at` until `to`, epoch milliseconds; days of a change of the clock are shorter or longer than others. */
export type Bucket = { at: number; to: number } & Record<ChartSeries, number>;

const SERIES_OF: Record<Verdict, ChartSeries> = {
  allowed: 'allowed',
  needs_approval: 'needs_approval',
  limited: 'limited',
  denied: 'denied',
  hidden: 'denied',
  refused: 'denied',
  unavailable: 'unavailable',
  upstream_error: 'allowed',
};

export function seriesOf(decision: string): ChartSeries {
  const { verdict, observed } = verdictOf(decision as EventDecision);
  return observed ? 'allowed' : (SERIES_OF[verdict] ?? 'denied');
}

export const BUCKET_WORDS: Record<Stats['bucket'], string> = {
  minute: 'per minute',
  '5m': 'per 5 min',
  '15m': 'per 15 min',
  hour: 'per hour',
  '6h': 'per 6 h',
  day: 'per day',
};

const BUCKETS_MAX = 400;

/** Fills the buckets that the API left out because nothing happened in them: no calls is zero here, not a gap. */
export function bucketsOf(stats: OutcomeSeries): Bucket[] {
  const found = new Map(stats.series.map((point) => [Date.parse(point.at), point.decisions]));
  const bounds = barBounds(Date.parse(stats.from), Date.parse(stats.to), stats.bucket, stats.zone, BUCKETS_MAX);
  return bounds.slice(0, -1).map((at, index) => {
    const bucket: Bucket = { at, to: bounds[index + 1] ?? at, allowed: 0, needs_approval: 0, limited: 0, denied: 0, unavailable: 0 };
    for (const [decision, count] of Object.entries(found.get(at) ?? {})) bucket[seriesOf(decision)] += count;
    return bucket;
  });
}

/** Counts of a whole range by series. */
export function totalsOf(byDecision: Record<string, number>): Record<ChartSeries, number> {
  const totals = { allowed: 0, needs_approval: 0, limited: 0, denied: 0, unavailable: 0 };
  for (const [decision, count] of Object.entries(byDecision)) totals[seriesOf(decision)] += count;
  return totals;
}

/** The decisions that a series is of, as Activity filters by them. */
export const decisionsOf = (series: ChartSeries): string => EVENT_DECISIONS.filter((decision) => seriesOf(decision) === series).join(',');

/** A bar as it is drawn: its counts, or its shares in percent, with the counts kept beside. */
export type DrawnBucket = Bucket & { readonly counts: Bucket };

export const sumOf = (bucket: Bucket): number => CHART_SERIES.reduce((sum, series) => sum + bucket[series], 0);
export const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : (part / whole) * 100);

export function drawn(bucket: Bucket, asShares: boolean): DrawnBucket {
  if (!asShares) return { ...bucket, counts: bucket };
  const calls = sumOf(bucket);
  const shares = { ...bucket };
  for (const series of CHART_SERIES) shares[series] = shareOf(bucket[series], calls);
  return { ...shares, counts: bucket };
}
