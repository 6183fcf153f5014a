'use client';

import { useQuery } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import type { Server } from '@/components/shared/api/wire';
import { Panel } from '@/components/ui/panel';
import { ClientSnippets } from './client-snippets';

/** How any client reaches this server, for whoever has a token already. */
export function ServerConnect({ server: slug }: { server: string }) {
  const server = useQuery({
    queryKey: ['server', slug],
    queryFn: ({ signal }) => api<Server>('GET', `/servers/${encodeURIComponent(slug)}`, { signal }),
  });
  if (!server.data) return null;
  return (
    <Panel title="Connect a client">
      <ClientSnippets
        slug={server.data.slug}
        gatewayUrl={server.data.gatewayUrl}
        token={null}
        absent="Every client has a grant of its own. Its token is shown once, when the grant is created or rotated."
      />
    </Panel>
  );
}
