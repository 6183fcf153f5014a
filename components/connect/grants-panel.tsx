'use client';

import { Plus } from 'lucide-react';
import { useList } from '@/components/shared/api/lists';
import type { Grant } from '@/components/shared/api/wire';
import { type Facet, FilterBar, useFilters } from '@/components/shared/filter-bar';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { StatusTag } from '@/components/shared/status-tag';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Peek } from '@/components/shared/table/peek';
import { Time } from '@/components/shared/time-text';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { CreateGrantDialog } from './create-grant-dialog';
import { GrantPanel } from './grant-panel';
import { UNUSED_WORDS } from './grant-words';
import { RevokeUnused } from './revoke-unused';

const FACETS: readonly Facet[] = [
  {
    id: 'status',
    label: 'Status',
    options: ['active', 'scheduled', 'expired', 'revoked'].map((value) => ({
      value,
      label: value.charAt(0).toUpperCase() + value.slice(1),
    })),
  },
  { id: 'unused', label: 'Use', single: true, options: [{ value: 'true', label: 'Unused' }] },
];

const AGENT: Column<Grant> = {
  id: 'agent',
  header: 'Agent',
  width: '20%',
  cell: (grant) => <span className="font-medium">{grant.agent.name}</span>,
};
const SERVER: Column<Grant> = {
  id: 'server',
  header: 'Server',
  width: '20%',
  cell: (grant) => <span className="font-medium">{grant.server.name}</span>,
};
const REST: readonly Column<Grant>[] = [
  { id: 'label', header: 'Label', cell: (grant) => grant.label ?? <span className="text-ink-3">–</span> },
  { id: 'policy', header: 'Policy', width: '20%', cell: (grant) => <PolicyOf grant={grant} /> },
  {
    id: 'token',
    header: 'Token',
    from: 'xl',
    width: '124px',
    cell: (grant) => <code className="font-mono text-meta text-ink-2">cg_live_…{grant.tokens[0]?.lastFour ?? ''}</code>,
  },
  {
    id: 'status',
    header: 'Status',
    width: '112px',
    cell: (grant) => (
      <StatusTag
        status={grant.status === 'scheduled' ? 'pending' : grant.status}
        word={grant.status === 'scheduled' ? 'Scheduled' : undefined}
      />
    ),
  },
  { id: 'expires', header: 'Expires', align: 'right', width: '164px', cell: (grant) => <Time at={grant.expiresAt} /> },
  { id: 'used', header: 'Last used', align: 'right', width: '140px', cell: (grant) => <LastUse grant={grant} /> },
];

function LastUse({ grant }: { grant: Grant }) {
  return (
    <span className={grant.unused ? 'text-limited' : undefined} title={grant.unused ? UNUSED_WORDS[grant.unused] : undefined}>
      {grant.unused === 'never' ? 'never, unused' : <Time at={grant.lastUsedAt} />}
      {grant.unused === 'idle' ? ', unused' : ''}
    </span>
  );
}

function PolicyOf({ grant }: { grant: Grant }) {
  if (grant.elevation)
    return (
      <span className="text-ask">
        {grant.elevation.policy.name} until <Time at={grant.elevation.until} />
      </span>
    );
  if (!grant.policy) return <span className="text-denied">none: denies everything</span>;
  if (grant.policyVersion === null) return <span className="text-limited">{grant.policy.name}, not published: denies everything</span>;
  return (
    <span>
      {grant.policy.name} <span className="num text-ink-3">v{grant.policyVersion}</span>
    </span>
  );
}

/** The grants of one agent or of one server. */
export function GrantsPanel({ agent, server }: { agent?: string; server?: string }) {
  const { get, set } = useUrlState();
  const filters = useFilters(FACETS);
  const list = useList<Grant>('grants', '/grants', { ...filters.values, agent, server });
  const refusal = useRefusal('grant.write');
  const selected = get('sel');
  const shown = list.rows?.find((grant) => grant.id === selected);
  const create = (
    <Button variant="primary" disabledReason={refusal} onClick={() => set({ grant: 'new' })}>
      <Plus aria-hidden className="size-4" />
      Create grant
    </Button>
  );
  const columns = [...(agent ? [] : [AGENT]), ...(server ? [] : [SERVER]), ...REST];
  return (
    <Panel flush>
      <FilterBar facets={FACETS} filters={filters} searchLabel="Search grants">
        <RevokeUnused grants={list.rows ?? []} />
        {create}
      </FilterBar>
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Grants">
        {(rows) =>
          rows.length > 0 ? (
            <DataTable
              label="Grants"
              rows={rows}
              columns={columns}
              rowKey={(grant) => grant.id}
              rowClassName={(grant) => (grant.status === 'revoked' || grant.status === 'expired' ? 'text-ink-3' : undefined)}
              narrow={(grant) => (
                <span className="flex flex-col gap-1">
                  <span className="flex items-center justify-between gap-2">
                    <span className="truncate font-medium">{agent ? grant.server.name : grant.agent.name}</span>
                    <StatusTag status={grant.status} />
                  </span>
                  <span className="flex items-center justify-between gap-2 text-meta text-ink-3">
                    <span className="truncate">
                      <PolicyOf grant={grant} />
                    </span>
                    <LastUse grant={grant} />
                  </span>
                </span>
              )}
              selected={selected}
              onSelect={(sel) => set({ sel }, sel && !selected ? 'push' : 'replace')}
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onLoadMore={() => void list.fetchNextPage()}
              height="60dvh"
            />
          ) : filters.active.length > 0 ? (
            <NoMatches onClearLast={filters.clearLast} onClearAll={filters.clear} />
          ) : (
            <EmptyState title="No grant yet" action={create}>
              A grant lets one agent use one server under one policy. Its token is what the client sends.
            </EmptyState>
          )
        }
      </Loaded>
      {shown ? (
        <Peek title={`${shown.agent.name} on ${shown.server.name}`} onClose={() => set({ sel: null })}>
          <GrantPanel key={shown.id} grant={shown} />
        </Peek>
      ) : null}
      {get('grant') === 'new' ? <CreateGrantDialog agent={agent} server={server} onClose={() => set({ grant: null })} /> : null}
    </Panel>
  );
}
