'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Server, ServerAuth } from '@/components/shared/api/wire';
import { useRefusal } from '@/components/shared/permission';
import { Loaded } from '@/components/shared/state-view';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { AgentCredentials } from './agent-credentials';
import { ConnectionState } from './connection-state';
import { ServerAuthForm } from './server-auth-form';

/** How the gateway proves itself to the server, beside fixed headers: what is set, in which state, and what to do about it. */
export function ServerAuthPanel({ server }: { server: Server }) {
  const client = useQueryClient();
  const refusal = useRefusal('server.write');
  const { get, set } = useUrlState();
  const path = `/servers/${server.slug}/auth`;
  const query = useQuery({ queryKey: ['server-auth', server.slug], queryFn: ({ signal }) => api<ServerAuth>('GET', path, { signal }) });
  const [setting, setSetting] = useState(false);
  const refresh = () => {
    for (const key of [['server-auth', server.slug], ['server', server.slug], ['servers']]) client.invalidateQueries({ queryKey: key });
  };
  const setUp = (words: string) => (
    <Button className="self-start" disabledReason={refusal} onClick={() => setSetting(true)}>
      {words}
    </Button>
  );
  return (
    <Panel title="Authentication">
      <Loaded query={query} what="The authentication of this server">
        {({ connection, agents, redirectUri }) => (
          <div className="flex flex-col gap-4">
            {get('auth') === 'failed' ? (
              <p role="alert" className="rounded-control bg-denied-chip px-3 py-2 text-denied">
                The server was not connected. The reason is below.
              </p>
            ) : null}
            {connection ? (
              <ConnectionState
                connection={connection}
                path={path}
                refusal={refusal}
                onChanged={refresh}
                onLeave={() => set({ auth: null })}
              >
                {setting ? null : setUp('Change authentication')}
              </ConnectionState>
            ) : (
              <p className="text-ink-2">
                {server.auth?.type === 'bearer'
                  ? 'A fixed bearer token is sent. It is listed under Stored secrets.'
                  : 'Nothing but the headers of this server is sent.'}
              </p>
            )}
            {setting ? (
              <ServerAuthForm
                path={path}
                redirectUri={redirectUri}
                onDone={() => {
                  setSetting(false);
                  refresh();
                }}
                onCancel={() => setSetting(false)}
              />
            ) : connection ? null : (
              setUp('Set up OAuth')
            )}
            <AgentCredentials
              path={path}
              redirectUri={redirectUri}
              connections={agents}
              refusal={refusal}
              onChanged={refresh}
              onLeave={() => set({ auth: null })}
            />
          </div>
        )}
      </Loaded>
    </Panel>
  );
}
