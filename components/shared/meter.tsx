import { cn } from '@/components/ui/cn';
import { formatCount } from './format';

/** Used of max: numbers, bar, and the word when it is full. The mark stands at 80 %. */
export function Meter({ used, max, label }: { used: number; max: number; label: string }) {
  const share = max > 0 ? Math.min(1, used / max) : 1;
  const full = used >= max;
  return (
    <span className="flex items-center gap-2.5">
      <span
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={used}
        aria-valuetext={`${used} of ${max}`}
        className="relative h-1.5 min-w-16 flex-1 overflow-hidden rounded-full bg-sunken"
      >
        <span
          className={cn('block h-full rounded-full', full ? 'bg-denied-chart' : share >= 0.8 ? 'bg-limited-chart' : 'bg-allowed-chart')}
          style={{ width: `${share * 100}%` }}
        />
        <span aria-hidden className="absolute inset-y-0 left-[80%] w-px bg-control" />
      </span>
      <span className="num w-32 shrink-0 text-right text-ink-2">
        {formatCount(used)} of {formatCount(max)}
        {full ? <span className="text-denied"> · full</span> : null}
      </span>
    </span>
  );
}
