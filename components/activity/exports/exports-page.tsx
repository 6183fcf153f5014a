'use client';

import { useList } from '@/components/shared/api/lists';
import type { ExportJob } from '@/components/shared/api/wire';
import { DIRECT_ROWS_MAX, FORMATS } from '@/components/shared/export-size';
import { formatBytes } from '@/components/shared/format';
import { PageHeader } from '@/components/shared/page-header';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { LinkButton } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { ActivityTabs } from '../activity-tabs';
import { ExportActions } from './export-actions';
import { ExportProgress } from './export-progress';

const LOOK_MS = 2_000;

const COLUMNS: readonly Column<ExportJob>[] = [
  { id: 'at', header: 'Asked for', width: '124px', cell: (job) => <Time at={job.createdAt} /> },
  { id: 'who', header: 'By', width: '148px', from: 'xl', cell: (job) => <InertText text={job.createdBy} max={60} /> },
  { id: 'format', header: 'Format', width: '80px', cell: (job) => FORMATS[job.format].label },
  { id: 'filter', header: 'Filter', cell: (job) => <Filter job={job} /> },
  { id: 'progress', header: 'Rows', width: '176px', cell: (job) => <ExportProgress job={job} /> },
  { id: 'bytes', header: 'Size', align: 'right', width: '88px', from: 'lg', cell: (job) => formatBytes(job.progress.bytes) },
  { id: 'until', header: 'Kept until', width: '164px', from: 'xl', cell: (job) => (job.expiresAt ? <Time at={job.expiresAt} /> : '–') },
  {
    id: 'do',
    header: <span className="sr-only">Actions</span>,
    align: 'right',
    width: '160px',
    cell: (job) => <ExportActions job={job} />,
  },
];

/** Exports that are made in the background. They go on whoever looks. */
export function ExportsPage() {
  const list = useList<ExportJob>('exports', '/exports', {}, { refetchMs: LOOK_MS });
  return (
    <>
      <PageHeader title="Activity" badges={<ActivityTabs open="exports" />} />
      <Panel title="Exports" meta="files are kept for seven days" flush>
        <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Exports">
          {(rows) =>
            rows.length > 0 ? (
              <DataTable
                label="Exports"
                rows={rows}
                columns={COLUMNS}
                rowKey={(job) => job.id}
                narrow={(job) => (
                  <span className="flex items-center justify-between gap-2">
                    <span className="flex min-w-0 flex-1 flex-col gap-1">
                      <span className="flex items-center gap-2 text-meta text-ink-3">
                        <span className="font-medium text-base text-ink">{FORMATS[job.format].label}</span>
                        <Time at={job.createdAt} />
                      </span>
                      <ExportProgress job={job} />
                    </span>
                    <ExportActions job={job} />
                  </span>
                )}
                hasMore={list.hasNextPage}
                loadingMore={list.isFetchingNextPage}
                onLoadMore={() => void list.fetchNextPage()}
                height="max(320px, calc(100dvh - 232px))"
              />
            ) : (
              <EmptyState
                title="No exports yet"
                action={
                  <LinkButton variant="outline" href="/activity">
                    Choose calls to export
                  </LinkButton>
                }
              >
                An export of more than {DIRECT_ROWS_MAX.toLocaleString('en')} calls is made in the background and appears here with its
                progress. Smaller ones are downloaded at once.
              </EmptyState>
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}

function Filter({ job }: { job: ExportJob }) {
  const { from, to: _, ...others } = job.filter as { from?: string; to?: string };
  const words = Object.entries(others)
    .map(([name, value]) => `${name}:${Array.isArray(value) ? value.join(',') : String(value)}`)
    .join(' ');
  return (
    <span className="block truncate">
      {words === '' ? <span className="text-ink-3">all calls</span> : <InertText text={words} max={160} />}
      {from ? (
        <span className="text-ink-3">
          {' '}
          since <Time at={from} />
        </span>
      ) : null}
    </span>
  );
}
