'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import { useAllAgents, useAllPolicies, useAllServers } from '@/components/shared/api/lists';
import type { Grant } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { TimeField } from '@/components/shared/time-field';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { TokenDialog } from './token-dialog';

const EXPIRIES = [
  { value: '0', label: 'Never' },
  { value: '1', label: 'In 1 day' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In 1 year' },
];
const DAY_MS = 86_400_000;
const NONE = '(none)';

const scopesOf = (text: string): string[] =>
  text
    .split(',')
    .map((scope) => scope.trim())
    .filter(Boolean);

export function CreateGrantDialog({ agent, server, onClose }: { agent?: string; server?: string; onClose: () => void }) {
  const client = useQueryClient();
  const agents = useAllAgents(!agent);
  const servers = useAllServers(!server);
  const policies = useAllPolicies();
  const [form, setForm] = useState({
    agent: agent ?? '',
    server: server ?? '',
    policy: '',
    label: '',
    expires: '90',
    purpose: '',
    scopes: '',
  });
  const [begins, setBegins] = useState<string | null>(null);
  const change = (patch: Partial<typeof form>) => setForm((old) => ({ ...old, ...patch }));
  const offered = (policies.data ?? []).filter((policy) => policy.server.slug === form.server);
  const policy = form.policy || (offered.length === 1 ? (offered[0]?.slug ?? '') : '');
  const chosen = offered.find((one) => one.slug === policy);
  const create = useMutation({
    mutationFn: () =>
      api<{ grant: Grant; token: string }>('POST', '/grants', {
        body: {
          agent: form.agent,
          server: form.server,
          policy: policy && policy !== NONE ? policy : null,
          ...(form.label.trim() ? { label: form.label.trim() } : {}),
          ...(form.purpose.trim() ? { purpose: form.purpose.trim() } : {}),
          ...(scopesOf(form.scopes).length > 0 ? { scopes: scopesOf(form.scopes) } : {}),
          ...(begins === null ? {} : { notBefore: begins }),
          ...(form.expires === '0' ? {} : { expiresAt: new Date(Date.now() + Number(form.expires) * DAY_MS).toISOString() }),
        },
      }),
    onSuccess: () => {
      for (const key of ['grants', 'agents', 'agent', 'server', 'servers', 'setup']) client.invalidateQueries({ queryKey: [key] });
    },
  });
  if (create.data) return <TokenDialog grant={create.data.grant} token={create.data.token} onClose={onClose} />;
  const missing = !form.agent
    ? 'Choose an agent'
    : !form.server
      ? 'Choose a server'
      : !policy
        ? 'Choose a policy, or “none” on purpose'
        : null;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Create grant"
      description="The token is shown once after this."
      width="sm"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" pending={create.isPending} disabledReason={missing} onClick={() => create.mutate()}>
            Create grant
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {agent ? null : (
          <Field label="Agent" error={fieldError(create.error, 'agent')}>
            <Select
              value={form.agent || undefined}
              onChange={(value) => change({ agent: value })}
              placeholder={agents.data?.length === 0 ? 'Create an agent first' : 'Choose an agent'}
              options={(agents.data ?? []).map((one) => ({ value: one.slug, label: one.name, hint: `owner ${one.owner}` }))}
            />
          </Field>
        )}
        {server ? null : (
          <Field label="Server" error={fieldError(create.error, 'server')}>
            <Select
              value={form.server || undefined}
              onChange={(value) => change({ server: value, policy: '' })}
              placeholder={servers.data?.length === 0 ? 'Add a server first' : 'Choose a server'}
              options={(servers.data ?? []).map((one) => ({ value: one.slug, label: one.name, hint: one.slug }))}
            />
          </Field>
        )}
        <Field
          label="Policy"
          error={fieldError(create.error, 'policy')}
          hint={chosen && !chosen.live ? 'This policy has no published version yet: the grant denies everything until it has.' : undefined}
        >
          <Select
            value={policy || undefined}
            disabled={!form.server}
            onChange={(value) => change({ policy: value })}
            placeholder={form.server ? 'Choose a policy' : 'Choose a server first'}
            options={[
              ...offered.map((one) => ({
                value: one.slug,
                label: one.name,
                hint: one.live ? `live v${one.live.version}` : 'not published',
              })),
              { value: NONE, label: 'None: deny everything' },
            ]}
          />
        </Field>
        <div className="grid grid-cols-2 gap-3">
          <Field label="Label" optional error={fieldError(create.error, 'label')}>
            <Input value={form.label} placeholder="laptop of Ana" onChange={(event) => change({ label: event.target.value })} />
          </Field>
          <Field label="Expires" error={fieldError(create.error, 'expiresAt')}>
            <Select value={form.expires} onChange={(value) => change({ expires: value })} options={EXPIRIES} />
          </Field>
        </div>
        <Field label="Purpose" optional hint="Policies can look at it as grant.purpose" error={fieldError(create.error, 'purpose')}>
          <Input value={form.purpose} placeholder="refunds of the shop" onChange={(event) => change({ purpose: event.target.value })} />
        </Field>
        <div className="grid grid-cols-2 gap-3">
          <Field label="Scopes" optional hint="Separated by commas; grant.scopes in policies" error={fieldError(create.error, 'scopes')}>
            <Input
              className="font-mono"
              value={form.scopes}
              placeholder="read, refunds"
              onChange={(event) => change({ scopes: event.target.value })}
            />
          </Field>
          <TimeField
            label="Begins"
            optional
            hint="Left empty: now"
            value={begins}
            onChange={setBegins}
            error={fieldError(create.error, 'notBefore')}
          />
        </div>
        <FormError
          error={create.error}
          shownFields={['agent', 'server', 'policy', 'label', 'expiresAt', 'purpose', 'scopes', 'notBefore']}
        />
      </div>
    </Dialog>
  );
}
