'use client';

import { useRouter } from 'next/navigation';
import { useMemo } from 'react';
import type { PublishMarks, Stats } from '@/components/shared/api/wire';
import { OutcomeChart } from '@/components/shared/charts/outcome-chart';
import { decisionsOf } from '@/components/shared/charts/series';
import { absoluteTime } from '@/components/shared/format';
import { Loaded } from '@/components/shared/state-view';
import { useTimeZone } from '@/components/shared/time-zone';
import { Panel } from '@/components/ui/panel';
import { activityHref, type Scope, stretchHref } from './scope';
import { useOverview } from './use-overview';

const ROOM = <div className="h-70" />;

interface OutcomePanelProps {
  scope: Scope;
  stats: Parameters<typeof Loaded<Stats>>[0]['query'];
}

/** Calls by outcome, with the policies that were published meanwhile. */
export function OutcomePanel({ scope, stats }: OutcomePanelProps) {
  const router = useRouter();
  const { timeZone, offsetAt } = useTimeZone();
  const publishes = useOverview<PublishMarks>('/stats/publishes', scope, { pace: 'slow', who: ['server'] });
  const marks = useMemo(
    () =>
      (publishes.data?.items ?? []).map((item) => ({
        atMs: Date.parse(item.at),
        label: `Published ${item.server}/${item.policy} v${item.version}${item.restoredFrom === null ? '' : `, back to v${item.restoredFrom}`} by ${item.by}, ${absoluteTime(Date.parse(item.at), timeZone, 'minutes')} ${offsetAt(Date.parse(item.at))}${item.comment ? `: ${item.comment}` : ''}`,
        href: `/policies/${item.server}/${item.policy}?tab=versions&v=${item.version}`,
      })),
    [publishes.data, timeZone, offsetAt],
  );
  return (
    <Panel
      title="How were calls decided?"
      meta={publishes.error && !publishes.data ? 'The publishes of policies could not be loaded.' : undefined}
    >
      <Loaded query={stats} what="The chart" skeleton={ROOM}>
        {(data) => (
          <OutcomeChart
            stats={data}
            marks={marks}
            withShares
            hrefOf={(series) => activityHref(scope, { decision: decisionsOf(series) })}
            onZoom={(from, to) => router.push(stretchHref(scope, from, to))}
          />
        )}
      </Loaded>
    </Panel>
  );
}
