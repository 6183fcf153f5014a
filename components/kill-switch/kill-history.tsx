'use client';

import { useList } from '@/components/shared/api/lists';
import type { KillSwitch } from '@/components/shared/api/wire';
import { killSubject } from '@/components/shared/kill-switch/use-kill-switches';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Panel } from '@/components/ui/panel';

const COLUMNS: readonly Column<KillSwitch>[] = [
  { id: 'what', header: 'Stopped', width: '22%', cell: (kill) => <InertText text={killSubject(kill)} max={120} /> },
  { id: 'at', header: 'From', width: '128px', cell: (kill) => <Time at={kill.engagedAt} /> },
  { id: 'by', header: 'By', width: '14%', cell: (kill) => kill.engagedBy },
  { id: 'why', header: 'Why', cell: (kill) => <InertText text={kill.reason} max={200} /> },
  {
    id: 'lifted',
    header: 'Lifted',
    width: '128px',
    cell: (kill) => (kill.liftedAt ? <Time at={kill.liftedAt} /> : <span className="text-denied">not yet</span>),
  },
  { id: 'liftedBy', header: 'By', width: '14%', from: 'xl', cell: (kill) => kill.liftedBy ?? '' },
  { id: 'liftReason', header: 'Why', from: 'xl', cell: (kill) => <InertText text={kill.liftReason ?? ''} max={200} /> },
];

/** Every time that something was stopped, newest first. */
export function KillHistory() {
  const list = useList<KillSwitch>('kill-switch', '/kill-switch');
  return (
    <Panel title="History" flush>
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="The history">
        {(rows) =>
          rows.length > 0 ? (
            <DataTable
              label="History"
              rows={rows}
              columns={COLUMNS}
              rowKey={(kill) => kill.id}
              narrow={(kill) => (
                <span className="flex flex-col gap-1">
                  <span className="truncate font-medium">
                    <InertText text={killSubject(kill)} max={80} />
                  </span>
                  <span className="truncate text-meta text-ink-3">
                    <Time at={kill.engagedAt} /> · {kill.engagedBy} · {kill.liftedAt ? 'lifted' : 'stopped now'}
                  </span>
                </span>
              )}
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onLoadMore={() => void list.fetchNextPage()}
            />
          ) : (
            <EmptyState title="The kill switch was never used">Who stops what, and why, is kept here.</EmptyState>
          )
        }
      </Loaded>
    </Panel>
  );
}
