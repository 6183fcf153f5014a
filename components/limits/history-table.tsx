import { absoluteTime, formatCount } from '@/components/shared/format';
import { InertText } from '@/components/shared/unverified-text';
import { offsetWords } from '@/lib/kernel/zoned-time';
import type { HistoryBucket } from './history-buckets';

/** The chart's numbers, newest first; columns without use and without a change are left out. */
export function HistoryTable({ buckets, timeZone }: { buckets: readonly HistoryBucket[]; timeZone: string | undefined }) {
  const shown = buckets.filter(({ peak, marks, running }) => peak > 0 || marks.length > 0 || running).reverse();
  return (
    <div tabIndex={0} role="region" aria-label="History as a table" className="h-full overflow-auto">
      <table className="w-full">
        <thead className="sticky top-0 bg-surface">
          <tr>
            {['From', 'Used', 'Limit', 'Changes'].map((head, index) => (
              <th
                key={head}
                scope="col"
                className={`text-meta font-medium text-ink-3 ${index === 1 || index === 2 ? 'text-right' : index === 3 ? 'pl-4 text-left' : 'text-left'}`}
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((bucket) => (
            <tr key={bucket.fromMs} className="align-top">
              <th scope="row" className="num py-0.5 text-left font-normal text-ink-2">
                {absoluteTime(bucket.fromMs, timeZone, 'minutes')}{' '}
                <span className="text-ink-3">{offsetWords(bucket.fromMs, timeZone)}</span>
                {bucket.running ? ', running' : ''}
              </th>
              <td className="num whitespace-nowrap py-0.5 pl-3 text-right">{formatCount(bucket.peak)}</td>
              <td className="num whitespace-nowrap py-0.5 pl-3 text-right">
                {formatCount(bucket.limit)}
                {bucket.raised ? ' raised' : ''}
              </td>
              <td className="py-0.5 pl-4 text-ink-2">
                <InertText text={bucket.marks.map((mark) => mark.words).join('; ')} max={200} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
