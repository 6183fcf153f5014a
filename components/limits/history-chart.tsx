'use client';

import { useId, useState } from 'react';
import { Bar, CartesianGrid, Cell, ComposedChart, Line, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { LimitDetail } from '@/components/shared/api/wire';
import { COUNT_AXIS, RunningHatch, TIME_AXIS } from '@/components/shared/charts/chart-look';
import { absoluteTime, formatCount, offsetSpan, zonedTime } from '@/components/shared/format';
import { useTimeZone } from '@/components/shared/time-zone';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { offsetWords } from '@/lib/kernel/zoned-time';
import { bucketLength, type HistoryBucket, type HistoryRange, historyBuckets } from './history-buckets';
import { HistoryTable } from './history-table';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The most that a window came to, over time, below the line of what was allowed; changes are marked. */
export function HistoryChart({ limit }: { limit: LimitDetail }) {
  const { timeZone } = useTimeZone();
  const [range, setRange] = useState<HistoryRange>('7d');
  const [asTable, setAsTable] = useState(false);
  const hatch = useId();
  const buckets = historyBuckets(limit, range);
  const length = bucketLength(limit, range);
  const long = length > DAY_MS;
  const tick = (at: number) => zonedTime(at, timeZone, 'day');
  return (
    <div>
      <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-meta text-ink-2">
        <span className="flex items-center gap-1.5">
          <span aria-hidden className="size-2.5 rounded-[2px] bg-allowed-chart" /> Used
        </span>
        <span className="flex items-center gap-1.5">
          <span aria-hidden className="w-3.5 border-denied-chart border-t-2 border-dashed" /> Limit
        </span>
        <span className="flex items-center gap-1.5">
          <span aria-hidden className="h-3 border-accent border-l" /> Change
        </span>
        <span className="ml-auto flex flex-wrap items-center gap-1 text-ink-3">
          {columnWords(limit, length)}, {offsetSpan(buckets[0]?.fromMs ?? 0, buckets.at(-1)?.toMs ?? 0, timeZone)}
          {long ? null : (
            <Button size="sm" variant="ghost" onClick={() => setRange(range === '7d' ? '90d' : '7d')}>
              {range === '7d' ? 'Show 90 days' : 'Show 7 days'}
            </Button>
          )}
          <Button size="sm" variant="ghost" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? 'Chart' : 'Table'}
          </Button>
        </span>
      </div>
      <div style={{ height: 180 }}>
        {asTable ? (
          <HistoryTable buckets={buckets} timeZone={timeZone} />
        ) : (
          <ResponsiveContainer width="100%" height="100%" debounce={50}>
            <ComposedChart data={buckets} barCategoryGap={1} margin={{ top: 8, right: 4, bottom: 0, left: 0 }} accessibilityLayer>
              <defs>
                <RunningHatch id={hatch} colour="var(--allowed-chart)" />
              </defs>
              <CartesianGrid vertical={false} stroke="var(--line-soft)" />
              <XAxis dataKey="fromMs" tickFormatter={tick} {...TIME_AXIS} />
              <YAxis width={60} domain={[0, 'auto']} {...COUNT_AXIS} />
              <Tooltip isAnimationActive={false} cursor={{ fill: 'var(--hover)' }} content={<Tip timeZone={timeZone} />} />
              <Bar dataKey="peak" isAnimationActive={false} minPointSize={1}>
                {buckets.map((bucket) => (
                  <Cell key={bucket.fromMs} fill={bucket.running ? `url(#${hatch})` : 'var(--allowed-chart)'} />
                ))}
              </Bar>
              <Line
                dataKey="limit"
                type="step"
                stroke="var(--denied-chart)"
                strokeWidth={2}
                strokeDasharray="5 3"
                dot={false}
                activeDot={false}
                isAnimationActive={false}
              />
              {buckets
                .filter(({ marks }) => marks.length > 0)
                .map(({ fromMs }) => (
                  <ReferenceLine key={fromMs} x={fromMs} stroke="var(--accent)" />
                ))}
            </ComposedChart>
          </ResponsiveContainer>
        )}
      </div>
    </div>
  );
}

function columnWords(limit: LimitDetail, length: number): string {
  const shared = limit.align === 'sliding' || !['hour', 'day', 'week', 'month'].includes(limit.window);
  const column = length === HOUR_MS ? 'hour' : length === DAY_MS ? 'day' : 'window';
  return shared && column !== 'window' ? `highest use in each ${column}` : `each ${column}`;
}

interface TipProps {
  active?: boolean;
  payload?: readonly { payload?: HistoryBucket }[];
  timeZone: string | undefined;
}

function Tip({ active, payload, timeZone }: TipProps) {
  const bucket = payload?.[0]?.payload;
  if (!active || !bucket) return null;
  return (
    <div className="max-w-72 rounded-control border border-line bg-raised px-3 py-2 text-meta shadow-overlay">
      <p className="mb-1 font-medium">
        {absoluteTime(bucket.fromMs, timeZone, 'minutes')} {offsetWords(bucket.fromMs, timeZone)}
        {bucket.running ? ', still running' : ''}
      </p>
      <p className="num">
        {formatCount(bucket.peak)} of {formatCount(bucket.limit)}
        {bucket.raised ? ', raised' : ''}
      </p>
      {bucket.marks.map((mark, index) => (
        <p key={index} className="text-ink-2">
          <InertText text={`${mark.words}, ${mark.by}`} max={160} />
        </p>
      ))}
    </div>
  );
}
