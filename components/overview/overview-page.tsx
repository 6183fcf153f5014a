'use client';

import { useQuery } from '@tanstack/react-query';
import { use, useState } from 'react';
import { AlertList } from '@/components/shared/alerts/alert-list';
import { api } from '@/components/shared/api/client';
import type { DecisionTimes, Setup, Stats } from '@/components/shared/api/wire';
import { PageHeader } from '@/components/shared/page-header';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { LinkButton } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { Checklist } from './checklist';
import { Controls } from './controls';
import { DueReviews } from './due-reviews';
import { KeyNumbers } from './key-numbers';
import { NearLimits } from './near-limits';
import { NewThings } from './new-behaviour';
import { OutcomePanel } from './outcome-panel';
import { PostureLine } from './posture-line';
import { RecentChanges } from './recent-changes';
import { type Scope, useScope } from './scope';

import { TopLists } from './top-lists';
import { UpstreamHealth } from './upstream-health';
import { Paused, useOverview, useRefresh } from './use-overview';

export function OverviewPage() {
  const { scope, set } = useScope();
  const [paused, setPaused] = useState(false);
  return (
    <Paused value={paused}>
      <PageHeader title="Overview" actions={<Controls scope={scope} set={set} paused={paused} onPause={setPaused} />} />
      <Panels scope={scope} />
    </Paused>
  );
}

function Panels({ scope }: { scope: Scope }) {
  const paused = use(Paused);
  const stats = useOverview<Stats>('/stats', scope, { pace: 'fast', zoned: true });
  const before = useOverview<Stats>('/stats', scope, { pace: 'slow', of: 'before' });
  const approvals = useOverview<DecisionTimes>('/stats/approvals', scope, { pace: 'fast', zoned: true });
  const approvalsBefore = useOverview<DecisionTimes>('/stats/approvals', scope, { pace: 'slow', of: 'before' });
  const setup = useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => api<Setup>('GET', '/setup', { signal }) });
  useRefresh(paused, () => {
    if (setup.data?.steps && !setup.data.steps.enforced) void setup.refetch();
  });
  const quiet = stats.data?.total === 0 && (scope.compare === 'none' || before.data?.total === 0);
  return (
    <div className="flex flex-col gap-4">
      {setup.data?.steps ? <Checklist steps={setup.data.steps} /> : null}
      <PostureLine scope={scope} />
      <DueReviews />
      <KeyNumbers {...{ scope, stats, before, approvals, approvalsBefore }} />
      {quiet ? <NoCalls scope={scope} /> : <OutcomePanel scope={scope} stats={stats} />}
      <div className="grid gap-4 lg:grid-cols-2">
        <AlertList className="min-h-40" />
        <NearLimits scope={scope} />
      </div>
      {quiet ? null : <UpstreamHealth scope={scope} />}
      {quiet ? null : (
        <Loaded query={stats} what="The busiest agents and tools" skeleton={<div className="h-72" />}>
          {(data) => <TopLists stats={data} scope={scope} />}
        </Loaded>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <NewThings scope={scope} />
        <RecentChanges />
      </div>
    </div>
  );
}

function NoCalls({ scope }: { scope: Scope }) {
  const filtered = scope.server !== null || scope.agent !== null;
  return (
    <Panel>
      <EmptyState
        title={filtered ? 'No calls of these in this time' : 'No calls in this time'}
        action={
          filtered ? null : (
            <LinkButton href="/agents" variant="primary">
              Connect an agent
            </LinkButton>
          )
        }
      >
        As soon as an agent calls a tool, its decisions are counted here.
      </EmptyState>
    </Panel>
  );
}
