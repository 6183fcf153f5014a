'use client';

import Link from 'next/link';
import type { NewBehaviour } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { Loaded, SkeletonRows } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Panel } from '@/components/ui/panel';
import { CountLink } from './count-link';
import { activityHref, type Scope } from './scope';
import { useOverview } from './use-overview';

/** Of each kind, so that a wave of new clients does not hide new tools. */
const TOOLS = 6;
const CLIENTS = 3;

/** What agents did for the first time ever, the newest first. */
export function NewThings({ scope }: { scope: Scope }) {
  const query = useOverview<NewBehaviour>('/stats/new', scope, { pace: 'slow' });
  return (
    <Panel title="What is new?" meta="First ever by this agent" flush>
      <Loaded query={query} what="New behaviour" skeleton={<SkeletonRows rows={4} />}>
        {(data) =>
          data.tools.length + data.clients.length === 0 ? (
            <p className="px-4 py-6 text-ink-2">No agent did anything for the first time.</p>
          ) : (
            <Rows data={data} scope={scope} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function Rows({ data, scope }: { data: NewBehaviour; scope: Scope }) {
  const rows = [
    ...data.tools.slice(0, TOOLS).map((one) => ({
      key: `${one.agent} ${one.server}/${one.tool}`,
      ...one,
      what: (
        <>
          called <span className="text-ink-3">{one.server} / </span>
          <code className="font-mono text-meta">
            <InertText text={one.tool} max={80} />
          </code>
          {', '}
          <CountLink count={one.calls} href={activityHref(scope, { agent: one.agent, server: one.server, tool: one.tool })} />{' '}
          {one.calls === 1 ? 'call' : 'calls'}
        </>
      ),
    })),
    ...data.clients.slice(0, CLIENTS).map((one) => ({
      key: `${one.agent} ${one.name} ${one.version}`,
      ...one,
      what: (
        <>
          came with{' '}
          <Link
            href={activityHref(scope, { agent: one.agent, client: one.name })}
            prefetch={false}
            className="underline decoration-line hover:text-accent"
          >
            <InertText text={`${one.name} ${one.version ?? ''}`.trim()} max={80} />
          </Link>
        </>
      ),
    })),
  ].toSorted((a, b) => Date.parse(b.firstAt) - Date.parse(a.firstAt));
  const more = data.toolsInAll + data.clientsInAll - rows.length;
  return (
    <ul className="py-1">
      {rows.map((row) => (
        <li key={row.key} className="flex items-baseline justify-between gap-3 px-4 py-1">
          <span className="min-w-0 break-words">
            <Link href={`/agents/${row.agent}`} className="font-medium hover:underline">
              {row.agent}
            </Link>{' '}
            {row.what}
          </span>
          <span className="shrink-0 text-meta text-ink-3">
            <Time at={row.firstAt} />
          </span>
        </li>
      ))}
      {more > 0 ? <li className="num px-4 py-1 text-ink-3">and {formatCount(more)} more</li> : null}
    </ul>
  );
}
