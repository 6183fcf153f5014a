'use client';

import { useList } from '@/components/shared/api/lists';
import type { Checkpoint } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { Id } from '@/components/shared/id-text';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { Panel } from '@/components/ui/panel';

const KIND_WORDS: Record<string, string> = {
  regular: 'by the clock',
  shutdown: 'at the end of a process',
  evidence: 'for a download',
  tombstone: 'for a month that was removed',
};

const COLUMNS: readonly Column<Checkpoint>[] = [
  { id: 'number', header: 'Number', width: '88px', cell: (one) => <span className="num">{one.number}</span> },
  { id: 'at', header: 'Time', width: '140px', cell: (one) => <Time at={one.at} /> },
  { id: 'signature', header: 'Signature', width: '112px', cell: (one) => <Signature ok={one.signatureOk} /> },
  { id: 'rows', header: 'Rows covered', width: '120px', cell: (one) => <span className="num">{formatCount(one.rows)}</span> },
  { id: 'changes', header: 'Changes', width: '96px', from: 'lg', cell: (one) => <span className="num">{formatCount(one.changes)}</span> },
  { id: 'kind', header: 'Made', from: 'lg', cell: (one) => <span className="text-ink-2">{KIND_WORDS[one.kind] ?? one.kind}</span> },
  { id: 'key', header: 'Key', width: '192px', from: 'xl', cell: (one) => <Id value={one.key} max={16} /> },
  { id: 'hash', header: 'Hash', width: '192px', cell: (one) => <Id value={one.hash} max={16} /> },
];

export function CheckpointsPanel() {
  const list = useList<Checkpoint>('checkpoints', '/audit/checkpoints');
  return (
    <Panel title="Checkpoints" flush>
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Checkpoints">
        {(rows) =>
          rows.length > 0 ? (
            <DataTable
              label="Checkpoints"
              rows={rows}
              columns={COLUMNS}
              rowKey={(one) => String(one.number)}
              narrow={(one) => (
                <span className="flex flex-col gap-1">
                  <span className="flex items-center gap-3">
                    <span className="num font-medium">{one.number}</span>
                    <Signature ok={one.signatureOk} />
                  </span>
                  <span className="num text-meta text-ink-3">
                    <Time at={one.at} /> · {formatCount(one.rows)} rows
                  </span>
                </span>
              )}
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onLoadMore={() => void list.fetchNextPage()}
              height="320px"
            />
          ) : (
            <EmptyState title="No checkpoint yet">The first one is signed as soon as there is anything to sign.</EmptyState>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Signature({ ok }: { ok: boolean }) {
  return <span className={ok ? 'text-allowed' : 'text-denied'}>{ok ? 'genuine' : 'not genuine'}</span>;
}
