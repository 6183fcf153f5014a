'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import { useAllAgents, useAllServers } from '@/components/shared/api/lists';
import type { KillSwitch } from '@/components/shared/api/wire';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { killSubject } from './use-kill-switches';

type Scope = KillSwitch['scope'];
export interface KillTarget {
  readonly scope: Scope;
  /** Slug, or `server/tool`; empty for all. */
  readonly label: string;
}

/** Stopping takes one reason and no more. Without `target` it is chosen here, everything first. */
export function EngageDialog({ target, onClose }: { target: KillTarget | null; onClose: () => void }) {
  const client = useQueryClient();
  const [chosen, setChosen] = useState<KillTarget>(target ?? { scope: 'all', label: '' });
  const engage = useMutation({
    mutationFn: (reason: string) =>
      api<KillSwitch>('POST', '/kill-switch', {
        body: { scope: chosen.scope, ...(chosen.scope === 'all' ? {} : { target: chosen.label }), engaged: true, reason },
      }),
    onSuccess: (kill) => {
      client.invalidateQueries({ queryKey: ['kill-switch'] });
      toast.success(`The kill switch stops ${killSubject(kill)}`, {
        description: kill.approvalsWithdrawn > 0 ? `Requests for approval taken back: ${kill.approvalsWithdrawn}.` : undefined,
      });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      tier="T2"
      destructive
      action={chosen.scope === 'all' ? 'Stop all calls' : `Stop ${killSubject(chosen).trim()}`}
      missing={chosen.scope !== 'all' && chosen.label.trim() === '' ? `Name the ${chosen.scope}` : null}
      pending={engage.isPending}
      error={engage.error?.message}
      consequences={[
        'Every node refuses such calls from now on, and cancels those that are running.',
        'A cancelled call may have had its effect at the server already.',
        'Requests for approval of such calls are taken back.',
        'Lifting needs an admin.',
      ]}
      onConfirm={(reason) => engage.mutate(reason)}
    >
      {target ? null : <TargetFields chosen={chosen} onChange={setChosen} />}
    </ConfirmDialog>
  );
}

const SCOPES: readonly { value: Scope; label: string; hint: string }[] = [
  { value: 'all', label: 'Everything', hint: 'All calls of all agents' },
  { value: 'server', label: 'A server', hint: 'All calls to it' },
  { value: 'agent', label: 'An agent', hint: 'All its calls' },
  { value: 'tool', label: 'A tool', hint: 'All calls of it, through dispatchers too' },
];

function TargetFields({ chosen, onChange }: { chosen: KillTarget; onChange: (target: KillTarget) => void }) {
  return (
    <div className="flex flex-col gap-4 sm:flex-row">
      <Field label="What to stop" className="sm:w-48">
        <Select value={chosen.scope} onChange={(scope) => onChange({ scope: scope as Scope, label: '' })} options={SCOPES} />
      </Field>
      {chosen.scope === 'all' ? null : (
        <div className="min-w-0 flex-1">
          {chosen.scope === 'tool' ? (
            <Field label="Tool" hint="As server/tool, such as payments/create_refund">
              <Input
                value={chosen.label}
                onChange={(event) => onChange({ ...chosen, label: event.target.value.trim() })}
                className="font-mono"
                spellCheck={false}
              />
            </Field>
          ) : (
            <Named scope={chosen.scope} label={chosen.label} onChange={(label) => onChange({ ...chosen, label })} />
          )}
        </div>
      )}
    </div>
  );
}

function Named({ scope, label, onChange }: { scope: 'server' | 'agent'; label: string; onChange: (label: string) => void }) {
  const servers = useAllServers(scope === 'server');
  const agents = useAllAgents(scope === 'agent');
  const things = (scope === 'server' ? servers.data : agents.data) ?? [];
  return (
    <Field label={scope === 'server' ? 'Server' : 'Agent'}>
      <Select
        value={label || undefined}
        onChange={onChange}
        className="w-full"
        options={things.map((one) => ({ value: one.slug, label: one.name, hint: one.slug }))}
      />
    </Field>
  );
}
