'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, queryString } from '@/components/shared/api/client';
import { useList } from '@/components/shared/api/lists';
import type { Change, ChangeFacets } from '@/components/shared/api/wire';
import { changeWords } from '@/components/shared/change-words';
import { type Facet, FilterBar, useFilters } from '@/components/shared/filter-bar';
import { formatCount, plural } from '@/components/shared/format';
import { PageHeader } from '@/components/shared/page-header';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Peek } from '@/components/shared/table/peek';
import { TimeRange } from '@/components/shared/time-range';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { useUrlState } from '@/components/shared/url-state';
import { Panel } from '@/components/ui/panel';
import { ActivityTabs } from '../activity-tabs';
import { ExportButton } from '../exports/export-button';
import { changeBounds } from './change-bounds';
import { ChangeLoader } from './change-detail';

const COLUMNS: readonly Column<Change>[] = [
  { id: 'at', header: 'Time', width: '172px', cell: (change) => <Time at={change.at} /> },
  {
    id: 'who',
    header: 'Who',
    width: '20%',
    cell: (change) => (
      <span className="font-medium">
        {change.actor.name}
        {change.actor.kind === 'key' ? <span className="font-normal text-ink-3"> key</span> : null}
      </span>
    ),
  },
  { id: 'what', header: 'Did', width: '26%', cell: (change) => changeWords(change) },
  { id: 'entity', header: 'To', cell: (change) => <InertText text={change.entityName ?? change.entityId} max={120} /> },
  {
    id: 'action',
    header: 'Action',
    width: '200px',
    from: 'lg',
    cell: (change) => <code className="font-mono text-meta text-ink-3">{change.action}</code>,
  },
];
const LABELS = { actor: 'Who', entity: 'What', action: 'Action' } as const;
const title = (value: string): string => (value.charAt(0).toUpperCase() + value.slice(1)).replaceAll('_', ' ');

/** What people and keys changed, with before and after. */
export function ChangesPage() {
  const { get, set } = useUrlState();
  const range = { range: get('range'), from: get('from'), to: get('to') };
  const facetData = useChangeFacets();
  const filters = useFilters(facetData.facets);
  const bounds = changeBounds(range);
  const list = useList<Change>('changes', '/changes', { ...filters.values, ...bounds });
  const selected = get('sel');
  const known = list.rows?.find((change) => change.id === selected);
  const narrowed = filters.active.length > 0 || Boolean(range.range || range.from || range.to);
  return (
    <>
      <PageHeader
        title="Activity"
        badges={<ActivityTabs open="changes" />}
        actions={
          <>
            <ExportButton what="changes" total={facetData.total} query={() => ({ ...filters.values, ...changeBounds(range) })} />
            <TimeRange state={range} fallback="all" onChange={(patch) => set({ ...patch })} />
          </>
        }
      />
      <Panel flush>
        <FilterBar facets={facetData.facets} filters={filters} searchLabel="Search changes">
          <span className="num text-meta text-ink-3">{facetData.total === null ? '' : plural(facetData.total, 'change')}</span>
        </FilterBar>
        <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Changes">
          {(rows) =>
            rows.length > 0 ? (
              <DataTable
                label="Changes"
                rows={rows}
                columns={COLUMNS}
                rowKey={(change) => change.id}
                rowHeight={32}
                narrow={(change) => (
                  <span className="flex flex-col gap-1">
                    <span className="truncate">
                      <span className="font-medium">{change.actor.name}</span> {changeWords(change)} {change.entityName}
                    </span>
                    <span className="text-meta text-ink-3">
                      <Time at={change.at} />
                    </span>
                  </span>
                )}
                selected={selected}
                onSelect={(sel) => set({ sel }, sel && !selected ? 'push' : 'replace')}
                hasMore={list.hasNextPage}
                loadingMore={list.isFetchingNextPage}
                onLoadMore={() => void list.fetchNextPage()}
                height="max(400px, calc(100dvh - 232px))"
              />
            ) : narrowed ? (
              <NoMatches
                onClearLast={filters.active.length > 0 ? filters.clearLast : undefined}
                onClearAll={() => {
                  filters.clear();
                  set({ range: null, from: null, to: null });
                }}
              />
            ) : (
              <EmptyState title="Nothing was changed yet">Every change that a person or a key makes is recorded here.</EmptyState>
            )
          }
        </Loaded>
      </Panel>
      {selected ? (
        <Peek title="Change" onClose={() => set({ sel: null })}>
          <ChangeLoader key={selected} id={selected} known={known} />
        </Peek>
      ) : null}
    </>
  );
}

/** The choices of the filters with their counts, and how many changes they leave together. */
function useChangeFacets(): { facets: readonly Facet[]; total: number | null } {
  const { get } = useUrlState();
  const chosen = { q: get('q'), actor: get('actor'), entity: get('entity'), action: get('action'), entityId: get('entityId') };
  const bounds = changeBounds({ range: get('range'), from: get('from'), to: get('to') });
  const query = useQuery({
    queryKey: ['changes', 'facets', chosen, bounds],
    queryFn: ({ signal }) => api<ChangeFacets>('GET', `/changes/facets${queryString({ ...chosen, ...bounds })}`, { signal }),
    placeholderData: keepPreviousData,
  });
  const { entityId } = chosen;
  const facets = useMemo<Facet[]>(
    () => [
      ...(['actor', 'entity', 'action'] as const).map((id) => ({
        id,
        label: LABELS[id],
        options: (query.data?.facets.find(({ name }) => name === id)?.values ?? []).map(({ value, changes }) => ({
          value,
          label: `${id === 'entity' ? title(value) : value} (${formatCount(changes)})`,
        })),
      })),
      // Comes from a link to one thing's history.
      ...(entityId ? [{ id: 'entityId', label: 'Thing', single: true, options: [{ value: entityId, label: entityId }] }] : []),
    ],
    [query.data, entityId],
  );
  return { facets, total: query.data?.total ?? null };
}
