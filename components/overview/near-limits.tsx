'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { use } from 'react';
import { api, queryString } from '@/components/shared/api/client';
import type { LimitPage } from '@/components/shared/api/wire';
import { Countdown, RuleLink, Who } from '@/components/shared/limits/limit-cells';
import { ServerOffset } from '@/components/shared/limits/server-clock';
import { Meter } from '@/components/shared/meter';
import { Loaded, SkeletonRows } from '@/components/shared/state-view';
import { Panel } from '@/components/ui/panel';
import type { Scope } from './scope';
import { Paused } from './use-overview';

/** Counters are asked for by one server and one agent; for several, all are shown, which the panel says. */
const only = (chosen: string | null): string | null => (chosen?.includes(',') ? null : chosen);

/** The counters that are nearly used up, all in one request. */
export function NearLimits({ scope }: { scope: Scope }) {
  const [server, agent] = [only(scope.server), only(scope.agent)];
  const paused = use(Paused);
  const query = useQuery({
    queryKey: ['overview', 'limits', server, agent],
    queryFn: async ({ signal }) => {
      const page = await api<LimitPage>('GET', `/limits${queryString({ near: 0.8, limit: 6, server, agent })}`, { signal });
      return { rows: page.items, offsetMs: Date.parse(page.now) - Date.now() };
    },
    refetchInterval: paused ? false : 5_000,
  });
  return (
    <Panel
      title="Which limits are nearly used up?"
      meta={server === scope.server && agent === scope.agent ? '80 % or more' : '80 % or more, of all servers or agents'}
      actions={
        <Link href="/limits" className="text-accent hover:underline">
          All limits
        </Link>
      }
      className="min-h-40"
      flush
    >
      <Loaded query={query} what="Limits" skeleton={<SkeletonRows rows={3} />}>
        {({ rows, offsetMs }) =>
          rows.length === 0 ? (
            <p className="px-4 py-6 text-ink-2">No limit is above 80 % right now.</p>
          ) : (
            <ServerOffset value={offsetMs}>
              <ul className="py-1">
                {rows.map((row) => (
                  <li key={row.key} className="flex flex-col gap-1 px-4 py-1.5">
                    <span className="flex justify-between gap-3">
                      <Who row={row} />
                      <span className="shrink-0 text-ink-3">
                        {row.align === 'sliding' ? 'empty in ' : 'resets in '}
                        <Countdown row={row} />
                      </span>
                    </span>
                    <span className="text-meta">
                      <RuleLink row={row} />
                    </span>
                    <Meter used={row.used} max={row.max} label={`${row.counter} of ${row.scopeName ?? row.scopeKey}`} />
                  </li>
                ))}
              </ul>
            </ServerOffset>
          )
        }
      </Loaded>
    </Panel>
  );
}
