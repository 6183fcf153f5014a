'use client';

import { useMemo } from 'react';
import { NOT_OVER, useAlerts } from '@/components/shared/alerts/use-alerts';
import { useAllAgents, useAllServers } from '@/components/shared/api/lists';
import { type Facet, FilterBar, useFilters } from '@/components/shared/filter-bar';
import { PageHeader } from '@/components/shared/page-header';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { Tabs } from '@/components/ui/tabs';
import { ANOMALY_KINDS, KINDS } from '@/lib/domain/anomaly/anomaly-kinds';
import { AlertRow } from './alert-row';
import { KindTable } from './kind-table';

/** What is unusual, why it counts as such, and what follows by itself. */
export function AlertsPage() {
  const { get, set } = useUrlState();
  return (
    <>
      <PageHeader
        title="Alerts"
        description="Unusual calls of agents, each with the numbers it was found by. A condition that goes on is one alert, which closes by itself."
      />
      <Tabs
        label="Alerts"
        value={get('tab') ?? 'alerts'}
        onChange={(tab) => set({ tab: tab === 'alerts' ? null : tab })}
        items={[
          { value: 'alerts', label: 'Alerts', content: <AlertsPanel /> },
          { value: 'kinds', label: 'What counts as unusual', content: <KindTable /> },
        ]}
      />
    </>
  );
}

function AlertsPanel() {
  const { get } = useUrlState();
  const facets = useFacets();
  const filters = useFilters(facets);
  const list = useAlerts({ ...filters.values, status: filters.values.status ?? (get('sel') === null ? NOT_OVER : null) });
  const selected = get('sel');
  return (
    <Panel flush>
      <FilterBar facets={facets} filters={filters} searchLabel="Search alerts" />
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Alerts">
        {(rows) =>
          rows.length > 0 ? (
            <>
              <ul className="divide-y divide-line-soft">
                {rows.map((alert) => (
                  <AlertRow key={alert.id} alert={alert} selected={alert.id === selected} />
                ))}
              </ul>
              {list.hasNextPage ? (
                <div className="border-line-soft border-t px-4 py-3">
                  <Button size="sm" pending={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                    Show more
                  </Button>
                </div>
              ) : null}
            </>
          ) : filters.active.length > 0 ? (
            <NoMatches onClearLast={filters.clearLast} onClearAll={filters.clear} />
          ) : (
            <EmptyState title="Nothing is unusual right now">
              Loops, storms of refusals, bursts, first uses of tools, odd hours and many sessions appear here. Alerts that are over: filter
              by status.
            </EmptyState>
          )
        }
      </Loaded>
    </Panel>
  );
}

function useFacets(): readonly Facet[] {
  const agents = useAllAgents();
  const servers = useAllServers();
  return useMemo(
    () => [
      {
        id: 'status',
        label: 'Status',
        options: [
          { value: 'open', label: 'Open' },
          { value: 'acknowledged', label: 'Acknowledged' },
          { value: 'snoozed', label: 'Snoozed' },
          { value: 'closed', label: 'Closed' },
        ],
      },
      { id: 'kind', label: 'Kind', options: ANOMALY_KINDS.map((kind) => ({ value: kind, label: KINDS[kind].name })) },
      { id: 'agent', label: 'Agent', single: true, options: (agents.data ?? []).map((one) => ({ value: one.slug, label: one.name })) },
      { id: 'server', label: 'Server', single: true, options: (servers.data ?? []).map((one) => ({ value: one.slug, label: one.name })) },
    ],
    [agents.data, servers.data],
  );
}
