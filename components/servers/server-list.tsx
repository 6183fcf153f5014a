'use client';

import { Plus } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useList } from '@/components/shared/api/lists';
import type { Server } from '@/components/shared/api/wire';
import { type Facet, FilterBar, useFilters } from '@/components/shared/filter-bar';
import { formatCount } from '@/components/shared/format';
import { PageHeader } from '@/components/shared/page-header';
import { useRefusal } from '@/components/shared/permission';
import { RiskMix } from '@/components/shared/risk-bars';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { Button, LinkButton } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { fullMix, ServerStatus, TRANSPORT_WORDS } from './server-words';

const FACETS: readonly Facet[] = [
  {
    id: 'transport',
    label: 'Transport',
    options: [
      { value: 'http', label: 'Streamable HTTP' },
      { value: 'sse', label: 'HTTP + SSE' },
      { value: 'stdio', label: 'stdio' },
    ],
  },
  {
    id: 'status',
    label: 'Status',
    options: [
      { value: 'active', label: 'Active' },
      { value: 'disabled', label: 'Disabled' },
    ],
  },
];

const COLUMNS: readonly Column<Server>[] = [
  {
    id: 'name',
    header: 'Server',
    cell: (server) => (
      <span className="flex flex-col">
        <span className="truncate font-medium">{server.name}</span>
      </span>
    ),
    width: '22%',
  },
  {
    id: 'slug',
    header: 'Slug',
    from: 'xl',
    cell: (server) => <code className="font-mono text-meta text-ink-2">{server.slug}</code>,
    width: '16%',
  },
  { id: 'status', header: 'Status', cell: (server) => <ServerStatus server={server} />, width: '16%' },
  {
    id: 'transport',
    header: 'Transport',
    from: 'lg',
    cell: (server) => <span className="text-ink-2">{TRANSPORT_WORDS[server.transport]}</span>,
    width: '130px',
  },
  { id: 'tools', header: 'Tools', align: 'right', cell: (server) => formatCount(server.tools.total), width: '72px' },
  { id: 'risk', header: 'By risk', cell: (server) => <RiskMix counts={fullMix(server.tools.byRisk)} />, width: '124px' },
  { id: 'policies', header: 'Policies', align: 'right', cell: (server) => formatCount(server.policies), width: '84px' },
  { id: 'grants', header: 'Grants', align: 'right', cell: (server) => formatCount(server.grants), width: '84px' },
  { id: 'sync', header: 'Last sync', align: 'right', cell: (server) => <Time at={server.lastSyncAt} />, width: '140px' },
];

export function ServerList() {
  const router = useRouter();
  const filters = useFilters(FACETS);
  const list = useList<Server>('servers', '/servers', filters.values);
  const refusal = useRefusal('server.write');
  const add = refusal ? (
    <Button variant="primary" disabledReason={refusal}>
      <Plus aria-hidden className="size-4" />
      Add server
    </Button>
  ) : (
    <LinkButton href="/servers/new" variant="primary">
      <Plus aria-hidden className="size-4" />
      Add server
    </LinkButton>
  );
  const query = { data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch };
  return (
    <>
      <PageHeader title="Servers" description="The MCP servers behind this gateway, and what their tools can do." actions={add} />
      <Panel flush>
        <FilterBar facets={FACETS} filters={filters} searchLabel="Search servers" />
        <Loaded query={query} what="Servers">
          {(rows) =>
            rows.length > 0 ? (
              <DataTable
                label="Servers"
                rows={rows}
                columns={COLUMNS}
                rowKey={(server) => server.id}
                rowHeight={40}
                narrow={(server) => (
                  <span className="flex flex-col gap-1">
                    <span className="flex items-center justify-between gap-2">
                      <span className="truncate font-medium">{server.name}</span>
                      <ServerStatus server={server} />
                    </span>
                    <span className="flex items-center justify-between gap-2 text-meta text-ink-3">
                      <span>
                        {TRANSPORT_WORDS[server.transport]} · {formatCount(server.tools.total)} tools
                      </span>
                      <RiskMix counts={fullMix(server.tools.byRisk)} />
                    </span>
                  </span>
                )}
                onOpen={(server) => router.push(`/servers/${server.slug}`)}
                hasMore={list.hasNextPage}
                loadingMore={list.isFetchingNextPage}
                onLoadMore={() => void list.fetchNextPage()}
              />
            ) : filters.active.length > 0 ? (
              <NoMatches onClearLast={filters.clearLast} onClearAll={filters.clear} />
            ) : (
              <EmptyState title="No server is registered yet" action={add}>
                Each server you add is read once; its tools are listed here by risk, and nothing is callable until a grant says so.
              </EmptyState>
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}
