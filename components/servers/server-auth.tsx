'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Server, ServerAuth, UpstreamConnection } from '@/components/shared/api/wire';
import { useRefusal } from '@/components/shared/permission';
import { Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Facts, Panel } from '@/components/ui/panel';
import { toast } from '@/components/ui/toaster';
import { IssuerConfirm, unconfirmedIssuer } from './issuer-confirm';
import { ServerAuthForm } from './server-auth-form';

const STATES: Record<UpstreamConnection['status'], { words: string; look: string }> = {
  connected: { words: 'Connected', look: 'text-allowed' },
  disconnected: { words: 'Not connected', look: 'text-ink-2' },
  needs_reconnect: { words: 'Needs to be connected again', look: 'text-denied' },
};

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
              <Connection connection={connection} path={path} refusal={refusal} onChanged={refresh} onLeave={() => set({ auth: null })} />
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
            ) : (
              <Button className="self-start" disabledReason={refusal} onClick={() => setSetting(true)}>
                {connection ? 'Change authentication' : 'Set up OAuth'}
              </Button>
            )}
            {agents.length > 0 ? (
              <section>
                <h3 className="mb-1 font-medium">Agents with their own credential</h3>
                <ul className="list-disc pl-5">
                  {agents.map((own) => (
                    <li key={own.agent?.id}>
                      {own.agent?.name}: {own.kind === 'headers' ? `headers ${own.headers.join(', ')}` : STATES[own.status].words}
                    </li>
                  ))}
                </ul>
              </section>
            ) : null}
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

interface ConnectionProps {
  connection: UpstreamConnection;
  path: string;
  refusal: string | null;
  onChanged: () => void;
  onLeave: () => void;
}

function Connection({ connection, path, refusal, onChanged, onLeave }: ConnectionProps) {
  const [open, setOpen] = useState<'disconnect' | 'remove' | null>(null);
  const connect = useMutation({
    mutationFn: (issuer: string | null) => api<{ url: string }>('POST', `${path}/connect`, { body: issuer === null ? {} : { issuer } }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  const settle = () => {
    setOpen(null);
    onLeave();
    onChanged();
  };
  const disconnect = useMutation({
    mutationFn: () => api<{ revoked: boolean }>('POST', `${path}/disconnect`, { body: {} }),
    onSuccess: ({ revoked }) => {
      settle();
      toast.success('Disconnected', { description: revoked ? 'The tokens were given back.' : 'The tokens were forgotten here.' });
    },
  });
  const remove = useMutation({ mutationFn: () => api('DELETE', path), onSuccess: settle });
  const isOAuth = connection.kind === 'oauth';
  const connected = connection.status === 'connected';
  const state = STATES[connection.status];
  return (
    <>
      <Facts
        items={[
          ['Kind', isOAuth ? 'OAuth, authorized by a person' : 'Client credentials'],
          [
            'State',
            <span key="s" className={`font-medium ${state.look}`}>
              {state.words}
            </span>,
          ],
          ...(connected && connection.connectedBy
            ? [
                [
                  'Connected',
                  <span key="c">
                    <Time at={connection.connectedAt} /> <span className="text-ink-2">by {connection.connectedBy}</span>
                  </span>,
                ] as const,
                ['Scopes', connection.scopes ? <InertText key="p" text={connection.scopes} max={300} /> : 'as the server gives'] as const,
                [
                  'Token',
                  <span key="e">
                    {connection.expiresAt ? (
                      <>
                        until <Time at={connection.expiresAt} />
                      </>
                    ) : (
                      'without end'
                    )}
                    {connection.renewable ? ', renewed by itself' : ', cannot be renewed'}
                  </span>,
                ] as const,
                ['Last renewed', <Time key="r" at={connection.refreshedAt} />] as const,
              ]
            : []),
          ['Issuer', connection.issuer ? <InertText key="i" text={connection.issuer} max={200} /> : 'found out when connecting'],
          [
            'Set',
            <span key="b">
              <Time at={connection.setAt} /> <span className="text-ink-2">by {connection.setBy}</span>
            </span>,
          ],
        ]}
      />
      {connection.neededScopes === null ? null : (
        <p className="rounded-control bg-limited-chip px-3 py-2 text-limited">
          The server refused a call because the token lacks a scope
          {connection.neededScopes ? (
            <>
              {' ('}
              <InertText text={connection.neededScopes} max={200} />)
            </>
          ) : null}
          . {isOAuth ? 'Reconnect to ask for it.' : 'Set the scopes anew to ask for it.'}
        </p>
      )}
      {connection.lastError ? (
        <p role="alert" className="text-denied">
          <InertText text={connection.lastError} max={600} />
        </p>
      ) : null}
      <IssuerConfirm error={connect.error} pending={connect.isPending} onConfirm={connect.mutate} onCancel={connect.reset} />
      {connect.error && unconfirmedIssuer(connect.error) === null ? (
        <p role="alert" className="text-denied">
          <InertText text={connect.error.message} max={600} />
        </p>
      ) : null}
      <div className="flex flex-wrap gap-2">
        {isOAuth ? (
          <Button
            variant={connected ? undefined : 'primary'}
            pending={connect.isPending}
            disabledReason={refusal}
            onClick={() => connect.mutate(null)}
          >
            {connection.connectedAt ? 'Reconnect' : 'Connect'}
          </Button>
        ) : null}
        {isOAuth && connected ? (
          <Button disabledReason={refusal} onClick={() => setOpen('disconnect')}>
            Disconnect
          </Button>
        ) : null}
        <Button className="text-denied" disabledReason={refusal} onClick={() => setOpen('remove')}>
          Remove
        </Button>
      </div>
      <ConfirmDialog
        open={open === 'disconnect'}
        onOpenChange={() => setOpen(null)}
        tier="T1"
        action="Disconnect"
        pending={disconnect.isPending}
        error={disconnect.error?.message}
        consequences={['Calls to this server fail until somebody connects it again.']}
        onConfirm={() => disconnect.mutate()}
      />
      <ConfirmDialog
        open={open === 'remove'}
        onOpenChange={() => setOpen(null)}
        tier="T1"
        destructive
        action="Remove authentication"
        pending={remove.isPending}
        error={remove.error?.message}
        consequences={['The tokens and what was set are deleted.', 'Calls go on with the headers of the server alone.']}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
