'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { api, type Page } from '@/components/shared/api/client';
import type { AuditRow, Stats } from '@/components/shared/api/wire';
import { totalsOf } from '@/components/shared/charts/series';
import { DecisionChip } from '@/components/shared/decision-chip';
import { formatCount } from '@/components/shared/format';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Panel } from '@/components/ui/panel';

const DAYS = 7;

/** What it did: how its calls of a week were decided, and the last of them. */
export function AgentActivity({ slug }: { slug: string }) {
  const query = useQuery({
    queryKey: ['stats', 'agent', slug],
    queryFn: async ({ signal }) => {
      const from = new Date(Date.now() - DAYS * 86_400_000).toISOString();
      const agent = encodeURIComponent(slug);
      const stats = await api<Stats>('GET', `/stats?agent=${agent}&from=${from}`, { signal });
      return { stats, calls: (await api<Page<AuditRow>>('GET', `/audit?agent=${agent}&limit=12`, { signal })).items };
    },
    refetchInterval: 10_000,
  });
  const all = `/activity?agent=${encodeURIComponent(slug)}`;
  return (
    <Loaded query={query} what="Its calls">
      {({ stats, calls }) => (
        <div className="grid items-start gap-4 lg:grid-cols-[320px_minmax(0,1fr)]">
          <Panel title={`In the last ${DAYS} days`}>
            <Counts stats={stats} all={`${all}&range=7d`} />
          </Panel>
          <Panel
            title="Last calls"
            actions={
              <Link href={all} className="text-accent hover:underline">
                View all
              </Link>
            }
            flush
          >
            {calls.length === 0 ? (
              <EmptyState title="No call yet">As soon as it calls a tool, the call is here.</EmptyState>
            ) : (
              <ul className="divide-y divide-line-soft">
                {calls.map((call) => (
                  <li key={call.id}>
                    <Link href={`/activity/${call.id}`} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 hover:bg-hover">
                      <span className="min-w-0 flex-1 basis-48 truncate">
                        <span className="text-ink-3">{call.server ? `${call.server} / ` : ''}</span>
                        <code className="font-mono text-meta">
                          <InertText text={call.innerTool ?? call.tool ?? call.method} max={80} />
                        </code>
                      </span>
                      <DecisionChip decision={call.decision} outcome={call.outcome} />
                      <span className="text-meta text-ink-3">
                        <Time at={call.at} />
                      </span>
                    </Link>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
        </div>
      )}
    </Loaded>
  );
}

function Counts({ stats, all }: { stats: Stats; all: string }) {
  const totals = totalsOf(stats.byDecision);
  const rows = [
    ['Calls', stats.total, all],
    ['Allowed', totals.allowed, `${all}&decision=allowed`],
    ['Denied', totals.denied, `${all}&decision=denied,hidden,refused`],
    ['Needs approval', totals.needs_approval, `${all}&decision=needs_approval`],
    ['Rate-limited', totals.limited, `${all}&decision=limited`],
  ] as const;
  return (
    <dl className="grid grid-cols-[minmax(0,1fr)_max-content] gap-y-1.5">
      {rows.map(([word, count, href]) => (
        <div key={word} className="contents">
          <dt className="text-ink-2">{word}</dt>
          <dd className="num text-right">
            <Link href={href} className="text-accent hover:underline">
              {formatCount(count ?? 0)}
            </Link>
          </dd>
        </div>
      ))}
    </dl>
  );
}
