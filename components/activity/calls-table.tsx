'use client';

import { ArrowUp } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { AuditRow } from '@/components/shared/api/wire';
import { absoluteTime, formatCount, plural } from '@/components/shared/format';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { DataTable } from '@/components/shared/table/data-table';
import { useTimeZone } from '@/components/shared/time-zone';
import { Button, LinkButton } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { ActivityNarrow, activityColumns, cardHeight } from './activity-columns';
import { CallsNoMatches } from './calls-no-matches';
import { RemovedNote } from './removed-note';
import { LIVE_ROWS_MAX, ROWS_MAX, useActivity } from './use-activity';
import type { CallFilters } from './use-call-filters';

/** The list of calls. Rows never move under a pointer: what is new waits behind a count while somebody reads. */
export function CallsTable({ filters, total }: { filters: CallFilters; total: number | null }) {
  const router = useRouter();
  const { timeZone, offsetAt } = useTimeZone();
  const { selected, set, live, at, columns } = filters;
  const layout = useMemo(() => activityColumns(columns), [columns]);
  const box = useRef<HTMLDivElement>(null);
  const [stopped, setStopped] = useState(false);
  const reading = () =>
    Boolean(
      selected ||
        window.getSelection()?.toString() ||
        box.current?.matches(':hover') ||
        (box.current?.querySelector('.overflow-auto')?.scrollTop ?? 0) > 8,
    );
  const list = useActivity(filters, reading);
  const { fetchNextPage } = list;
  const more = useCallback(() => void fetchNextPage({ cancelRefetch: false }), [fetchNextPage]);
  const scanning = list.coverage !== null && !list.coverage.complete && list.hasNextPage;
  const when = (iso: string) => `${absoluteTime(Date.parse(iso), timeZone, 'seconds')} ${offsetAt(Date.parse(iso))}`;
  const lastAt = list.rows?.at(-1)?.at ?? null;
  return (
    <Panel flush>
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 border-line-soft border-b px-4 py-1 text-meta text-ink-3">
        <span className="num" data-total={total ?? ''}>
          {total === null ? 'Counting …' : plural(total, 'call')}
        </span>
        {at ? (
          <span className="flex items-center gap-2">
            starting before {when(at)}
            <Button size="sm" variant="link" onClick={() => set({ at: null })}>
              Back to newest
            </Button>
          </span>
        ) : null}
        {live ? <span>The newest {formatCount(LIVE_ROWS_MAX)} rows are kept while live</span> : null}
        {scanning ? (
          <span role="status" className="flex items-center gap-2 text-ink-2">
            Looked back to {list.coverage?.scannedBack ? when(list.coverage.scannedBack) : 'now'}
            <Button
              size="sm"
              variant="quiet"
              className="h-6"
              onClick={() => {
                setStopped(!stopped);
                if (stopped) more();
              }}
            >
              {stopped ? 'Look further back' : 'Stop'}
            </Button>
          </span>
        ) : null}
      </div>
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
                {...layout}
                rowKey={(row: AuditRow) => row.id}
                narrow={(row) => <ActivityNarrow row={row} choice={columns} />}
                rowHeight={32}
                narrowHeight={cardHeight(columns)}
                selected={selected}
                onSelect={(sel) => set({ sel }, sel && !selected ? 'push' : 'replace')}
                onOpen={(row) => router.push(`/activity/${row.id}`)}
                divider={list.divider ? { before: list.divider, label: 'Calls above this line came while you watched' } : null}
                hasMore={list.hasNextPage && !(scanning && stopped)}
                loadingMore={list.isFetchingNextPage}
                onLoadMore={more}
                height="max(400px, calc(100dvh - 350px))"
              />
            ) : scanning ? (
              <Searching stopped={stopped} pending={list.isFetchingNextPage} onMore={more} />
            ) : filters.tokens.length > 0 || filters.range.from || filters.range.to || filters.range.range ? (
              <CallsNoMatches filters={filters} />
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
        {list.rows ? <RemovedNote from={filters.bounds(Date.now()).from ?? null} /> : null}
        {list.full && lastAt ? (
          <p className="flex flex-wrap items-center gap-3 border-line-soft border-t px-4 py-2 text-ink-2">
            {formatCount(ROWS_MAX)} rows are shown.
            <Button size="sm" onClick={() => set({ at: lastAt, live: null })}>
              Go on from {when(lastAt)}
            </Button>
          </p>
        ) : null}
      </div>
    </Panel>
  );
}

function Searching({ stopped, pending, onMore }: { stopped: boolean; pending: boolean; onMore: () => void }) {
  // Nothing was found so far, so that there is no list whose end would ask for more.
  useEffect(() => {
    if (!stopped && !pending) onMore();
  }, [stopped, pending, onMore]);
  return (
    <p className="px-4 py-10 text-center text-ink-2">{stopped ? 'Nothing was found so far.' : 'Nothing so far. Looking further back …'}</p>
  );
}
