'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Page } from '@/components/shared/api/client';
import type { Member, Offboarding } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { plural } from '@/components/shared/format';
import { Loaded, SkeletonRows } from '@/components/shared/state-view';
import { StatusTag } from '@/components/shared/status-tag';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';

const SUSPEND = '(suspend)';

/** Shows what this person answers for, and asks what becomes of it, before they lose their account. */
export function DisableMemberDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const client = useQueryClient();
  const [heir, setHeir] = useState(SUSPEND);
  const owned = useQuery({
    queryKey: ['offboarding', member.id],
    queryFn: ({ signal }) => api<Offboarding>('GET', `/members/${member.id}/offboarding`, { signal }),
    staleTime: 0,
  });
  const others = useQuery({
    queryKey: ['members', 'all'],
    queryFn: async ({ signal }) => (await api<Page<Member>>('GET', '/members?limit=500', { signal })).items,
  });
  const disable = useMutation({
    mutationFn: () =>
      api<Member>('PATCH', `/members/${member.id}`, {
        body: {
          status: 'disabled',
          ...(owned.data?.agents.length ? { agents: heir === SUSPEND ? 'suspend' : { handOverTo: heir } } : {}),
        },
      }),
    onSuccess: (saved) => {
      for (const key of ['members', 'agents', 'agent', 'agent-status', 'offboarding']) client.invalidateQueries({ queryKey: [key] });
      toast.success(`${saved.name} is disabled`, { description: owned.data ? doneWords(owned.data, heir) : undefined });
      onClose();
    },
  });
  const heirs = (others.data ?? []).filter((one) => one.id !== member.id && one.status === 'active');
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Disable ${member.name}?`}
      description="All sessions of this person end at once. The account is kept and can be enabled again."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            pending={disable.isPending}
            disabledReason={owned.data ? null : 'Wait until it is known what this person owns'}
            onClick={() => disable.mutate()}
          >
            Disable {member.name}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Loaded query={owned} what="What this person owns" skeleton={<SkeletonRows rows={3} />}>
          {(data) => <Owned data={data} />}
        </Loaded>
        {owned.data?.agents.length ? (
          <Field
            label="These agents"
            hint={
              heir === SUSPEND
                ? 'Their next calls are refused. Enabling the person again does not activate them.'
                : 'They go on as they are, and somebody else answers for them.'
            }
          >
            <Select
              value={heir}
              onChange={setHeir}
              options={[
                { value: SUSPEND, label: 'Suspend all of them' },
                ...heirs.map((one) => ({ value: one.email, label: `Hand over to ${one.name}`, hint: one.email })),
              ]}
            />
          </Field>
        ) : null}
        <FormError error={disable.error} />
      </div>
    </Dialog>
  );
}

function Owned({ data }: { data: Offboarding }) {
  if (data.agents.length === 0 && data.namedIn === 0) return <p className="text-ink-2">This person owns no agent.</p>;
  return (
    <div className="flex flex-col gap-3">
      {data.agents.length > 0 ? (
        <>
          <p className="text-ink">
            Owns {plural(data.agents.length, 'agent')} with {plural(data.grants, 'grant')}
            {data.approvals > 0 ? `; ${plural(data.approvals, 'call waits', 'calls wait')} for approval` : ''}
            {data.elevations > 0 ? `; ${plural(data.elevations, 'grant has', 'grants have')} more access for a while` : ''}.
          </p>
          <ul
            aria-label="Owned agents"
            className="max-h-56 divide-y divide-line-soft overflow-y-auto rounded-control border border-line-soft"
          >
            {data.agents.map((agent) => (
              <li key={agent.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5">
                <span className="min-w-0 flex-1 truncate font-medium">{agent.name}</span>
                <span className="text-meta text-ink-3">
                  {plural(agent.grants, 'grant')}
                  {agent.servers.length > 0 ? ` on ${agent.servers.join(', ')}` : ''}
                </span>
                <StatusTag status={agent.status} word={agent.status === 'suspended' ? 'Blocked' : undefined} />
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p className="text-ink-2">This person owns no agent.</p>
      )}
      {data.namedIn > 0 ? (
        <p className="text-limited">
          {plural(data.namedIn, 'waiting request names', 'waiting requests name')} this person as an approver. Without another approver in
          the rule, they are denied when their time is over.
        </p>
      ) : null}
    </div>
  );
}

function doneWords(owned: Offboarding, heir: string): string | undefined {
  if (owned.agents.length === 0) return undefined;
  const agents = plural(owned.agents.length, 'agent');
  return heir === SUSPEND ? `${agents} suspended.` : `${agents} handed over to ${heir}.`;
}
