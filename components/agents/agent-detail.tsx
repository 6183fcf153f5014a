'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { api } from '@/components/shared/api/client';
import type { AgentDetail as Detail } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { Id } from '@/components/shared/id-text';
import { PageHeader } from '@/components/shared/page-header';
import { Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { useUrlState } from '@/components/shared/url-state';
import { LinkButton } from '@/components/ui/button';
import { Facts, Panel } from '@/components/ui/panel';
import { Tabs } from '@/components/ui/tabs';
import { AgentStatus } from './agent-list';
import { AgentSettings } from './agent-settings';
import { SuspendButton } from './suspend-button';

export function AgentDetail({ slug, grants }: { slug: string; grants: ReactNode }) {
  const { get, set } = useUrlState();
  const query = useQuery({
    queryKey: ['agent', slug],
    queryFn: ({ signal }) => api<Detail>('GET', `/agents/${encodeURIComponent(slug)}`, { signal }),
  });
  return (
    <Loaded query={query} what="This agent">
      {(agent) => (
        <>
          <PageHeader
            title={agent.name}
            trail={[{ label: 'Agents', href: '/agents' }]}
            badges={
              <>
                <code className="font-mono text-meta text-ink-3">{agent.slug}</code>
                <AgentStatus agent={agent} />
              </>
            }
            description={agent.purpose ?? undefined}
            actions={
              <>
                <LinkButton href={`/activity?agent=${agent.slug}`}>View activity</LinkButton>
                <SuspendButton agent={agent} />
              </>
            }
          />
          {agent.status === 'suspended' ? (
            <p className="mb-4 rounded-panel border border-limited bg-limited-chip px-4 py-2 text-limited">
              Suspended: every call of this agent is refused with 403 until it is resumed.
            </p>
          ) : null}
          {agent.ownerActive ? null : (
            <p className="mb-4 rounded-panel border border-broken bg-broken-chip px-4 py-2 text-broken">
              Its owner {agent.owner} is a disabled member, so its calls are refused. Name another owner under Settings.
            </p>
          )}
          <Tabs
            label="Agent"
            value={get('tab') ?? 'grants'}
            onChange={(tab) => set({ tab: tab === 'grants' ? null : tab, sel: null })}
            items={[
              { value: 'grants', label: 'Grants', count: agent.grants, content: grants },
              { value: 'access', label: 'What it can do', content: <Reach agent={agent} /> },
              { value: 'settings', label: 'Settings', content: <AgentSettings key={agent.etag} agent={agent} /> },
            ]}
          />
        </>
      )}
    </Loaded>
  );
}

/** Effective access now: the tools that each grant lists, after its policy. */
function Reach({ agent }: { agent: Detail }) {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_320px]">
      <div className="flex flex-col gap-4">
        {agent.reach.length === 0 ? (
          <p className="rounded-panel border border-line bg-surface px-4 py-3 text-ink-2">
            Nothing: it has no active grant. Create one under Grants.
          </p>
        ) : null}
        {agent.reach.map((reach) => (
          <Panel
            key={reach.grant}
            title={
              <Link href={`/servers/${reach.server.slug}`} className="hover:underline">
                {reach.server.name}
              </Link>
            }
            meta={
              <>
                {reach.label ? `${reach.label} · ` : ''}
                {reach.policy ? (
                  <Link className="hover:underline" href={`/policies/${reach.server.slug}/${reach.policy}`}>
                    {reach.policy} v{reach.version ?? '–'}
                  </Link>
                ) : (
                  'no policy'
                )}
                {reach.mode === 'observe' ? ' · observe only' : ''}
              </>
            }
          >
            {reach.note ? <p className="text-denied">{reach.note}</p> : null}
            {reach.listed.length > 0 ? (
              <>
                <p className="mb-2 text-ink-2">
                  <span className="num font-medium text-ink">{formatCount(reach.listed.length)}</span> tools listed,{' '}
                  <span className="num">{formatCount(reach.hidden)}</span> hidden. A listed tool can still be denied by its arguments or
                  limits.
                </p>
                <ul className="flex max-h-72 flex-wrap gap-x-4 gap-y-1 overflow-y-auto font-mono text-meta">
                  {reach.listed.map((name) => (
                    <li key={name}>
                      <InertText text={name} max={80} />
                    </li>
                  ))}
                </ul>
              </>
            ) : null}
          </Panel>
        ))}
      </div>
      <Panel title="Identity">
        <Facts
          items={[
            ['Owner', agent.owner],
            ['Environment', agent.environment],
            [
              'Labels',
              Object.keys(agent.labels).length
                ? Object.entries(agent.labels)
                    .map(([key, value]) => `${key}=${value}`)
                    .join(', ')
                : null,
            ],
            ['Created', <Time key="c" at={agent.createdAt} />],
            ['Last call', <Time key="l" at={agent.lastUsedAt} />],
            ['Id', <Id key="i" value={agent.id} max={16} />],
          ]}
        />
      </Panel>
    </div>
  );
}
