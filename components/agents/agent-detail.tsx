'use client';

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { BlockAgent } from '@/components/shared/agents/block-agent';
import { AlertList } from '@/components/shared/alerts/alert-list';
import { RestrictionNotes } from '@/components/shared/alerts/restriction-notes';
import { api } from '@/components/shared/api/client';
import type { AgentDetail as Detail } from '@/components/shared/api/wire';
import { useElevations } from '@/components/shared/elevations/use-elevations';
import { KillButton, KillNote } from '@/components/shared/kill-switch/kill-button';
import { PageHeader } from '@/components/shared/page-header';
import { Loaded } from '@/components/shared/state-view';
import { useUrlState } from '@/components/shared/url-state';
import { LinkButton } from '@/components/ui/button';
import { Tabs } from '@/components/ui/tabs';
import { AgentActivity } from './agent-activity';
import { AgentElevations } from './agent-elevations';
import { AgentExceptions, useActiveExceptions } from './agent-exceptions';
import { AgentGlance, AgentIdentity } from './agent-glance';
import { AgentStatus } from './agent-list';
import { AgentNotices } from './agent-notices';
import { AgentReach } from './agent-reach';
import { AgentSettings } from './agent-settings';
import { ReviewButton } from './review-button';

/** One screen: who owns it, what it can do, what it did, what stands open, and how to stop it. */
export function AgentDetail({ slug, grants }: { slug: string; grants: ReactNode }) {
  const query = useQuery({
    queryKey: ['agent', slug],
    queryFn: ({ signal }) => api<Detail>('GET', `/agents/${encodeURIComponent(slug)}`, { signal }),
    refetchInterval: 30_000,
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
                <ReviewButton agent={agent} />
                <BlockAgent agent={agent} />
                <KillButton target={{ scope: 'agent', label: agent.slug }} />
              </>
            }
          />
          <KillNote target={{ scope: 'agent', label: agent.slug }} />
          <RestrictionNotes agent={agent.slug} />
          <AgentNotices agent={agent} />
          <AlertList agent={agent.slug} className="mb-4" />
          <AgentGlance agent={agent} />
          <AgentTabs agent={agent} grants={grants} />
        </>
      )}
    </Loaded>
  );
}

function AgentTabs({ agent, grants }: { agent: Detail; grants: ReactNode }) {
  const { get, set } = useUrlState();
  const exceptions = useActiveExceptions(agent.slug);
  const waiting = useElevations({ agent: agent.slug, status: 'pending,active' });
  return (
    <Tabs
      label="Agent"
      value={get('tab') ?? 'grants'}
      onChange={(tab) => set({ tab: tab === 'grants' ? null : tab, sel: null })}
      items={[
        { value: 'grants', label: 'Grants', count: agent.grants, content: grants },
        {
          value: 'access',
          label: 'What it can do',
          content: (
            <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_320px]">
              <AgentReach reach={agent.reach} />
              <AgentIdentity agent={agent} />
            </div>
          ),
        },
        { value: 'activity', label: 'What it did', content: <AgentActivity slug={agent.slug} /> },
        {
          value: 'exceptions',
          label: 'Exceptions',
          count: exceptions.rows?.length || null,
          content: <AgentExceptions agent={agent.slug} />,
        },
        { value: 'elevations', label: 'More access', count: waiting.rows?.length || null, content: <AgentElevations agent={agent.slug} /> },
        { value: 'settings', label: 'Settings', content: <AgentSettings key={agent.etag} agent={agent} /> },
      ]}
    />
  );
}
