'use client';

import { CircleAlert } from 'lucide-react';
import { useMemo, useState } from 'react';
import { ApiError } from '@/components/shared/api/client';
import { useAllAgents, useAllPolicies, useAllServers } from '@/components/shared/api/lists';
import type { LimitRow } from '@/components/shared/api/wire';
import { type Facet, FilterBar, useFilters } from '@/components/shared/filter-bar';
import { ServerOffset } from '@/components/shared/limits/server-clock';
import { PageHeader } from '@/components/shared/page-header';
import { useRefusal } from '@/components/shared/permission';
import { useShortcuts } from '@/components/shared/shortcuts';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { DataTable } from '@/components/shared/table/data-table';
import { Peek } from '@/components/shared/table/peek';
import { useUrlState } from '@/components/shared/url-state';
import { LinkButton } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { Select } from '@/components/ui/select';
import { ResetDialog, RevokeDialog } from './close-dialogs';
import { type Group, LimitNarrow, limitColumns } from './limit-columns';
import { type LimitAction, LimitPanel } from './limit-panel';
import { RaiseDialog } from './raise-dialog';
import { useLimits } from './use-limits';

const GROUPS: readonly { value: Group | 'none'; label: string }[] = [
  { value: 'none', label: 'Nearest first' },
  { value: 'agent', label: 'By agent' },
  { value: 'rule', label: 'By tool' },
  { value: 'policy', label: 'By policy' },
];

const DIALOGS = { raise: RaiseDialog, reset: ResetDialog, revoke: RevokeDialog } as const;

/** Live counters, the nearest to exhaustion first; one request for all meters. */
export function LimitsPage() {
  const { get, set } = useUrlState();
  const facets = useFacets();
  const filters = useFilters(facets);
  const group = GROUPS.some(({ value }) => value === get('group')) ? (get('group') as Group) : null;
  const list = useLimits({ ...filters.values, group });
  const selected = get('sel');
  const [acting, setActing] = useState<{ action: LimitAction; row: LimitRow } | null>(null);
  const refusal = useRefusal('limit.write');
  const chosen = list.rows?.find((row) => row.key === selected);
  useShortcuts({
    u: () => {
      if (chosen && refusal === null) setActing({ action: 'raise', row: chosen });
    },
  });
  const Acting = acting ? DIALOGS[acting.action] : null;
  const columns = useMemo(() => limitColumns(group, list.rows ?? []), [group, list.rows]);
  return (
    <ServerOffset value={list.offsetMs}>
      <PageHeader
        title="Limits"
        description="Counters whose window runs now. Calendar windows follow UTC; a used-up limit refuses until it resets."
      />
      {list.error ? <FailMode error={list.error} /> : null}
      <Panel flush>
        <FilterBar facets={facets} filters={filters} searchLabel="Search counters">
          <Select
            size="sm"
            label="Order"
            value={group ?? 'none'}
            onChange={(value) => set({ group: value === 'none' ? null : value })}
            options={GROUPS}
          />
        </FilterBar>
        <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Limits">
          {(rows) =>
            rows.length > 0 ? (
              <DataTable
                label="Limits"
                rows={rows}
                columns={columns}
                rowKey={(row) => row.key}
                narrow={(row) => <LimitNarrow row={row} />}
                selected={selected}
                onSelect={(sel) => set({ sel }, sel && !selected ? 'push' : 'replace')}
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
      {selected ? (
        <Peek title={chosen ? `${chosen.counter} · ${chosen.policy}` : 'Counter'} onClose={() => set({ sel: null })}>
          <LimitPanel key={selected} limitKey={selected} onAct={(action, row) => setActing({ action, row })} />
        </Peek>
      ) : null}
      {acting && Acting ? <Acting row={acting.row} onClose={() => setActing(null)} /> : null}
    </ServerOffset>
  );
}

/** Without the counters nobody can be counted, and what cannot be counted is not let through. */
function FailMode({ error }: { error: Error }) {
  if (!(error instanceof ApiError) || (error.status !== 503 && error.status !== 0)) return null;
  return (
    <p role="alert" className="mb-3 flex items-start gap-2 rounded-panel border border-denied-chart bg-surface px-4 py-2.5 text-denied">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      {error.status === 503
        ? 'The counter store cannot be reached. Limits fail closed: calls are refused until it is back.'
        : 'The console cannot reach the server, so these numbers are old. If the counter store is away, limits fail closed: calls are refused.'}
    </p>
  );
}

function useFacets(): readonly Facet[] {
  const servers = useAllServers();
  const agents = useAllAgents();
  const policies = useAllPolicies();
  return useMemo(
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
      { id: 'agent', label: 'Agent', single: true, options: (agents.data ?? []).map((one) => ({ value: one.slug, label: one.name })) },
      { id: 'server', label: 'Server', single: true, options: (servers.data ?? []).map((one) => ({ value: one.slug, label: one.name })) },
      {
        id: 'policy',
        label: 'Policy',
        single: true,
        options: (policies.data ?? []).map((one) => ({ value: one.id, label: `${one.server} / ${one.slug}` })),
      },
      {
        id: 'scope',
        label: 'Counted for',
        single: true,
        options: ['grant', 'agent', 'owner', 'server', 'policy', 'session'].map((value) => ({ value, label: `Each ${value}` })),
      },
      { id: 'raised', label: 'Raised', single: true, options: [{ value: 'true', label: 'Raised now' }] },
    ],
    [servers.data, agents.data, policies.data],
  );
}
