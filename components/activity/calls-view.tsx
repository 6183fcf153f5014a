'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ListFilter, Pause, Play } from 'lucide-react';
import { useCallback } from 'react';
import { api, queryString } from '@/components/shared/api/client';
import type { AuditFacets, AuditHistogram } from '@/components/shared/api/wire';
import { OutcomeChart } from '@/components/shared/charts/outcome-chart';
import { useShortcuts } from '@/components/shared/shortcuts';
import { ErrorState } from '@/components/shared/state-view';
import { Peek } from '@/components/shared/table/peek';
import { useTimeZone } from '@/components/shared/time-zone';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { Popover } from '@/components/ui/popover';
import type { FilterValues } from './call-filters';
import { CallsTable } from './calls-table';
import { ColumnChooser } from './column-chooser';
import { CoverageNote } from './coverage-note';
import { EventLoader } from './event-loader';
import { ExportButton } from './exports/export-button';
import { FacetRail } from './facet-rail';
import { ApplyFilter } from './filter-value';
import { JumpToTime } from './jump-to-time';
import { QueryBar } from './query-bar';
import { UnknownColumns } from './unknown-columns';
import type { CallFilters } from './use-call-filters';

const LIVE_COUNTS_MS = 10_000;
const CHART_HEIGHT = 80;

/** Query bar, facets, chart and list of one filter. */
export function CallsView({ filters }: { filters: CallFilters }) {
  const { live, selected, set, columns, changeColumns } = filters;
  const { zoneName: zone } = useTimeZone();
  const refetchMs = live ? LIVE_COUNTS_MS : false;
  const facets = useQuery({
    queryKey: ['audit-facets', filters.values, filters.range],
    queryFn: ({ signal }) =>
      api<AuditFacets>('GET', `/audit/facets${queryString({ ...filters.values, ...filters.bounds(Date.now()) })}`, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: refetchMs,
  });
  const histogram = useQuery({
    queryKey: ['audit-histogram', filters.values, filters.range, zone],
    queryFn: ({ signal }) =>
      api<AuditHistogram>('GET', `/audit/histogram${queryString({ ...filters.values, ...filters.bounds(Date.now()), zone })}`, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: refetchMs,
  });
  const toggleLive = () => set({ live: live ? null : '1' });
  useShortcuts({ l: toggleLive });
  const { toggle, values } = filters;
  const apply = useCallback(
    (name: keyof FilterValues, value: string) => {
      if (!(values[name]?.split(',') ?? []).includes(value)) toggle(name, value);
    },
    [toggle, values],
  );
  const rail = <FacetRail filters={filters} data={facets.data} stale={facets.isPlaceholderData} />;
  return (
    <ApplyFilter value={apply}>
      <div className="mb-3 flex flex-wrap items-start gap-2">
        <QueryBar filters={filters} />
        <div className="flex flex-wrap items-center gap-2">
          <Popover
            label="Filters with counts"
            className="max-h-[70dvh] w-72 overflow-y-auto p-2"
            trigger={
              <Button size="sm" variant="quiet" className="xl:hidden">
                <ListFilter aria-hidden className="size-3.5" />
                Filters
              </Button>
            }
          >
            {rail}
          </Popover>
          <ColumnChooser columns={columns} onChange={changeColumns} />
          <ExportButton
            what="calls"
            shown={columns.shown}
            // The counts are of the whole filter; a list that starts further down has fewer.
            total={histogram.isPlaceholderData || filters.at || !histogram.data?.coverage.complete ? null : histogram.data.total}
            query={() => {
              const { from, to } = filters.bounds(Date.now());
              return { ...filters.values, from, to: filters.at ?? to };
            }}
          />
          <JumpToTime at={filters.at} onJump={(at) => set({ at, live: null })} />
          <Button
            size="sm"
            variant={live ? 'outline' : 'quiet'}
            aria-pressed={live}
            onClick={toggleLive}
            disabledReason={
              filters.at || filters.range.to ? 'The list ends in the past. Go back to the newest calls to follow them.' : null
            }
            label={live ? 'Pause: new rows wait behind a count' : 'Show new rows as they come, while nobody reads'}
            keys="L"
          >
            {live ? <Pause aria-hidden className="size-3.5" /> : <Play aria-hidden className="size-3.5" />}
            {live ? 'Live' : 'Paused'}
          </Button>
        </div>
      </div>
      <div className="grid min-w-0 gap-3 xl:grid-cols-[216px_minmax(0,1fr)]">
        <aside aria-label="Filters with counts" className="hidden max-h-[calc(100dvh-180px)] overflow-y-auto pr-1 xl:block">
          {facets.error && !facets.data ? <ErrorState error={facets.error} what="Counts" onRetry={() => facets.refetch()} /> : rail}
        </aside>
        <div className="min-w-0">
          {/* The height is kept while the numbers come, so that the list below does not jump. */}
          <Panel flush className="mb-3 px-4 pt-1.5 pb-0.5">
            <div style={{ minHeight: CHART_HEIGHT + 36 }}>
              {histogram.data ? (
                <OutcomeChart
                  stats={histogram.data}
                  height={CHART_HEIGHT}
                  onZoom={(from, to) =>
                    set({
                      range: null,
                      from: new Date(from).toISOString(),
                      to: to > Date.now() ? null : new Date(to).toISOString(),
                      at: null,
                    })
                  }
                />
              ) : histogram.error ? (
                <ErrorState error={histogram.error} what="The chart" onRetry={() => histogram.refetch()} />
              ) : null}
            </div>
            {histogram.data ? <CoverageNote coverage={histogram.data.coverage} what="The numbers" /> : null}
          </Panel>
          <UnknownColumns columns={columns} onChange={changeColumns} />
          <CallsTable filters={filters} total={histogram.isPlaceholderData ? null : (histogram.data?.total ?? null)} />
        </div>
      </div>
      {selected ? (
        <Peek title="Call" href={`/activity/${selected}`} onClose={() => set({ sel: null })}>
          <EventLoader key={selected} id={selected} />
        </Peek>
      ) : null}
    </ApplyFilter>
  );
}
