import { Flag } from 'lucide-react';
import Link from 'next/link';
import { formatCount } from '../format';
import { type ChartSeries, SERIES_LOOKS } from './series';

interface ChartLegendProps {
  shown: readonly ChartSeries[];
  totals: Record<ChartSeries, number>;
  hrefOf?: ((series: ChartSeries) => string) | undefined;
  /** How many marks the chart has; a legend of none is left out. */
  marks: number;
}

/** The outcomes with their numbers; each leads to its calls where the page says how. */
export function ChartLegend({ shown, totals, hrefOf, marks }: ChartLegendProps) {
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-1">
      {shown
        .filter((series) => totals[series] > 0 || series === 'allowed' || series === 'denied')
        .map((series) => {
          const words = (
            <>
              <span aria-hidden className="size-2.5 rounded-[2px]" style={{ background: SERIES_LOOKS[series].colour }} />
              {SERIES_LOOKS[series].word} <span className="num text-ink">{formatCount(totals[series])}</span>
            </>
          );
          return (
            <li key={series} className="flex items-center gap-1.5 text-meta text-ink-2">
              {hrefOf ? (
                <Link
                  href={hrefOf(series)}
                  prefetch={false}
                  data-count={totals[series]}
                  className="flex min-h-6 items-center gap-1.5 rounded-sm hover:text-accent hover:underline"
                >
                  {words}
                </Link>
              ) : (
                words
              )}
            </li>
          );
        })}
      {marks > 0 ? (
        <li className="flex items-center gap-1.5 text-meta text-ink-2">
          <Flag aria-hidden className="size-3 text-accent" />
          Policy published <span className="num text-ink">{formatCount(marks)}</span>
        </li>
      ) : null}
    </ul>
  );
}
