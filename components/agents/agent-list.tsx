'use client';

import { Plus } from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { BlockAgent } from '@/components/shared/agents/block-agent';
import { useList } from '@/components/shared/api/lists';
import type { Agent } from '@/components/shared/api/wire';
import { type Facet, FilterBar, useFilters } from '@/components/shared/filter-bar';
import { plural } from '@/components/shared/format';
import { PageHeader } from '@/components/shared/page-header';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { StatusTag } from '@/components/shared/status-tag';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { Tabs } from '@/components/ui/tabs';
import { CreateAgentDialog } from './create-agent-dialog';

const FACETS: readonly Facet[] = [
  {
    id: 'status',
    label: 'Status',
    options: [
      { value: 'active', label: 'Active' },
      { value: 'suspended', label: 'Blocked' },
    ],
  },
  {
    id: 'review',
    label: 'Review',
    single: true,
    options: [
      { value: 'overdue', label: 'Overdue' },
      { value: 'done', label: 'Not due' },
    ],
  },
  { id: 'unused', label: 'Grants', single: true, options: [{ value: 'true', label: 'With unused grants' }] },
];

export function AgentStatus({ agent }: { agent: Agent }) {
  if (agent.status === 'suspended') return <StatusTag status="suspended" word="Blocked" />;
  if (!agent.ownerActive) return <StatusTag status="failing" word="Owner disabled" />;
  if (agent.elevated) return <StatusTag status="active" word="Elevated" className="text-ask" />;
  return <StatusTag status="active" />;
}

/** What somebody should look at, in a word or two; null when nothing is to be done. */
function flagsOf(agent: Agent): string | null {
  const flags = [...(agent.review.overdue ? ['review overdue'] : []), ...(agent.unusedGrants > 0 ? [`${agent.unusedGrants} unused`] : [])];
  return flags.length === 0 ? null : flags.join(', ');
}

function Reaches({ agent }: { agent: Agent }) {
  if (agent.servers.length === 0) return <span className="text-ink-3">nothing</span>;
  return (
    <span className="text-ink-2" title={agent.servers.join(', ')}>
      {agent.servers.join(', ')} <span className="text-ink-3">· {plural(agent.grants, 'grant')}</span>
    </span>
  );
}

function Flags({ agent }: { agent: Agent }) {
  const flags = flagsOf(agent);
  return flags === null ? <span className="text-ink-3">–</span> : <span className="text-limited">{flags}</span>;
}

const COLUMNS: readonly Column<Agent>[] = [
  { id: 'name', header: 'Agent', width: '18%', cell: (agent) => <span className="font-medium">{agent.name}</span> },
  { id: 'owner', header: 'Owner', width: '16%', cell: (agent) => <span className="text-ink-2">{agent.owner}</span> },
  {
    id: 'env',
    header: 'Environment',
    from: 'xl',
    width: '108px',
    cell: (agent) => agent.environment ?? <span className="text-ink-3">–</span>,
  },
  { id: 'servers', header: 'Reaches', cell: (agent) => <Reaches agent={agent} /> },
  { id: 'status', header: 'Status', width: '132px', cell: (agent) => <AgentStatus agent={agent} /> },
  { id: 'flags', header: 'To look at', from: 'lg', width: '140px', cell: (agent) => <Flags agent={agent} /> },
  { id: 'used', header: 'Last seen', align: 'right', width: '112px', cell: (agent) => <Time at={agent.lastUsedAt} /> },
  {
    id: 'block',
    header: <span className="sr-only">Actions</span>,
    align: 'right',
    width: '64px',
    cell: (agent) => <BlockAgent agent={agent} size="icon" reason="from the list of agents" />,
  },
];

/** Every agent, and beside them every grant, for those who look after what nobody uses. */
export function AgentList({ grants }: { grants: ReactNode }) {
  const { get, set } = useUrlState();
  const refusal = useRefusal('agent.write');
  const create = (
    <Button variant="primary" disabledReason={refusal} onClick={() => set({ new: '1' })}>
      <Plus aria-hidden className="size-4" />
      Create agent
    </Button>
  );
  return (
    <>
      <PageHeader title="Agents" description="Who calls tools, who answers for them, and what they reach." actions={create} />
      <Tabs
        label="Agents and grants"
        value={get('tab') ?? 'agents'}
        // The two lists have filters of the same names.
        onChange={(tab) => set({ tab: tab === 'agents' ? null : tab, q: null, status: null, review: null, unused: null, sel: null })}
        items={[
          { value: 'agents', label: 'Agents', content: <AgentsPanel create={create} /> },
          { value: 'grants', label: 'Grants', content: grants },
        ]}
      />
      {get('new') === '1' ? <CreateAgentDialog onClose={() => set({ new: null })} /> : null}
    </>
  );
}

function AgentsPanel({ create }: { create: ReactNode }) {
  const router = useRouter();
  const filters = useFilters(FACETS);
  const list = useList<Agent>('agents', '/agents', filters.values);
  return (
    <Panel flush>
      <FilterBar facets={FACETS} filters={filters} searchLabel="Search agents" />
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Agents">
        {(rows) =>
          rows.length > 0 ? (
            <DataTable
              label="Agents"
              rows={rows}
              columns={COLUMNS}
              rowKey={(agent) => agent.id}
              narrow={(agent) => (
                <span className="flex items-center gap-3">
                  <span className="min-w-0 flex-1">
                    <span className="flex items-center gap-2">
                      <span className="min-w-0 truncate font-medium">{agent.name}</span>
                      <AgentStatus agent={agent} />
                    </span>
                    <span className="block truncate text-meta text-ink-3">
                      {flagsOf(agent) ?? agent.owner} · {plural(agent.grants, 'grant')}
                    </span>
                  </span>
                  <BlockAgent agent={agent} size="icon" reason="from the list of agents" />
                </span>
              )}
              onOpen={(agent) => router.push(`/agents/${agent.slug}`)}
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onLoadMore={() => void list.fetchNextPage()}
            />
          ) : filters.active.length > 0 ? (
            <NoMatches onClearLast={filters.clearLast} onClearAll={filters.clear} />
          ) : (
            <EmptyState title="No agent yet" action={create}>
              An agent is a program that calls tools, with a person who answers for it. It reaches nothing until it has a grant.
            </EmptyState>
          )
        }
      </Loaded>
    </Panel>
  );
}
