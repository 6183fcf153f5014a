'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { LimitRow } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { nameOf } from '@/components/shared/limits/limit-words';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { toast } from '@/components/ui/toaster';
import { limitPath } from './use-limits';

interface DialogProps {
  row: LimitRow;
  onClose: () => void;
}

/** Counting starts again; who and why is kept. */
export function ResetDialog({ row, onClose }: DialogProps) {
  const [reason, setReason] = useState('');
  const reset = useLimitAction(row, 'reset', `Set back to 0 for ${nameOf(row)}`, onClose);
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      tier="T1"
      action="Reset counter"
      pending={reset.isPending}
      missing={reason.trim() === '' ? 'Reason is required' : null}
      error={reset.error?.message ?? null}
      consequences={[
        `${formatCount(row.used)} of ${formatCount(row.max)} used becomes 0: ${nameOf(row)} may use all of it again before it resets.`,
        'The window itself stays as it is. What was used goes into the history.',
      ]}
      onConfirm={() => reset.mutate({ reason: reason.trim() })}
    >
      <Field label="Reason">
        <Textarea value={reason} onChange={(event) => setReason(event.target.value)} rows={2} />
      </Field>
    </ConfirmDialog>
  );
}

export function RevokeDialog({ row, onClose }: DialogProps) {
  const revoke = useLimitAction(row, 'raise/revoke', `${formatCount(row.ruleMax)} again for ${nameOf(row)}`, onClose);
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      tier="T1"
      action="Revoke raise"
      pending={revoke.isPending}
      error={revoke.error?.message ?? null}
      consequences={[
        `The rule’s ${formatCount(row.ruleMax)} holds again from the next call on.`,
        row.used >= row.ruleMax
          ? `${formatCount(row.used)} are used, so ${nameOf(row)} is refused until the counter resets.`
          : `${formatCount(row.ruleMax - row.used)} are left in this window.`,
      ]}
      onConfirm={() => revoke.mutate({})}
    />
  );
}

function useLimitAction(row: LimitRow, path: string, done: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { reason?: string }) => api<LimitRow>('POST', `${limitPath(row.key)}/${path}`, { body }),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['limits'] });
      toast.success(done);
      onDone();
    },
  });
}
