'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { api, queryString } from '@/components/shared/api/client';
import type { Setup, Stats } from '@/components/shared/api/wire';
import { OutcomeChart } from '@/components/shared/charts/outcome-chart';
import { useLiveMessages } from '@/components/shared/live/live-provider';
import { PageHeader } from '@/components/shared/page-header';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { type RangeState, rangeBounds, TimeRange } from '@/components/shared/time-range';
import { useUrlState } from '@/components/shared/url-state';
import { LinkButton } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { Checklist } from './checklist';
import { DueReviews } from './due-reviews';
import { KeyNumbers } from './key-numbers';
import { NearLimits, RecentChanges } from './side-lists';
import { TopLists } from './top-lists';

const REFRESH_MS = 10_000;
const WEEK_MS = 7 * 86_400_000;

const weekBefore = (at: string): string => new Date(Date.parse(at) - WEEK_MS).toISOString();

export function OverviewPage() {
  const router = useRouter();
  const { get, set } = useUrlState();
  const range: RangeState = { range: get('range'), from: get('from'), to: get('to') };
  const stats = useQuery({
    queryKey: ['stats', 'overview', range],
    queryFn: async ({ signal }) => {
      const now = Date.now();
      const bounds = rangeBounds(range, now);
      const current = await api<Stats>('GET', `/stats${queryString(bounds)}`, { signal });
      const before = await api<Stats>('GET', `/stats${queryString({ from: weekBefore(current.from), to: weekBefore(current.to) })}`, {
        signal,
      });
      return { current, before };
    },
    placeholderData: keepPreviousData,
  });
  const setup = useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => api<Setup>('GET', '/setup', { signal }) });
  useRefreshOnCalls(() => {
    void stats.refetch();
    if (setup.data?.steps && !setup.data.steps.enforced) void setup.refetch();
  });
  // The numbers are of tool calls; Activity lists every method unless told.
  const filter = queryString({ method: 'tools/call', range: range.range, from: range.from, to: range.to });
  return (
    <>
      <PageHeader title="Overview" actions={<TimeRange state={range} onChange={(patch) => set({ ...patch })} />} />
      <div className="flex flex-col gap-4">
        {setup.data?.steps ? <Checklist steps={setup.data.steps} /> : null}
        <DueReviews />
        <Loaded query={stats} what="The numbers" skeleton={<div className="h-96" />}>
          {({ current, before }) =>
            current.total === 0 && before.total === 0 ? (
              <Panel>
                <EmptyState
                  title="No calls in this time"
                  action={
                    <LinkButton href="/agents" variant="primary">
                      Connect an agent
                    </LinkButton>
                  }
                >
                  As soon as an agent calls a tool, its decisions are counted here.
                </EmptyState>
              </Panel>
            ) : (
              <>
                <KeyNumbers current={current} before={before} filter={filter} />
                <Panel title="How were calls decided?">
                  <OutcomeChart
                    stats={current}
                    onZoom={(from, to) =>
                      router.push(
                        `/activity${queryString({ method: 'tools/call', from: new Date(from).toISOString(), to: new Date(to).toISOString() })}`,
                      )
                    }
                  />
                </Panel>
                <TopLists stats={current} filter={{ range: range.range, from: range.from, to: range.to }} />
              </>
            )
          }
        </Loaded>
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <NearLimits />
          <RecentChanges />
        </div>
      </div>
    </>
  );
}

/** At most one refresh in ten seconds, however many calls there are. */
function useRefreshOnCalls(refresh: () => void): void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const last = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLiveMessages('call', () => {
    if (timer.current) return;
    timer.current = setTimeout(
      () => {
        timer.current = undefined;
        last.current = Date.now();
        refresh();
      },
      Math.max(500, last.current + REFRESH_MS - Date.now()),
    );
  });
}
