'use client';

import { useList } from '@/components/shared/api/lists';
import type { Removal } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { Panel } from '@/components/ui/panel';
import { keepWords, monthWords } from './retention-words';

const COLUMNS: readonly Column<Removal>[] = [
  { id: 'month', header: 'Month (UTC)', width: '20%', cell: (one) => <span className="font-medium">{monthWords(one.month)}</span> },
  { id: 'calls', header: 'Calls', width: '112px', align: 'right', cell: (one) => <span className="num">{formatCount(one.calls)}</span> },
  {
    id: 'outcomes',
    header: 'Outcomes',
    width: '112px',
    align: 'right',
    from: 'lg',
    cell: (one) => <span className="num">{formatCount(one.outcomes)}</span>,
  },
  { id: 'at', header: 'Removed', width: '140px', cell: (one) => <Time at={one.removedAt} /> },
  { id: 'days', header: 'Kept', width: '96px', from: 'lg', cell: (one) => keepWords(one.days) },
  { id: 'by', header: 'As set by', cell: (one) => one.setBy },
  { id: 'tombstone', header: 'Checkpoint', width: '112px', align: 'right', cell: (one) => <span className="num">{one.tombstone}</span> },
];

export function RemovalsPanel() {
  const list = useList<Removal>('removals', '/audit/removals');
  return (
    <Panel title="Removed months" flush>
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Removed months">
        {(rows) =>
          rows.length > 0 ? (
            <DataTable
              label="Removed months"
              rows={rows}
              columns={COLUMNS}
              rowKey={(one) => one.month}
              narrow={(one) => (
                <span className="flex flex-col gap-1">
                  <span className="font-medium">{monthWords(one.month)}</span>
                  <span className="num text-meta text-ink-3">
                    {formatCount(one.calls)} calls · <Time at={one.removedAt} /> · checkpoint {one.tombstone}
                  </span>
                </span>
              )}
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onLoadMore={() => void list.fetchNextPage()}
            />
          ) : (
            <EmptyState title="Nothing was removed yet">
              Each month that leaves is listed here, with the signed checkpoint that names its rows.
            </EmptyState>
          )
        }
      </Loaded>
    </Panel>
  );
}
