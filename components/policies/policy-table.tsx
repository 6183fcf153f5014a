'use client';

import { GitBranch, Plus } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useMemo } from 'react';
import { useAllServers, useList } from '@/components/shared/api/lists';
import type { Policy } from '@/components/shared/api/wire';
import { type Facet, FilterBar, useFilters } from '@/components/shared/filter-bar';
import { formatCount, plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { StatusTag } from '@/components/shared/status-tag';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { NewPolicyDialog } from './new-policy-dialog';

/** What is particular about a policy: it is kept elsewhere, or a publication of it waits. */
function Marks({ policy }: { policy: Policy }) {
  return (
    <>
      {policy.managedBy === null ? null : (
        <span className="inline-flex shrink-0 items-center gap-1 text-meta text-ink-3" title={`Kept in ${policy.managedBy}`}>
          <GitBranch aria-hidden className="size-3.5" />
          <span className="sr-only">Kept in {policy.managedBy}</span>
        </span>
      )}
      {policy.waiting === null ? null : (
        <StatusTag
          status="pending"
          className="text-meta"
          word={policy.waiting.status === 'scheduled' ? 'Scheduled' : 'Waits for a second person'}
        />
      )}
    </>
  );
}

const REST: readonly Column<Policy>[] = [
  {
    id: 'name',
    header: 'Policy',
    width: '24%',
    cell: (policy) => (
      <span className="flex min-w-0 items-center gap-2">
        <span className="truncate font-medium">{policy.name}</span>
        <Marks policy={policy} />
      </span>
    ),
  },
  {
    id: 'live',
    header: 'Live',
    width: '96px',
    cell: (policy) =>
      policy.live ? <span className="num">v{policy.live.version}</span> : <span className="text-ink-3">not published</span>,
  },
  {
    id: 'mode',
    header: 'Mode',
    width: '120px',
    cell: (policy) =>
      policy.mode === 'observe' ? (
        <span className="text-limited">Observe only</span>
      ) : policy.mode ? (
        <span className="text-ink-2">Enforce</span>
      ) : (
        <span className="text-ink-3">–</span>
      ),
  },
  {
    id: 'draft',
    header: 'Draft',
    width: '190px',
    cell: (policy) =>
      policy.hasDraft ? (
        <span className="flex min-w-0 items-center gap-1.5">
          <StatusTag status="draft" word="Draft" className="shrink-0" />
          <span className="truncate text-ink-3">by {policy.draftUpdatedBy}</span>
        </span>
      ) : (
        <span className="text-ink-3">none</span>
      ),
  },
  {
    id: 'tests',
    from: 'xl',
    header: 'Tests',
    align: 'right',
    width: '72px',
    cell: (policy) =>
      policy.tests ? formatCount(policy.tests) : <span className="text-ink-3">{policy.tests === null ? '–' : 'none'}</span>,
  },
  { id: 'grants', header: 'Grants', align: 'right', width: '80px', cell: (policy) => formatCount(policy.grants) },
  {
    id: 'publisher',
    from: 'xl',
    header: 'Published by',
    width: '16%',
    cell: (policy) => <span className="text-ink-2">{policy.live?.publishedBy ?? '–'}</span>,
  },
  { id: 'at', header: 'Published', align: 'right', width: '140px', cell: (policy) => <Time at={policy.live?.publishedAt} /> },
];
const SERVER: Column<Policy> = {
  id: 'server',
  header: 'Server',
  width: '16%',
  cell: (policy) => <span className="text-ink-2">{policy.server.name}</span>,
};

/** The policies of one server, or of all of them. */
export function PolicyTable({ server }: { server?: string }) {
  const router = useRouter();
  const { get, set } = useUrlState();
  const servers = useAllServers(!server);
  const facets = useMemo<readonly Facet[]>(
    () =>
      server ? [] : [{ id: 'server', label: 'Server', options: (servers.data ?? []).map((one) => ({ value: one.slug, label: one.name })) }],
    [server, servers.data],
  );
  const filters = useFilters(facets);
  const list = useList<Policy>('policies', server ? `/servers/${server}/policies` : '/policies', filters.values);
  const refusal = useRefusal('policy.write');
  const open = get('new') === '1';
  const create = (
    <Button variant="primary" disabledReason={refusal} onClick={() => set({ new: '1' })}>
      <Plus aria-hidden className="size-4" />
      New policy
    </Button>
  );
  return (
    <Panel flush>
      <FilterBar facets={facets} filters={filters} searchLabel="Search policies">
        {server ? create : null}
      </FilterBar>
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Policies">
        {(rows) =>
          rows.length > 0 ? (
            <DataTable
              label="Policies"
              rows={rows}
              columns={server ? REST : [SERVER, ...REST]}
              rowKey={(policy) => policy.id}
              narrow={(policy) => (
                <span className="flex flex-col gap-1">
                  <span className="flex items-center justify-between gap-2">
                    <span className="flex min-w-0 items-center gap-2">
                      <span className="truncate font-medium">{policy.name}</span>
                      <Marks policy={policy} />
                    </span>
                    <span className="num shrink-0">{policy.live ? `v${policy.live.version}` : 'not published'}</span>
                  </span>
                  <span className="flex items-center justify-between gap-2 text-meta text-ink-3">
                    <span className="truncate">
                      {policy.server.name} · {plural(policy.grants, 'grant')}
                      {policy.mode === 'observe' ? ' · observe only' : ''}
                    </span>
                    {policy.hasDraft ? <StatusTag status="draft" className="text-meta" /> : null}
                  </span>
                </span>
              )}
              onOpen={(policy) => router.push(`/policies/${policy.server.slug}/${policy.slug}`)}
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onLoadMore={() => void list.fetchNextPage()}
            />
          ) : filters.active.length > 0 ? (
            <NoMatches onClearLast={filters.clearLast} onClearAll={filters.clear} />
          ) : (
            <EmptyState title="No policy yet" action={create}>
              A policy says which tools an agent may call, with which arguments and how often. Without one, a grant denies everything.
            </EmptyState>
          )
        }
      </Loaded>
      {open ? <NewPolicyDialog server={server} suggested={filters.values.server} onClose={() => set({ new: null })} /> : null}
    </Panel>
  );
}
