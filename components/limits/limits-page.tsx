'use client';

import { useMemo } from 'react';
import { useAllServers, useList } from '@/components/shared/api/lists';
import type { LimitRow } from '@/components/shared/api/wire';
import { type Facet, FilterBar, useFilters } from '@/components/shared/filter-bar';
import { Meter } from '@/components/shared/meter';
import { PageHeader } from '@/components/shared/page-header';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { LinkButton } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { windowWords } from '@/lib/policy/explain/words';

const who = (row: LimitRow) => row.scopeName ?? row.scopeKey;

const COLUMNS: readonly Column<LimitRow>[] = [
  {
    id: 'who',
    header: 'Counted for',
    width: '18%',
    cell: (row) => (
      <span>
        <InertText text={who(row)} max={80} /> <span className="text-ink-3">{row.scope}</span>
      </span>
    ),
  },
  {
    id: 'policy',
    header: 'Server / policy',
    width: '16%',
    cell: (row) => (
      <span className="text-ink-2">
        {row.server ?? 'deleted'} / {row.policy}
      </span>
    ),
  },
  { id: 'counter', header: 'Counter', width: '12%', cell: (row) => row.counter },
  { id: 'rule', header: 'Rule', from: 'xl', cell: (row) => <code className="font-mono text-meta text-ink-3">{row.rule}</code> },
  { id: 'window', header: 'Window', width: '88px', cell: (row) => <span className="text-ink-2">{windowWords(row.window)}</span> },
  {
    id: 'used',
    header: 'Used',
    width: '240px',
    cell: (row) => <Meter used={row.used} max={row.max} label={`${row.counter} of ${who(row)}`} />,
  },
  { id: 'resets', header: 'Resets', align: 'right', width: '128px', cell: (row) => <Time at={row.resetsAt} /> },
];

/** Live counters, the nearest to exhaustion first; one request for all meters. */
export function LimitsPage() {
  const servers = useAllServers();
  const facets = useMemo<readonly Facet[]>(
    () => [
      {
        id: 'near',
        label: 'Used',
        single: true,
        options: [
          { value: '0.5', label: 'Half or more' },
          { value: '0.8', label: '80 % or more' },
          { value: '1', label: 'Used up' },
        ],
      },
      { id: 'server', label: 'Server', single: true, options: (servers.data ?? []).map((one) => ({ value: one.slug, label: one.name })) },
    ],
    [servers.data],
  );
  const filters = useFilters(facets);
  const list = useList<LimitRow>('limits', '/limits', filters.values, { refetchMs: 5000 });
  return (
    <>
      <PageHeader
        title="Limits"
        description="Counters whose window runs now. Calendar windows follow UTC; a used-up limit refuses until it resets."
      />
      <Panel flush>
        <FilterBar facets={facets} filters={filters} searchLabel="Search counters" />
        <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Limits">
          {(rows) =>
            rows.length > 0 ? (
              <DataTable
                label="Limits"
                rows={rows}
                columns={COLUMNS}
                rowKey={(row) => row.key}
                narrow={(row) => (
                  <span className="flex flex-col gap-1">
                    <span className="flex justify-between gap-2">
                      <span className="truncate font-medium">{who(row)}</span>
                      <span className="text-meta text-ink-3">{row.counter}</span>
                    </span>
                    <Meter used={row.used} max={row.max} label={row.counter} />
                  </span>
                )}
                hasMore={list.hasNextPage}
                loadingMore={list.isFetchingNextPage}
                onLoadMore={() => void list.fetchNextPage()}
              />
            ) : filters.active.length > 0 ? (
              <NoMatches onClearLast={filters.clearLast} onClearAll={filters.clear} />
            ) : (
              <EmptyState title="No counter runs right now" action={<LinkButton href="/policies">Open policies</LinkButton>}>
                A counter appears with the first call that a limit counts, and goes when its window ends.
              </EmptyState>
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}
