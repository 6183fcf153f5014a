'use client';

import type { ExportJob } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { StatusTag } from '@/components/shared/status-tag';
import { InertText } from '@/components/shared/unverified-text';

/** How far an export is, or how it ended. */
export function ExportProgress({ job }: { job: ExportJob }) {
  const { rows, of } = job.progress;
  if (job.status === 'failed')
    return (
      <span className="flex min-w-0 items-center gap-2">
        <StatusTag status="failing" word="Failed" />
        {job.error ? <InertText text={job.error} max={200} className="truncate text-meta text-ink-2" /> : null}
      </span>
    );
  if (job.status === 'done')
    return (
      <span className="flex items-center gap-2">
        <StatusTag status="active" word="Ready" />
        <span className="num text-ink-2">{formatCount(rows)}</span>
      </span>
    );
  if (job.status === 'cancelled' || job.status === 'expired')
    return <StatusTag status="revoked" word={job.status === 'expired' ? 'Expired' : 'Cancelled'} />;
  // Calls go on coming in, and old ones are counted late: a share never says more than all.
  const share = of === null || of === 0 ? null : Math.min(1, rows / of);
  return (
    <span className="flex items-center gap-2">
      {share === null ? <StatusTag status="pending" word={job.status === 'queued' ? 'Waits' : 'Writing'} /> : null}
      {share === null ? null : (
        <span
          role="progressbar"
          aria-label="Progress of the export"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(share * 100)}
          className="h-1.5 min-w-12 flex-1 overflow-hidden rounded-full bg-sunken"
        >
          <span className="block h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
        </span>
      )}
      <span className="num shrink-0 text-ink-2">
        {formatCount(rows)}
        {of === null ? ' rows' : ` of ${formatCount(of)}`}
      </span>
    </span>
  );
}
