'use client';

import { useList } from '@/components/shared/api/lists';
import type { Change } from '@/components/shared/api/wire';
import { changeWords } from '@/components/shared/change-words';
import { type Facet, FilterBar, useFilters } from '@/components/shared/filter-bar';
import { Id } from '@/components/shared/id-text';
import { JsonView } from '@/components/shared/json-view';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Peek } from '@/components/shared/table/peek';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { useUrlState } from '@/components/shared/url-state';
import { Facts, Panel } from '@/components/ui/panel';

const FACETS: readonly Facet[] = [
  {
    id: 'entity',
    label: 'What',
    options: ['server', 'tool', 'policy', 'agent', 'grant', 'member', 'channel', 'issuer', 'kill_switch'].map((value) => ({
      value,
      label: (value.charAt(0).toUpperCase() + value.slice(1)).replace('_', ' '),
    })),
  },
];

const COLUMNS: readonly Column<Change>[] = [
  { id: 'at', header: 'Time', width: '140px', cell: (change) => <Time at={change.at} /> },
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
    width: '180px',
    cell: (change) => <code className="font-mono text-meta text-ink-3">{change.action}</code>,
  },
];

/** What people and keys changed, with before and after. */
export function ChangesSection() {
  const { get, set } = useUrlState();
  const filters = useFilters(FACETS);
  const list = useList<Change>('changes', '/changes', filters.values);
  const selected = get('sel');
  const shown = list.rows?.find((change) => change.id === selected);
  return (
    <Panel flush>
      <FilterBar facets={FACETS} filters={filters} searchLabel="Search changes" />
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
            />
          ) : filters.active.length > 0 ? (
            <NoMatches onClearAll={filters.clear} onClearLast={filters.clearLast} />
          ) : (
            <EmptyState title="Nothing was changed yet">Every change that a person or a key makes is recorded here.</EmptyState>
          )
        }
      </Loaded>
      {shown ? (
        <Peek title={`${shown.actor.name} ${changeWords(shown)}`} onClose={() => set({ sel: null })}>
          <div className="flex flex-col gap-4">
            <Facts
              items={[
                ['Time', <Time key="t" at={shown.at} exact />],
                ['Who', `${shown.actor.name} (${shown.actor.kind})`],
                ['Action', shown.action],
                ['To', shown.entityName ?? shown.entity],
                ['Id', <Id key="e" value={shown.entityId} max={28} />],
                ['Request', shown.requestId ? <Id key="r" value={shown.requestId} max={28} /> : null],
              ]}
            />
            <section>
              <h3 className="mb-1 text-meta font-medium text-ink-3">Before</h3>
              {shown.before === null ? <p className="text-ink-3">nothing</p> : <JsonView value={shown.before} label="before" />}
            </section>
            <section>
              <h3 className="mb-1 text-meta font-medium text-ink-3">After</h3>
              {shown.after === null ? <p className="text-ink-3">nothing</p> : <JsonView value={shown.after} label="after" />}
            </section>
          </div>
        </Peek>
      ) : null}
    </Panel>
  );
}
