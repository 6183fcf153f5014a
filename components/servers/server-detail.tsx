'use client';

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '@/components/shared/api/client';
import type { Server } from '@/components/shared/api/wire';
import { KillButton, KillNote } from '@/components/shared/kill-switch/kill-button';
import { PageHeader } from '@/components/shared/page-header';
import { Loaded } from '@/components/shared/state-view';
import { useUrlState } from '@/components/shared/url-state';
import { Tabs } from '@/components/ui/tabs';
import { ServerOverview } from './server-overview';
import { ServerSettings } from './server-settings';
import { ServerStatus } from './server-words';
import { SyncButton } from './sync-button';

interface ServerDetailProps {
  slug: string;
  /** The other features' parts of this page, composed by the route. */
  tools: ReactNode;
  policies: ReactNode;
  grants: ReactNode;
}

export function ServerDetail({ slug, tools, policies, grants }: ServerDetailProps) {
  const { get, set } = useUrlState();
  const query = useQuery({
    queryKey: ['server', slug],
    queryFn: ({ signal }) => api<Server>('GET', `/servers/${encodeURIComponent(slug)}`, { signal }),
  });
  return (
    <Loaded query={query} what="This server">
      {(server) => (
        <>
          <PageHeader
            title={server.name}
            trail={[{ label: 'Servers', href: '/servers' }]}
            badges={
              <>
                <code className="font-mono text-meta text-ink-3">{server.slug}</code>
                <ServerStatus server={server} />
              </>
            }
            actions={
              <>
                <SyncButton server={server} />
                <KillButton target={{ scope: 'server', label: server.slug }} />
              </>
            }
          />
          <KillNote target={{ scope: 'server', label: server.slug }} />
          <Tabs
            label="Server"
            value={get('tab') ?? 'overview'}
            onChange={(tab) => set({ tab: tab === 'overview' ? null : tab, sel: null, q: null, risk: null, category: null, status: null })}
            items={[
              { value: 'overview', label: 'Overview', content: <ServerOverview server={server} /> },
              { value: 'tools', label: 'Tools', count: server.tools.total, content: tools },
              { value: 'policies', label: 'Policies', count: server.policies, content: policies },
              { value: 'grants', label: 'Grants', count: server.grants, content: grants },
              { value: 'settings', label: 'Settings', content: <ServerSettings server={server} /> },
            ]}
          />
        </>
      )}
    </Loaded>
  );
}
