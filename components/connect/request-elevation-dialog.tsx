'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import { useAllPolicies } from '@/components/shared/api/lists';
import type { Agent, Elevation, Grant } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { useMe, useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';

const SPANS = [
  { value: '15', label: '15 minutes' },
  { value: '60', label: '1 hour' },
  { value: '240', label: '4 hours' },
  { value: '480', label: '8 hours' },
];

/** Why this person may not ask, or null: admins may, and the owner of the agent. */
export function useCannotAsk(grant: Grant): string | null {
  const refusal = useRefusal('grant.write');
  const me = useMe();
  const agent = useQuery({
    queryKey: ['agent-status', grant.agent.slug],
    queryFn: ({ signal }) => api<Agent>('GET', `/agents/${encodeURIComponent(grant.agent.slug)}`, { signal }),
    enabled: refusal !== null,
  });
  const owns = agent.data !== undefined && agent.data.owner.toLowerCase() === me.data?.email?.toLowerCase();
  return refusal === null || owns ? null : 'Only the owner of the agent and admins ask for more access.';
}

/** Another policy of the same server for a while. It is a request: somebody else has to agree. */
export function RequestElevationDialog({ grant, onClose }: { grant: Grant; onClose: () => void }) {
  const client = useQueryClient();
  const policies = useAllPolicies();
  const [form, setForm] = useState({ policy: '', minutes: '60', reason: '' });
  const change = (patch: Partial<typeof form>) => setForm((old) => ({ ...old, ...patch }));
  const offered = (policies.data ?? []).filter(
    (policy) => policy.server.slug === grant.server.slug && policy.live && policy.slug !== grant.policy?.slug,
  );
  const request = useMutation({
    mutationFn: () =>
      api<Elevation>('POST', `/grants/${grant.id}/elevate`, {
        body: { policy: form.policy, minutes: Number(form.minutes), reason: form.reason.trim() },
      }),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['elevations'] });
      toast.success('Asked for more access', { description: 'Somebody else decides, under Approvals.' });
      onClose();
    },
  });
  const missing =
    policies.data && offered.length === 0
      ? 'The server has no other published policy'
      : !form.policy
        ? 'Choose a policy'
        : !form.reason.trim()
          ? 'Say what it is needed for'
          : null;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Ask for more access"
      description={`${grant.agent.name} uses another policy on ${grant.server.name} for a while, once somebody else has agreed. It falls back by itself.`}
      width="sm"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" pending={request.isPending} disabledReason={missing} onClick={() => request.mutate()}>
            Ask for access
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Policy" error={fieldError(request.error, 'policy')}>
          <Select
            value={form.policy || undefined}
            onChange={(policy) => change({ policy })}
            placeholder={offered.length === 0 ? 'No other published policy' : 'Choose a policy'}
            options={offered.map((policy) => ({ value: policy.slug, label: policy.name, hint: `live v${policy.live?.version ?? '–'}` }))}
          />
        </Field>
        <Field label="For how long" error={fieldError(request.error, 'minutes')}>
          <Select value={form.minutes} onChange={(minutes) => change({ minutes })} options={SPANS} />
        </Field>
        <Field label="Reason" hint="Whoever decides reads it." error={fieldError(request.error, 'reason')}>
          <Input value={form.reason} maxLength={500} onChange={(event) => change({ reason: event.target.value })} />
        </Field>
        <FormError error={request.error} shownFields={['policy', 'minutes', 'reason']} />
      </div>
    </Dialog>
  );
}
