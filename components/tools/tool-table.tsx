'use client';

import { useMemo } from 'react';
import { useAllServers, useList } from '@/components/shared/api/lists';
import type { Tool } from '@/components/shared/api/wire';
import { type Facet, FilterBar, useFilters } from '@/components/shared/filter-bar';
import { CategoryWord, RiskBars } from '@/components/shared/risk-bars';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { StatusTag } from '@/components/shared/status-tag';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Peek } from '@/components/shared/table/peek';
import { InertText } from '@/components/shared/unverified-text';
import { useUrlState } from '@/components/shared/url-state';
import { LinkButton } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { ToolPanel } from './tool-panel';

const FACETS: readonly Facet[] = [
  {
    id: 'risk',
    label: 'Risk',
    options: ['critical', 'high', 'medium', 'low'].map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) })),
  },
  {
    id: 'category',
    label: 'Category',
    options: ['read', 'write', 'execute', 'destructive', 'financial'].map((value) => ({
      value,
      label: value.charAt(0).toUpperCase() + value.slice(1),
    })),
  },
  {
    id: 'status',
    label: 'Status',
    options: [
      { value: 'active', label: 'Active' },
      { value: 'pending', label: 'Pending: new, not approved' },
      { value: 'quarantined', label: 'Quarantined: definition changed' },
    ],
  },
  {
    id: 'source',
    label: 'Classified by',
    single: true,
    options: [
      { value: 'classifier', label: 'Classifier' },
      { value: 'manual', label: 'A person' },
    ],
  },
  {
    id: 'findings',
    label: 'Findings',
    single: true,
    options: [
      { value: 'high', label: 'High severity' },
      { value: 'medium', label: 'Medium severity' },
      { value: 'low', label: 'Low severity' },
    ],
  },
];

const NAME: Column<Tool> = {
  id: 'name',
  header: 'Tool',
  width: '26%',
  cell: (tool) => (
    <code className="font-mono text-meta font-medium text-ink">
      <InertText text={tool.name} max={80} />
    </code>
  ),
};
const REST: readonly Column<Tool>[] = [
  {
    id: 'risk',
    header: 'Risk',
    width: '124px',
    cell: (tool) => <RiskBars risk={tool.risk} category={tool.category} reasons={tool.reasons} />,
  },
  { id: 'category', header: 'Category', width: '104px', cell: (tool) => <CategoryWord category={tool.category} /> },
  {
    id: 'why',
    header: 'Why',
    cell: (tool) => (
      <span className="text-ink-2" title={tool.reasons[0]}>
        {tool.manual ? `Set by ${tool.manual.by ?? 'a person'}: ${tool.manual.reason ?? ''}` : tool.reasons[0]}
      </span>
    ),
  },
  {
    id: 'findings',
    header: 'Findings',
    width: '88px',
    cell: (tool) =>
      tool.findings.length > 0 ? (
        <span className={tool.findings.some((finding) => finding.severity === 'high') ? 'text-denied' : 'text-limited'}>
          {tool.findings.length} {tool.findings.some((finding) => finding.severity === 'high') ? 'high' : ''}
        </span>
      ) : (
        <span className="text-ink-3">–</span>
      ),
  },
  {
    id: 'status',
    header: 'Status',
    width: '136px',
    cell: (tool) => (tool.removedAt ? <StatusTag status="expired" word="Not announced" /> : <StatusTag status={tool.status} />),
  },
];
const SERVER: Column<Tool> = {
  id: 'server',
  header: 'Server',
  width: '14%',
  cell: (tool) => <span className="text-ink-2">{tool.server}</span>,
};

/** The catalogue: of one server, or across all of them. */
export function ToolTable({ server }: { server?: string }) {
  const { get, set } = useUrlState();
  const servers = useAllServers(!server);
  const facets = useMemo<readonly Facet[]>(
    () =>
      server
        ? FACETS
        : [
            ...FACETS,
            { id: 'server', label: 'Server', options: (servers.data ?? []).map((one) => ({ value: one.slug, label: one.name })) },
          ],
    [server, servers.data],
  );
  const filters = useFilters(facets);
  const list = useList<Tool>('tools', server ? `/servers/${server}/tools` : '/tools', filters.values);
  const selected = get('sel');
  const shown = list.rows?.find((tool) => tool.id === selected);
  return (
    <Panel flush>
      <FilterBar facets={facets} filters={filters} searchLabel="Search tools" />
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Tools">
        {(rows) =>
          rows.length > 0 ? (
            <DataTable
              label="Tools"
              rows={rows}
              columns={server ? [NAME, ...REST] : [SERVER, NAME, ...REST]}
              rowKey={(tool) => tool.id}
              narrow={(tool) => (
                <span className="flex flex-col gap-1">
                  <span className="flex items-center justify-between gap-2">
                    <code className="truncate font-mono text-meta font-medium">
                      <InertText text={tool.name} max={60} />
                    </code>
                    <RiskBars risk={tool.risk} />
                  </span>
                  <span className="flex items-center justify-between gap-2 text-meta text-ink-3">
                    <span className="truncate">
                      {server ? '' : `${tool.server} · `}
                      <CategoryWord category={tool.category} />
                    </span>
                    <StatusTag status={tool.status} className="text-meta" />
                  </span>
                </span>
              )}
              selected={selected}
              onSelect={(sel) => set({ sel }, sel && !selected ? 'push' : 'replace')}
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onLoadMore={() => void list.fetchNextPage()}
            />
          ) : filters.active.length > 0 ? (
            <NoMatches onClearLast={filters.clearLast} onClearAll={filters.clear} />
          ) : (
            <EmptyState
              title="No tools are known yet"
              action={
                server ? null : (
                  <LinkButton href="/servers/new" variant="primary">
                    Add server
                  </LinkButton>
                )
              }
            >
              {server
                ? 'Sync reads them from the server. A server that lists none often sits behind a filtering proxy, or its token lacks a scope.'
                : 'The tools of every server you add appear here, sorted by what they can do.'}
            </EmptyState>
          )
        }
      </Loaded>
      {shown ? (
        <Peek
          title={
            <span className="font-mono">
              {shown.server} / {shown.name}
            </span>
          }
          onClose={() => set({ sel: null })}
        >
          <ToolPanel key={shown.id} tool={shown} />
        </Peek>
      ) : null}
    </Panel>
  );
}
