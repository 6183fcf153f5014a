'use client';

import { useList } from '@/components/shared/api/lists';
import type { Chain, Verification } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { Id } from '@/components/shared/id-text';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { Panel } from '@/components/ui/panel';

/** One chain a life of a process, with what the last verification said of it. */
export function ChainsPanel({ problems, verifiedAt }: { problems: Verification['problems']; verifiedAt: string | null }) {
  const list = useList<Chain>('chains', '/audit/chains');
  const state = (chain: Chain) => (
    <State chain={chain} problem={problems.find(({ writer }) => writer === chain.writer)} verifiedAt={verifiedAt} />
  );
  const columns: readonly Column<Chain>[] = [
    { id: 'node', header: 'Node', width: '18%', cell: (chain) => chain.node },
    { id: 'writer', header: 'Writer', width: '192px', cell: (chain) => <Id value={chain.writer} max={16} /> },
    { id: 'started', header: 'Started', width: '140px', cell: (chain) => <Time at={chain.startedAt} /> },
    {
      id: 'ended',
      header: 'Ended',
      width: '140px',
      from: 'lg',
      cell: (chain) => (chain.closedAt ? <Time at={chain.closedAt} /> : <span className="text-ink-3">not closed</span>),
    },
    { id: 'rows', header: 'Rows', width: '96px', cell: (chain) => <span className="num">{formatCount(chain.rows)}</span> },
    { id: 'hash', header: 'Last hash', width: '192px', from: 'xl', cell: (chain) => <Id value={chain.hash} max={16} /> },
    { id: 'state', header: 'Last verification', cell: state },
  ];
  return (
    <Panel title="Chains by writer" flush>
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Chains">
        {(rows) =>
          rows.length > 0 ? (
            <DataTable
              label="Chains"
              rows={rows}
              columns={columns}
              rowKey={(chain) => chain.writer}
              narrow={(chain) => (
                <span className="flex flex-col gap-1">
                  <span className="flex items-center gap-3">
                    <span className="truncate font-medium">{chain.node}</span>
                    {state(chain)}
                  </span>
                  <span className="num text-meta text-ink-3">
                    <Time at={chain.startedAt} /> · {formatCount(chain.rows)} rows
                  </span>
                </span>
              )}
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onLoadMore={() => void list.fetchNextPage()}
              height="320px"
            />
          ) : (
            <EmptyState title="No chain yet">The first process that records a call begins one.</EmptyState>
          )
        }
      </Loaded>
    </Panel>
  );
}

function State({
  chain,
  problem,
  verifiedAt,
}: {
  chain: Chain;
  problem: Verification['problems'][number] | undefined;
  verifiedAt: string | null;
}) {
  if (problem) return <span className="text-denied">broken at row {problem.seq}</span>;
  if (verifiedAt === null || chain.startedAt > verifiedAt) return <span className="text-ink-3">not verified yet</span>;
  return <span className="text-allowed">holds</span>;
}
