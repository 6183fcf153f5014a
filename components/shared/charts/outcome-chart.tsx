'use client';

import { useId, useState } from 'react';
import { Bar, BarChart, CartesianGrid, Cell, ReferenceArea, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { Button } from '@/components/ui/button';
import { absoluteTime, formatCount } from '../format';
import { useTimeZone } from '../time-zone';
import { useBarRange } from './bar-range';
import { BucketTable } from './bucket-table';
import { COUNT_AXIS, RunningHatch, TIME_AXIS } from './chart-look';
import {
  BUCKET_WORDS,
  type Bucket,
  bucketMs,
  bucketsOf,
  CHART_SERIES,
  type ChartSeries,
  type OutcomeSeries,
  SERIES_LOOKS,
  totalsOf,
} from './series';
import { ZoomMenu } from './zoom-menu';

interface OutcomeChartProps {
  stats: OutcomeSeries;
  height?: number;
  /** Picks a bar or several as the time range. */
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
  const id = useId();
  const zoom = useBarRange(step, onZoom);
  const runningAt = (bucket: Bucket): boolean => bucket.at + step > Date.parse(stats.to) && Date.parse(stats.to) > Date.now() - step;
  const tick = (at: number) =>
    new Intl.DateTimeFormat(
      'en-GB',
      step >= 86_400_000
        ? { day: 'numeric', month: 'short', timeZone }
        : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone },
    ).format(at);
  return (
    <div>
      <div className="mb-1 flex flex-wrap items-center gap-x-3 gap-y-1">
        <ul className="flex flex-wrap gap-x-3 gap-y-1">
          {shown
            .filter((series) => totals[series] > 0 || series === 'allowed' || series === 'denied')
            .map((series) => (
              <li key={series} className="flex items-center gap-1.5 text-meta text-ink-2">
                <span aria-hidden className="size-2.5 rounded-[2px]" style={{ background: SERIES_LOOKS[series].colour }} />
                {SERIES_LOOKS[series].word} <span className="num text-ink">{formatCount(totals[series])}</span>
              </li>
            ))}
        </ul>
        <span className="ml-auto flex flex-wrap items-center gap-1 text-meta text-ink-3">
          <span className="whitespace-nowrap">
            {BUCKET_WORDS[stats.bucket]}, {offsetWords}
          </span>
          {onZoom && buckets.length > 0 ? (
            <ZoomMenu buckets={buckets} stepMs={step} timeZone={timeZone} zone={offsetWords} onZoom={onZoom} />
          ) : null}
          <Button size="sm" variant="ghost" aria-pressed={only === 'refused'} onClick={() => setOnly(only === 'all' ? 'refused' : 'all')}>
            {only === 'all' ? 'Hide allowed' : 'Show allowed'}
          </Button>
          <Button size="sm" variant="ghost" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? 'Chart' : 'Table'}
          </Button>
        </span>
      </div>
      <div style={{ height }}>
        {asTable ? (
          <BucketTable buckets={buckets} shown={shown} timeZone={timeZone} stepMs={step} onZoom={onZoom} />
        ) : (
          <ResponsiveContainer width="100%" height="100%" debounce={50}>
            <BarChart
              data={buckets}
              barCategoryGap={1}
              margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
              accessibilityLayer
              {...zoom.handlers}
              style={onZoom ? { cursor: 'crosshair', userSelect: 'none' } : undefined}
            >
              <defs>
                {shown.map((series) => (
                  <RunningHatch key={series} id={`${id}-${series}`} colour={SERIES_LOOKS[series].colour} />
                ))}
              </defs>
              <CartesianGrid vertical={false} stroke="var(--line-soft)" />
              <XAxis dataKey="at" tickFormatter={tick} {...TIME_AXIS} />
              <YAxis width={60} tickCount={height < 120 ? 3 : 5} {...COUNT_AXIS} />
              <Tooltip
                isAnimationActive={false}
                cursor={{ fill: 'var(--hover)' }}
                content={<BucketTip timeZone={timeZone} zone={offsetWords} stepMs={step} shown={shown} />}
              />
              {shown.map((series) => (
                <Bar key={series} dataKey={series} stackId="calls" fill={SERIES_LOOKS[series].colour} isAnimationActive={false}>
                  {buckets.map((bucket) => (
                    <Cell key={bucket.at} fill={runningAt(bucket) ? `url(#${id}-${series})` : SERIES_LOOKS[series].colour} />
                  ))}
                </Bar>
              ))}
              {zoom.range ? (
                <ReferenceArea
                  x1={Math.min(zoom.range.fromMs, zoom.range.toMs)}
                  x2={Math.max(zoom.range.fromMs, zoom.range.toMs)}
                  fill="var(--accent)"
                  fillOpacity={0.16}
                  stroke="var(--accent)"
                />
              ) : null}
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
