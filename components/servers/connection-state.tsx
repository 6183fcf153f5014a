'use client';

import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api, queryString } from '@/components/shared/api/client';
import type { UpstreamConnection } from '@/components/shared/api/wire';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Facts } from '@/components/ui/panel';
import { toast } from '@/components/ui/toaster';

export const STATES: Record<UpstreamConnection['status'], { words: string; look: string }> = {
  connected: { words: 'Connected', look: 'text-allowed' },
  disconnected: { words: 'Not connected', look: 'text-ink-2' },
  needs_reconnect: { words: 'Needs to be connected again', look: 'text-denied' },
};

import { IssuerConfirm, unconfirmedIssuer } from './issuer-confirm';

const KINDS: Record<UpstreamConnection['kind'], string> = {
  oauth: 'OAuth, authorized by a person',
  client_credentials: 'Client credentials',
  headers: 'Headers of its own',
};

interface ConnectionProps {
  connection: UpstreamConnection;
  path: string;
  refusal: string | null;
  onChanged: () => void;
  onLeave: () => void;
  /** Further buttons. */
  children?: ReactNode;
}

/** One credential, of the server or of an agent: in which state it is, and what to do about it. Never its secrets. */
export function ConnectionState({ connection, path, refusal, onChanged, onLeave, children }: ConnectionProps) {
  const [open, setOpen] = useState<'disconnect' | 'remove' | null>(null);
  const { agent } = connection;
  const body = agent === null ? {} : { agent: agent.id };
  const connect = useMutation({
    mutationFn: (issuer: string | null) =>
      api<{ url: string }>('POST', `${path}/connect`, { body: { ...body, ...(issuer === null ? {} : { issuer }) } }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  const settle = () => {
    setOpen(null);
    onLeave();
    onChanged();
  };
  const disconnect = useMutation({
    mutationFn: () => api<{ revoked: boolean }>('POST', `${path}/disconnect`, { body }),
    onSuccess: ({ revoked }) => {
      settle();
      toast.success('Disconnected', { description: revoked ? 'The tokens were given back.' : 'The tokens were forgotten here.' });
    },
  });
  const remove = useMutation({
    mutationFn: () => api('DELETE', agent === null ? path : `${path}${queryString({ agent: agent.id })}`),
    onSuccess: settle,
  });
  const isOAuth = connection.kind === 'oauth';
  const isHeaders = connection.kind === 'headers';
  const connected = connection.status === 'connected';
  const state = STATES[connection.status];
  return (
    <>
      <Facts
        items={[
          ['Kind', KINDS[connection.kind]],
          ...(isHeaders
            ? [
                [
                  'Headers',
                  <code key="h" className="break-all font-mono text-meta">
                    {connection.headers.join(', ')}
                  </code>,
                ] as const,
              ]
            : [
                [
                  'State',
                  <span key="s" className={`font-medium ${state.look}`}>
                    {state.words}
                  </span>,
                ] as const,
              ]),
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
          ...(isHeaders
            ? []
            : [
                [
                  'Issuer',
                  connection.issuer ? <InertText key="i" text={connection.issuer} max={200} /> : 'found out when connecting',
                ] as const,
              ]),
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
        {children}
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
        consequences={[
          `${agent === null ? 'Calls to this server' : `Calls of ${agent.name} to this server`} fail until somebody connects it again.`,
        ]}
        onConfirm={() => disconnect.mutate()}
      />
      <ConfirmDialog
        open={open === 'remove'}
        onOpenChange={() => setOpen(null)}
        tier="T1"
        destructive
        action={agent === null ? 'Remove authentication' : `Remove the credential of ${agent.name}`}
        pending={remove.isPending}
        error={remove.error?.message}
        consequences={
          agent === null
            ? ['The tokens and what was set are deleted.', 'Calls go on with the headers of the server alone.']
            : ['What was set is deleted, and tokens with it.', `Calls of ${agent.name} go on with the server’s own credential.`]
        }
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
