import { offsetWords } from '@/lib/kernel/zoned-time';
import { absoluteTime, formatCount } from '../format';
import { type ChartSeries, type DrawnBucket, SERIES_LOOKS, shareOf, sumOf } from './series';

interface BucketTipProps {
  active?: boolean;
  payload?: readonly { payload?: DrawnBucket }[];
  timeZone: string | undefined;
  shown: readonly ChartSeries[];
  asShares: boolean;
}

/** All outcomes of one bar; shares always with what they are of. */
export function BucketTip({ active, payload, timeZone, shown, asShares }: BucketTipProps) {
  const bucket = payload?.[0]?.payload?.counts;
  if (!active || !bucket) return null;
  const calls = sumOf(bucket);
  return (
    <div className="rounded-control border border-line bg-raised px-3 py-2 text-meta shadow-overlay">
      <p className="mb-1 font-medium">
        {absoluteTime(bucket.at, timeZone, 'minutes')} {offsetWords(bucket.at, timeZone)}
        {bucket.to > Date.now() ? ', still running' : ''}
      </p>
      {[...shown].reverse().map((series) => (
        <p key={series} className="flex items-center justify-between gap-6">
          <span className="flex items-center gap-1.5 text-ink-2">
            <span aria-hidden className="size-2 rounded-[2px]" style={{ background: SERIES_LOOKS[series].colour }} />
            {SERIES_LOOKS[series].word}
          </span>
          <span className="num">
            {asShares && calls > 0 ? `${shareOf(bucket[series], calls).toFixed(1)} % · ` : ''}
            {formatCount(bucket[series])}
          </span>
        </p>
      ))}
      {asShares ? <p className="num mt-1 text-ink-3">of {formatCount(calls)} calls</p> : null}
    </div>
  );
}
