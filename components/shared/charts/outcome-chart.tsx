'use client';

import { useState } from 'react';
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { Button } from '@/components/ui/button';
import type { Stats } from '../api/wire';
import { absoluteTime, formatCount } from '../format';
import { useTimeZone } from '../time-zone';
import { BUCKET_WORDS, type Bucket, bucketMs, bucketsOf, CHART_SERIES, type ChartSeries, SERIES_LOOKS, totalsOf } from './series';

interface OutcomeChartProps {
  stats: Stats;
  height?: number;
  /** Picks a bucket as the time range. */
  onZoom?: (fromMs: number, toMs: number) => void;
}

/** Calls by outcome over time, allowed at the bottom in its quiet colour; the same numbers as a table on demand. */
export function OutcomeChart({ stats, height = 220, onZoom }: OutcomeChartProps) {
  const { timeZone, offsetWords } = useTimeZone();
  const [asTable, setAsTable] = useState(false);
  const [only, setOnly] = useState<'all' | 'refused'>('all');
  const buckets = bucketsOf(stats);
  const step = bucketMs(stats);
  const shown = CHART_SERIES.filter((series) => (only === 'all' ? true : series !== 'allowed'));
  const totals = totalsOf(stats.byDecision);
  const tick = (at: number) =>
    new Intl.DateTimeFormat(
      'en-GB',
      step >= 86_400_000
        ? { day: 'numeric', month: 'short', timeZone }
        : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone },
    ).format(at);
  return (
    <div>
      <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-1">
        <ul className="flex flex-wrap gap-x-4 gap-y-1">
          {shown
            .filter((series) => totals[series] > 0 || series === 'allowed' || series === 'denied')
            .map((series) => (
              <li key={series} className="flex items-center gap-1.5 text-meta text-ink-2">
                <span aria-hidden className="size-2.5 rounded-[2px]" style={{ background: SERIES_LOOKS[series].colour }} />
                {SERIES_LOOKS[series].word} <span className="num text-ink">{formatCount(totals[series])}</span>
              </li>
            ))}
        </ul>
        <span className="ml-auto flex items-center gap-1 text-meta text-ink-3">
          {BUCKET_WORDS[stats.bucket]}, {offsetWords}
          <Button size="sm" variant="ghost" aria-pressed={only === 'refused'} onClick={() => setOnly(only === 'all' ? 'refused' : 'all')}>
            {only === 'all' ? 'Hide allowed' : 'Show allowed'}
          </Button>
          <Button size="sm" variant="ghost" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? 'View as chart' : 'View as table'}
          </Button>
        </span>
      </div>
      <div style={{ height }}>
        {asTable ? (
          <BucketTable buckets={buckets} shown={shown} timeZone={timeZone} />
        ) : (
          <ResponsiveContainer width="100%" height="100%" debounce={50}>
            <BarChart
              data={buckets}
              barCategoryGap={1}
              margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
              accessibilityLayer
              onClick={(state) => {
                const bucket = buckets[Number(state?.activeTooltipIndex ?? -1)];
                if (bucket) onZoom?.(bucket.at, bucket.at + step);
              }}
              style={onZoom ? { cursor: 'pointer' } : undefined}
            >
              <CartesianGrid vertical={false} stroke="var(--line-soft)" />
              <XAxis
                dataKey="at"
                tickFormatter={tick}
                tick={{ fontSize: 12, fill: 'var(--ink-3)' }}
                tickLine={false}
                axisLine={{ stroke: 'var(--line)' }}
                minTickGap={48}
              />
              <YAxis
                width={44}
                allowDecimals={false}
                tickFormatter={(value: number) => formatCount(value)}
                tick={{ fontSize: 12, fill: 'var(--ink-3)' }}
                tickLine={false}
                axisLine={false}
              />
              <Tooltip
                isAnimationActive={false}
                cursor={{ fill: 'var(--hover)' }}
                content={<BucketTip timeZone={timeZone} zone={offsetWords} stepMs={step} shown={shown} />}
              />
              {shown.map((series) => (
                <Bar key={series} dataKey={series} stackId="calls" fill={SERIES_LOOKS[series].colour} isAnimationActive={false} />
              ))}
            </BarChart>
          </ResponsiveContainer>
        )}
      </div>
    </div>
  );
}

interface TipProps {
  active?: boolean;
  payload?: readonly { payload?: Bucket }[];
  timeZone: string | undefined;
  zone: string;
  stepMs: number;
  shown: readonly ChartSeries[];
}

function BucketTip({ active, payload, timeZone, zone, stepMs, shown }: TipProps) {
  const bucket = payload?.[0]?.payload;
  if (!active || !bucket) return null;
  return (
    <div className="rounded-control border border-line bg-raised px-3 py-2 text-meta shadow-overlay">
      <p className="mb-1 font-medium">
        {absoluteTime(bucket.at, timeZone, 'minutes')} {zone}
        {bucket.at + stepMs > Date.now() ? ', still running' : ''}
      </p>
      {[...shown].reverse().map((series) => (
        <p key={series} className="flex items-center justify-between gap-6">
          <span className="flex items-center gap-1.5 text-ink-2">
            <span aria-hidden className="size-2 rounded-[2px]" style={{ background: SERIES_LOOKS[series].colour }} />
            {SERIES_LOOKS[series].word}
          </span>
          <span className="num">{formatCount(bucket[series])}</span>
        </p>
      ))}
    </div>
  );
}

function BucketTable({
  buckets,
  shown,
  timeZone,
}: {
  buckets: readonly Bucket[];
  shown: readonly ChartSeries[];
  timeZone: string | undefined;
}) {
  return (
    <div tabIndex={0} role="region" aria-label="Calls by outcome as a table" className="h-full overflow-auto">
      <table className="w-full">
        <thead className="sticky top-0 bg-surface">
          <tr>
            <th scope="col" className="text-left text-meta font-medium text-ink-3">
              From
            </th>
            {shown.map((series) => (
              <th key={series} scope="col" className="text-right text-meta font-medium text-ink-3">
                {SERIES_LOOKS[series].word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...buckets].reverse().map((bucket) => (
            <tr key={bucket.at}>
              <th scope="row" className="num py-0.5 text-left font-normal text-ink-2">
                {absoluteTime(bucket.at, timeZone, 'minutes')}
              </th>
              {shown.map((series) => (
                <td key={series} className="num text-right">
                  {formatCount(bucket[series])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
