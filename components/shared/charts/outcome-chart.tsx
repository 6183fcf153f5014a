'use client';

import { useId, useState } from 'react';
import { Bar, BarChart, CartesianGrid, Cell, ReferenceArea, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { Button } from '@/components/ui/button';
import { offsetSpan, zonedTime } from '../format';
import { useTimeZone } from '../time-zone';
import { useBarRange } from './bar-range';
import { BucketTable } from './bucket-table';
import { BucketTip } from './bucket-tip';
import { ChartLegend } from './chart-legend';
import { COUNT_AXIS, RunningHatch, TIME_AXIS } from './chart-look';
import { type ChartMark, ChartMarks } from './chart-marks';
import {
  BUCKET_WORDS,
  type Bucket,
  bucketsOf,
  CHART_SERIES,
  type ChartSeries,
  drawn,
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
  /** Where the calls of an outcome are. */
  hrefOf?: (series: ChartSeries) => string;
  /** Moments to mark; room for them is kept also when there are none. */
  marks?: readonly ChartMark[];
  /** Offers shares beside counts. */
  withShares?: boolean;
}

const Y_AXIS = 60;
const X_AXIS = 30;
const MARKS = 24;
const percentTick = (value: number): string => `${Number(value.toFixed(2))} %`;

/** Calls by outcome over time, allowed at the bottom in its quiet colour; the same numbers as a table on demand. */
export function OutcomeChart({ stats, height = 220, onZoom, hrefOf, marks, withShares = false }: OutcomeChartProps) {
  const { timeZone } = useTimeZone();
  const [asTable, setAsTable] = useState(false);
  const [asShares, setAsShares] = useState(false);
  const [only, setOnly] = useState<'all' | 'refused'>('all');
  const buckets = bucketsOf(stats);
  const shown = CHART_SERIES.filter((series) => (only === 'all' ? true : series !== 'allowed'));
  const totals = totalsOf(stats.byDecision);
  const id = useId();
  // The first and the last bar may begin before and end after what was counted.
  const zoomIn =
    onZoom && ((from: number, to: number) => onZoom(Math.max(from, Date.parse(stats.from)), Math.min(to, Date.parse(stats.to))));
  const zoom = useBarRange((at) => buckets.find((bucket) => bucket.at === at)?.to ?? at, zoomIn);
  const runningAt = ({ at, to }: Bucket): boolean => to > Date.parse(stats.to) && Date.parse(stats.to) > Date.now() - (to - at);
  const offset = offsetSpan(Date.parse(stats.from), Date.parse(stats.to), timeZone);
  const tick = (at: number) => zonedTime(at, timeZone, stats.bucket === 'day' ? 'day' : 'clock');
  return (
    <div>
      <div className="mb-1 flex flex-wrap items-center gap-x-3 gap-y-1">
        <ChartLegend shown={shown} totals={totals} hrefOf={hrefOf} marks={marks?.length ?? 0} />
        <span className="ml-auto flex flex-wrap items-center gap-1 text-meta text-ink-3">
          <span className="whitespace-nowrap">
            {BUCKET_WORDS[stats.bucket]}, {offset}
          </span>
          {onZoom && buckets.length > 0 ? <ZoomMenu buckets={buckets} onZoom={onZoom} /> : null}
          {withShares ? (
            <Button size="sm" variant="ghost" aria-pressed={asShares} onClick={() => setAsShares(!asShares)}>
              {asShares ? 'Counts' : 'Shares'}
            </Button>
          ) : null}
          <Button size="sm" variant="ghost" aria-pressed={only === 'refused'} onClick={() => setOnly(only === 'all' ? 'refused' : 'all')}>
            {only === 'all' ? 'Hide allowed' : 'Show allowed'}
          </Button>
          <Button size="sm" variant="ghost" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? 'Chart' : 'Table'}
          </Button>
        </span>
      </div>
      <div className="relative" style={{ height: marks ? height + MARKS : height, paddingTop: marks && !asTable ? MARKS : 0 }}>
        {asTable ? (
          <BucketTable {...{ buckets, shown, timeZone, marks, asShares }} onZoom={zoomIn} />
        ) : (
          <ResponsiveContainer width="100%" height="100%" debounce={50}>
            <BarChart
              data={buckets.map((bucket) => drawn(bucket, asShares))}
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
              <XAxis dataKey="at" height={X_AXIS} tickFormatter={tick} {...TIME_AXIS} />
              <YAxis
                width={Y_AXIS}
                tickCount={height < 120 ? 3 : 5}
                {...COUNT_AXIS}
                {...(asShares ? { tickFormatter: percentTick, allowDecimals: true, domain: only === 'all' ? [0, 100] : undefined } : {})}
              />
              <Tooltip
                isAnimationActive={false}
                cursor={{ fill: 'var(--hover)' }}
                content={<BucketTip timeZone={timeZone} shown={shown} asShares={asShares} />}
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
        {marks && !asTable ? <ChartMarks marks={marks} bars={buckets} axis={{ left: Y_AXIS, bottom: X_AXIS }} /> : null}
      </div>
    </div>
  );
}
