'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Alert } from '@/components/shared/api/wire';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';

interface DialogProps {
  alert: Alert;
  onClose: () => void;
}

const TIMES = [
  { value: '60', label: '1 hour' },
  { value: '240', label: '4 hours' },
  { value: '1440', label: '1 day' },
  { value: '10080', label: '7 days' },
] as const;

export function AcknowledgeDialog({ alert, onClose }: DialogProps) {
  const [note, setNote] = useState('');
  const send = useAlertAction(alert, 'acknowledge', 'Acknowledged', onClose);
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      tier="T1"
      action="Acknowledge alert"
      pending={send.isPending}
      error={send.error?.message ?? null}
      consequences={[
        'Others see that you look after it. It stays listed until the condition is over.',
        ...(alert.restriction?.active ? ['What it put on the agent stays until its time is over or somebody lifts it.'] : []),
      ]}
      onConfirm={() => send.mutate(note.trim() === '' ? {} : { note: note.trim() })}
    >
      <Field label="Note" optional>
        <Input value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
      </Field>
    </ConfirmDialog>
  );
}

export function SnoozeDialog({ alert, onClose }: DialogProps) {
  const [minutes, setMinutes] = useState<string>('60');
  const send = useAlertAction(alert, 'snooze', 'Snoozed', onClose);
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      tier="T1"
      action="Snooze alert"
      pending={send.isPending}
      error={send.error?.message ?? null}
      consequences={[
        'Nobody is told of this condition for a while, also when it ends and comes again.',
        alert.setting.action === 'alert'
          ? 'Nothing follows by itself.'
          : 'What follows by itself still does: snoozing protects nobody from a pause.',
      ]}
      onConfirm={() => send.mutate({ minutes: Number(minutes) })}
    >
      <Field label="For">
        <Select value={minutes} onChange={setMinutes} options={TIMES} />
      </Field>
    </ConfirmDialog>
  );
}

function useAlertAction(alert: Alert, path: string, done: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { note?: string; minutes?: number }) => api<Alert>('POST', `/alerts/${alert.id}/${path}`, { body }),
    onSuccess: () => {
      toast.success(`${done}: ${alert.name} of ${alert.agent.slug}`);
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  });
}
