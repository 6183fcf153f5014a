'use client';

import Link from 'next/link';
import type { UpstreamTimes } from '@/components/shared/api/wire';
import { absoluteTime, formatCount, formatMs } from '@/components/shared/format';
import { Loaded, SkeletonRows } from '@/components/shared/state-view';
import { useTimeZone } from '@/components/shared/time-zone';
import { cn } from '@/components/ui/cn';
import { Panel } from '@/components/ui/panel';
import { PASSED_DECISIONS, REFUSED_DECISIONS } from '@/lib/domain/audit-event';
import { CountLink } from './count-link';
import { shareWords } from './delta-words';
import { activityHref, type Scope, stretchHref } from './scope';
import { useOverview } from './use-overview';

type Server = UpstreamTimes['servers'][number];
type State = NonNullable<Server['series'][number]['state']> | 'few';

const PASSED = PASSED_DECISIONS.join(',');
const REFUSED = REFUSED_DECISIONS.join(',');
const FAILED = 'upstream_error,unknown,not_sent';

/** Height says the same as colour. */
const LOOKS: Record<State, { word: string; look: string }> = {
  ok: { word: 'well', look: 'h-1/3 bg-allowed-chart' },
  slow: { word: 'slow', look: 'h-2/3 bg-limited-chart' },
  failing: { word: 'failing', look: 'h-full bg-broken-chart' },
  few: { word: 'too few calls to say', look: 'h-px bg-control' },
};

/** How servers did with what was let through to them. What was refused here is no fault of theirs and stands apart. */
export function UpstreamHealth({ scope }: { scope: Scope }) {
  const query = useOverview<UpstreamTimes>('/stats/upstreams', scope, { pace: 'slow', zoned: true });
  return (
    <Panel title="How are the servers doing?" meta={<StateLegend />} flush>
      <Loaded query={query} what="The health of servers" skeleton={<SkeletonRows rows={4} rowHeight={56} />}>
        {(data) =>
          data.servers.length === 0 ? (
            <p className="px-4 py-6 text-ink-2">No server was called in this time.</p>
          ) : (
            <ul className="divide-y divide-line-soft">
              {data.servers.map((server) => (
                <ServerRow key={server.server} server={server} scope={scope} times={data} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

function StateLegend() {
  return (
    <span className="flex flex-wrap gap-x-3">
      {(['ok', 'slow', 'failing'] as const).map((state) => (
        <span key={state} className="flex items-center gap-1.5">
          <span aria-hidden className="flex h-3 w-1.5 items-end">
            <span className={cn('w-full', LOOKS[state].look)} />
          </span>
          {LOOKS[state].word}
        </span>
      ))}
    </span>
  );
}

function ServerRow({ server, scope, times }: { server: Server; scope: Scope; times: UpstreamTimes }) {
  const to = (extra: Record<string, string>) => activityHref(scope, { server: server.server, ...extra });
  return (
    <li className="flex flex-col gap-1.5 px-4 py-2">
      <span className="flex flex-wrap items-baseline gap-x-5 gap-y-0.5">
        <Link href={`/servers/${server.server}`} className="min-w-0 flex-1 basis-40 truncate font-medium hover:underline">
          {server.server}
        </Link>
        <span className="text-ink-2 md:w-20 md:text-right">
          <CountLink count={server.sent} href={to({ decision: PASSED })} /> sent
        </span>
        <span className={cn('md:w-36 md:text-right', server.failed > 0 ? 'text-broken' : 'text-ink-2')}>
          <CountLink count={server.failed} href={to({ decision: PASSED, outcome: FAILED })} /> failed
          {server.failed > 0 ? <span className="num"> · {shareWords(server.failed, server.sent)}</span> : null}
        </span>
        <span className="text-ink-2 md:w-28 md:text-right">
          <CountLink count={server.toolErrors} href={to({ decision: PASSED, outcome: 'tool_error' })} /> tool errors
        </span>
        <span className="num text-ink-2 md:w-20 md:text-right">p95 {formatMs(server.p95Ms)}</span>
        <span className="text-ink-3 md:w-28 md:text-right">
          <CountLink count={server.refused} href={to({ decision: REFUSED })} /> refused here
        </span>
      </span>
      <Timeline server={server} scope={scope} times={times} />
    </li>
  );
}

/** One bar a stretch of time. Keys stop at those that say something; the others are one click with the pointer. */
function Timeline({ server, scope, times }: { server: Server; scope: Scope; times: UpstreamTimes }) {
  const { timeZone, offsetAt } = useTimeZone();
  const [from, to] = [Date.parse(times.from), Date.parse(times.to)];
  return (
    <ul aria-label={`${server.server} over time`} className="flex h-4 gap-px">
      {server.series.map((bar, index) => {
        const at = Date.parse(bar.at);
        const next = server.series[index + 1];
        const state = LOOKS[bar.state ?? 'few'];
        const words = `${absoluteTime(at, timeZone, 'minutes')} ${offsetAt(at)}: ${state.word}. ${formatCount(bar.sent)} sent, ${formatCount(bar.failed)} failed, ${formatCount(bar.refused)} refused here, p95 ${formatMs(bar.p95Ms)}`;
        const trouble = bar.state === 'failing' || bar.state === 'slow';
        return (
          <li key={bar.at} className="min-w-0 flex-1">
            <Link
              href={stretchHref(scope, Math.max(at, from), next ? Date.parse(next.at) : to, { server: server.server })}
              prefetch={false}
              data-count={bar.sent + bar.refused}
              aria-label={words}
              title={words}
              tabIndex={trouble ? 0 : -1}
              className="flex h-full items-end bg-sunken hover:bg-hover"
            >
              <span aria-hidden className={cn('w-full', state.look)} />
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
