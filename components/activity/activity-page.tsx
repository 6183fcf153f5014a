'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowUp, Pause, Play } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useMemo, useRef } from 'react';
import { api, queryString } from '@/components/shared/api/client';
import { useAllAgents, useAllServers } from '@/components/shared/api/lists';
import type { AuditRow, Stats } from '@/components/shared/api/wire';
import { OutcomeChart } from '@/components/shared/charts/outcome-chart';
import { type Facet, FilterBar, useFilters } from '@/components/shared/filter-bar';
import { PageHeader } from '@/components/shared/page-header';
import { useShortcuts } from '@/components/shared/shortcuts';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { DataTable } from '@/components/shared/table/data-table';
import { Peek } from '@/components/shared/table/peek';
import { type RangeState, rangeBounds, TimeRange } from '@/components/shared/time-range';
import { useUrlState } from '@/components/shared/url-state';
import { Button, LinkButton } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { ACTIVITY_COLUMNS, ActivityNarrow } from './activity-columns';
import { EventLoader } from './event-loader';
import { FIXED_FACETS, referenceFacet } from './facets';
import { useActivity } from './use-activity';

export function ActivityPage() {
  const router = useRouter();
  const { get, set } = useUrlState();
  const facets = useFacets();
  const filters = useFilters(facets);
  const range: RangeState = { range: get('range'), from: get('from'), to: get('to') };
  const live = get('live') === '1';
  const selected = get('sel');
  const box = useRef<HTMLDivElement>(null);
  const reading = () =>
    Boolean(
      selected ||
        window.getSelection()?.toString() ||
        box.current?.matches(':hover') ||
        (box.current?.querySelector('.overflow-auto')?.scrollTop ?? 0) > 8,
    );
  const list = useActivity(filters.values, range, reading, live);
  const toggleLive = () => set({ live: live ? null : '1' });
  useShortcuts({ l: toggleLive });
  const stats = useQuery({
    queryKey: ['stats', filters.values, range],
    queryFn: ({ signal }) =>
      api<Stats>('GET', `/stats${queryString({ ...filters.values, ...rangeBounds(range, Date.now()) })}`, { signal }),
    refetchInterval: live ? 10_000 : false,
  });
  const filtered = filters.active.length > 0 || Boolean(range.range || range.from || range.to);
  return (
    <>
      <PageHeader
        title="Activity"
        actions={
          <>
            <LinkButton href="/activity/integrity" variant="ghost">
              Integrity
            </LinkButton>
            <TimeRange state={range} onChange={(patch) => set({ ...patch })} />
          </>
        }
      />
      {stats.isPending || (stats.data && stats.data.total > 0) ? (
        // The height is kept while the numbers come, so that the list below does not jump.
        <Panel flush className="mb-3 min-h-36 px-4 pt-2 pb-1">
          {stats.data ? (
            <OutcomeChart
              stats={stats.data}
              height={88}
              onZoom={(from, to) => set({ range: null, from: new Date(from).toISOString(), to: new Date(to).toISOString() })}
            />
          ) : null}
        </Panel>
      ) : null}
      <Panel flush>
        <FilterBar facets={facets} filters={filters} searchLabel="Search tool, rule, reason, id">
          <Button
            size="sm"
            variant={live ? 'outline' : 'quiet'}
            aria-pressed={live}
            onClick={toggleLive}
            label={live ? 'Pause: new rows wait behind a count' : 'Show new rows as they come, while nobody reads'}
            keys="L"
          >
            {live ? <Pause aria-hidden className="size-3.5" /> : <Play aria-hidden className="size-3.5" />}
            {live ? 'Live' : 'Paused'}
          </Button>
        </FilterBar>
        <div ref={box} className="relative">
          {list.fresh.length > 0 ? (
            <div className="pointer-events-none absolute inset-x-0 top-9 z-20 flex justify-center">
              <Button size="sm" variant="primary" className="pointer-events-auto rounded-full shadow-overlay" onClick={list.showFresh}>
                <ArrowUp aria-hidden className="size-3.5" />
                {list.fresh.length >= 50 ? '50 or more' : list.fresh.length} new
              </Button>
            </div>
          ) : null}
          <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Activity">
            {(rows) =>
              rows.length > 0 ? (
                <DataTable
                  label="Calls"
                  rows={rows}
                  columns={ACTIVITY_COLUMNS}
                  rowKey={(row: AuditRow) => row.id}
                  narrow={(row) => <ActivityNarrow row={row} />}
                  rowHeight={32}
                  selected={selected}
                  onSelect={(sel) => set({ sel }, sel && !selected ? 'push' : 'replace')}
                  onOpen={(row) => router.push(`/activity/${row.id}`)}
                  hasMore={list.hasNextPage}
                  loadingMore={list.isFetchingNextPage}
                  onLoadMore={() => void list.fetchNextPage()}
                  height="max(400px, calc(100dvh - 268px))"
                />
              ) : filtered ? (
                <NoMatches
                  onClearLast={filters.active.length ? filters.clearLast : undefined}
                  onWiden={() => set({ range: '30d', from: null, to: null })}
                  onClearAll={() => {
                    filters.clear();
                    set({ range: null, from: null, to: null });
                  }}
                />
              ) : (
                <EmptyState
                  title="No calls in the last 24 hours"
                  action={
                    <>
                      <Button onClick={() => set({ range: '30d' })}>Widen to 30 days</Button>
                      <LinkButton href="/agents" variant="primary">
                        Connect an agent
                      </LinkButton>
                    </>
                  }
                >
                  The first call of an agent appears here by itself, allowed or denied, with the rule that decided it.
                </EmptyState>
              )
            }
          </Loaded>
        </div>
      </Panel>
      {selected ? (
        <Peek title="Call" href={`/activity/${selected}`} onClose={() => set({ sel: null })}>
          <EventLoader key={selected} id={selected} />
        </Peek>
      ) : null}
    </>
  );
}

function useFacets(): readonly Facet[] {
  const { get } = useUrlState();
  const servers = useAllServers();
  const agents = useAllAgents();
  const tool = get('tool');
  const grant = get('grant');
  const policy = get('policy');
  return useMemo(
    () => [
      ...FIXED_FACETS,
      { id: 'server', label: 'Server', options: (servers.data ?? []).map((one) => ({ value: one.slug, label: one.name })) },
      { id: 'agent', label: 'Agent', options: (agents.data ?? []).map((one) => ({ value: one.slug, label: one.name })) },
      ...referenceFacet('tool', 'Tool', tool),
      ...referenceFacet('grant', 'Grant', grant),
      ...referenceFacet('policy', 'Policy', policy),
    ],
    [servers.data, agents.data, tool, grant, policy],
  );
}
