'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import { useAllPolicies } from '@/components/shared/api/lists';
import type { Grant } from '@/components/shared/api/wire';
import { Id } from '@/components/shared/id-text';
import { useRefusal } from '@/components/shared/permission';
import { StatusTag } from '@/components/shared/status-tag';
import { Time } from '@/components/shared/time-text';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Facts } from '@/components/ui/panel';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { ClientSnippets } from './client-snippets';
import { ConnectionListener } from './connection-listener';
import { UNUSED_WORDS } from './grant-words';
import { RequestElevationDialog, useCannotAsk } from './request-elevation-dialog';
import { TokenDialog } from './token-dialog';

const GRACES = [
  { value: '0', label: 'Stops at once' },
  { value: '600', label: 'Lives 10 more minutes' },
  { value: '3600', label: 'Lives 1 more hour' },
  { value: '86400', label: 'Lives 24 more hours' },
];

export function GrantPanel({ grant }: { grant: Grant }) {
  return (
    <div className="flex flex-col gap-5">
      <GrantActions grant={grant} />
      <Facts
        items={[
          ['Status', <StatusTag key="s" status={grant.status} />],
          [
            'Agent',
            <Link key="a" className="text-accent hover:underline" href={`/agents/${grant.agent.slug}`}>
              {grant.agent.name}
            </Link>,
          ],
          [
            'Server',
            <Link key="b" className="text-accent hover:underline" href={`/servers/${grant.server.slug}`}>
              {grant.server.name}
            </Link>,
          ],
          ['Policy', <PolicyChoice key="p" grant={grant} />],
          ...(grant.elevation
            ? [
                [
                  'For a while',
                  <span key="e" className="text-ask">
                    {grant.elevation.policy.name} until <Time at={grant.elevation.until} />, then it falls back by itself
                  </span>,
                ] as const,
              ]
            : []),
          ['Purpose', grant.purpose],
          ['Scopes', grant.scopes.length > 0 ? grant.scopes.join(', ') : null],
          [
            'Tokens',
            <span key="t" className="flex flex-col">
              {grant.tokens.map((token) => (
                <span key={token.createdAt} className="text-ink-2">
                  <code className="font-mono text-meta">cg_live_…{token.lastFour}</code> made <Time at={token.createdAt} />
                  {token.validUntil ? (
                    <>
                      , valid until <Time at={token.validUntil} />
                    </>
                  ) : null}
                </span>
              ))}
            </span>,
          ],
          [
            'Valid',
            <span key="v">
              {grant.notBefore ? (
                <>
                  from <Time at={grant.notBefore} />{' '}
                </>
              ) : null}
              {grant.expiresAt ? (
                <>
                  until <Time at={grant.expiresAt} />
                </>
              ) : (
                'without end'
              )}
            </span>,
          ],
          [
            'Last used',
            <span key="u">
              <Time at={grant.lastUsedAt} />
              {grant.unused ? <span className="text-limited"> {UNUSED_WORDS[grant.unused]}</span> : null}
              {grant.lastClient ? (
                <span className="text-ink-2">
                  {' '}
                  by {grant.lastClient.name} {grant.lastClient.version}
                </span>
              ) : null}
              {grant.lastSourceIp ? <span className="text-ink-2"> from {grant.lastSourceIp}</span> : null}
            </span>,
          ],
          [
            'Created',
            <span key="c">
              <Time at={grant.createdAt} /> <span className="text-ink-2">by {grant.createdBy}</span>
            </span>,
          ],
          ...(grant.revokedAt
            ? [
                [
                  'Revoked',
                  <span key="r">
                    <Time at={grant.revokedAt} /> <span className="text-ink-2">by {grant.revokedBy}</span>
                  </span>,
                ] as const,
              ]
            : []),
          ['Id', <Id key="i" value={grant.id} max={24} />],
          [
            'Calls',
            <Link key="l" href={`/activity?grant=${grant.id}`} className="text-accent hover:underline">
              View activity
            </Link>,
          ],
        ]}
      />
      {grant.status === 'active' ? (
        <section>
          <h3 className="mb-2 font-medium">Connect a client</h3>
          <div className="flex flex-col gap-3">
            <ClientSnippets slug={grant.server.slug} gatewayUrl={grant.gatewayUrl} token={null} />
            <ListenButton grant={grant} />
          </div>
        </section>
      ) : null}
    </div>
  );
}

function ListenButton({ grant }: { grant: Grant }) {
  const [listening, setListening] = useState(false);
  if (listening) return <ConnectionListener grant={grant} />;
  return (
    <Button className="self-start" onClick={() => setListening(true)}>
      Listen for a connection
    </Button>
  );
}

function PolicyChoice({ grant }: { grant: Grant }) {
  const client = useQueryClient();
  const refusal = useRefusal('grant.write');
  const policies = useAllPolicies();
  const update = useMutation({
    mutationFn: (policy: string) => api<Grant>('PATCH', `/grants/${grant.id}`, { body: { policy } }),
    onSuccess: (saved) => {
      client.invalidateQueries({ queryKey: ['grants'] });
      toast.success(`The grant uses ${saved.policy?.name ?? 'no policy'} now`);
    },
    onError: (error) => toast.error('The policy was not changed', { description: error.message }),
  });
  if (refusal || grant.status === 'revoked') return <span>{grant.policy?.name ?? 'none: denies everything'}</span>;
  const offered = (policies.data ?? []).filter((policy) => policy.server.slug === grant.server.slug);
  return (
    <Select
      size="sm"
      label="Policy"
      className="max-w-64"
      disabled={update.isPending}
      value={grant.policy?.slug}
      placeholder="none: denies everything"
      onChange={(value) => update.mutate(value)}
      options={offered.map((policy) => ({
        value: policy.slug,
        label: policy.name,
        hint: policy.live ? `live v${policy.live.version}` : 'not published: denies everything',
      }))}
    />
  );
}

function GrantActions({ grant }: { grant: Grant }) {
  const client = useQueryClient();
  const refusal = useRefusal('grant.write');
  const cannotAsk = useCannotAsk(grant);
  const [open, setOpen] = useState<'rotate' | 'revoke' | 'elevate' | null>(null);
  const [grace, setGrace] = useState('0');
  const refresh = () => {
    for (const key of ['grants', 'agents', 'agent']) client.invalidateQueries({ queryKey: [key] });
  };
  const rotate = useMutation({
    mutationFn: () => api<{ grant: Grant; token: string }>('POST', `/grants/${grant.id}/rotate`, { body: { graceSeconds: Number(grace) } }),
    onSuccess: () => {
      setOpen(null);
      refresh();
    },
  });
  const revoke = useMutation({
    mutationFn: () => api<Grant>('POST', `/grants/${grant.id}/revoke`, { body: {} }),
    onSuccess: () => {
      setOpen(null);
      refresh();
      toast.success('Grant revoked', { description: 'Its next call is refused.' });
    },
  });
  if (grant.status === 'revoked') return null;
  return (
    <div className="flex flex-wrap gap-2">
      <Button disabledReason={refusal} onClick={() => setOpen('rotate')}>
        Rotate token
      </Button>
      {grant.elevation || grant.status === 'expired' ? null : (
        <Button disabledReason={cannotAsk} onClick={() => setOpen('elevate')}>
          Ask for more access
        </Button>
      )}
      <Button className="text-denied" disabledReason={refusal} onClick={() => setOpen('revoke')}>
        Revoke grant
      </Button>
      <ConfirmDialog
        open={open === 'rotate'}
        onOpenChange={() => setOpen(null)}
        tier="T1"
        action="Rotate token"
        pending={rotate.isPending}
        error={rotate.error?.message}
        consequences={['A new token is made and shown once.', `The client of ${grant.agent.name} has to get it.`]}
        onConfirm={() => rotate.mutate()}
      >
        <Field label="Old token">
          <Select value={grace} onChange={setGrace} options={GRACES} />
        </Field>
      </ConfirmDialog>
      <ConfirmDialog
        open={open === 'revoke'}
        onOpenChange={() => setOpen(null)}
        tier="T1"
        destructive
        action="Revoke grant"
        pending={revoke.isPending}
        error={revoke.error?.message}
        consequences={[
          `The next call of ${grant.agent.name} to ${grant.server.name} with this grant is refused.`,
          'Revoking cannot be undone; a new grant can be made at any time.',
        ]}
        onConfirm={() => revoke.mutate()}
      />
      {open === 'elevate' ? <RequestElevationDialog grant={grant} onClose={() => setOpen(null)} /> : null}
      {rotate.data ? <TokenDialog grant={rotate.data.grant} token={rotate.data.token} onClose={() => rotate.reset()} /> : null}
    </div>
  );
}
