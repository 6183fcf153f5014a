'use client';

import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { offsetWords } from '@/lib/kernel/zoned-time';
import { absoluteTime, formatCount } from '../format';
import { InertText } from '../unverified-text';
import type { ChartMark } from './chart-marks';
import { type Bucket, type ChartSeries, SERIES_LOOKS, shareOf, sumOf } from './series';

interface BucketTableProps {
  buckets: readonly Bucket[];
  shown: readonly ChartSeries[];
  timeZone: string | undefined;
  marks?: readonly ChartMark[] | undefined;
  /** Shares of the bar's calls beside the counts. */
  asShares?: boolean;
  onZoom?: ((fromMs: number, toMs: number) => void) | undefined;
}

/** The chart's numbers, newest first. Each row can be zoomed into, which is what dragging does without a mouse. */
export function BucketTable({ buckets, shown, timeZone, marks = [], asShares = false, onZoom }: BucketTableProps) {
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
            {onZoom ? (
              <th scope="col">
                <span className="sr-only">Zoom</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {[...buckets].reverse().map((bucket) => (
            <tr key={bucket.at}>
              <th scope="row" className="num py-0.5 text-left font-normal text-ink-2">
                {absoluteTime(bucket.at, timeZone, 'minutes')} <span className="text-ink-3">{offsetWords(bucket.at, timeZone)}</span>
                {bucket.to > Date.now() ? ', still running' : ''}
                {marks
                  .filter(({ atMs }) => atMs >= bucket.at && atMs < bucket.to)
                  .map((mark) => (
                    <Link key={mark.href} href={mark.href} prefetch={false} className="block text-accent text-meta underline">
                      <InertText text={mark.label} max={300} />
                    </Link>
                  ))}
              </th>
              {shown.map((series) => (
                <td key={series} className="num text-right">
                  {asShares && sumOf(bucket) > 0 ? (
                    <span className="text-ink-3">{shareOf(bucket[series], sumOf(bucket)).toFixed(1)} % · </span>
                  ) : null}
                  {formatCount(bucket[series])}
                </td>
              ))}
              {onZoom ? (
                <td className="w-20 text-right">
                  <Button size="sm" variant="ghost" className="h-6" onClick={() => onZoom(bucket.at, bucket.to)}>
                    Zoom in
                  </Button>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
