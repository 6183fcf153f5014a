'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Alert } from '@/components/shared/api/wire';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { TuneFields, tunedOf, tuningOf, tuningProblem } from './tune-fields';

/** Another threshold or action for what this alert is about. */
export function TuneDialog({ alert, onClose }: { alert: Alert; onClose: () => void }) {
  const client = useQueryClient();
  const tool = alert.tool === null ? null : `${alert.server?.slug ?? ''}/${alert.tool}`;
  const [scope, setScope] = useState<string>(tool === null ? 'agent' : 'agent_tool');
  const [tuned, setTuned] = useState(() => tunedOf(alert.setting));
  const tune = useMutation({
    mutationFn: (reason: string) =>
      api<Alert>('POST', `/alerts/${alert.id}/tune`, { body: { for: scope, ...tuningOf(tuned, alert.setting), reason } }),
    onSuccess: () => {
      toast.success(`Tuned: ${alert.name}`);
      onClose();
    },
    onSettled: () => Promise.all(['alerts', 'anomaly-settings'].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
  const scopes = [
    ...(tool === null ? [] : [{ value: 'agent_tool', label: `${alert.agent.slug} with ${tool}` }]),
    { value: 'agent', label: `${alert.agent.slug} with every tool` },
    ...(tool === null ? [] : [{ value: 'tool', label: `every agent with ${tool}` }]),
    { value: 'everybody', label: 'every agent and tool' },
  ];
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      tier="T2"
      action={`Tune ${alert.name.toLowerCase()}`}
      pending={tune.isPending}
      missing={tuningProblem(alert.kind, tuned, alert.setting)}
      error={tune.error?.message ?? null}
      consequences={[
        alert.method,
        'It holds on every node at once, for what comes from now on. A more particular setting wins over a wider one.',
      ]}
      onConfirm={(reason) => tune.mutate(reason)}
    >
      <div className="flex flex-col gap-3">
        <Field label="For">
          <Select value={scope} onChange={setScope} options={scopes} />
        </Field>
        <TuneFields kind={alert.kind} tuned={tuned} onChange={setTuned} />
      </div>
    </ConfirmDialog>
  );
}
