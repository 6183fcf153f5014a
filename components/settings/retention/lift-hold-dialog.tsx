'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import type { LegalHold } from '@/components/shared/api/wire';
import { PasswordField } from '@/components/shared/password-field';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { toast } from '@/components/ui/toaster';
import { monthsWords } from './retention-words';
import { useRetention } from './use-retention';

/** Says first which months nothing else keeps. */
export function LiftHoldDialog({ hold, onClose }: { hold: LegalHold; onClose: () => void }) {
  const client = useQueryClient();
  const retention = useRetention();
  const [password, setPassword] = useState('');
  const lift = useMutation({
    mutationFn: (reason: string) => api<LegalHold>('POST', `/audit/holds/${hold.id}/lift`, { body: { reason, password } }),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['holds'] });
      client.invalidateQueries({ queryKey: ['retention'] });
      toast.success('Lifted the legal hold');
      onClose();
    },
  });
  const freed = monthsWords(
    (retention.data?.months ?? []).filter(({ state, holds }) => state === 'held' && holds.length === 1 && holds[0] === hold.id),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      tier="T2"
      destructive
      action="Lift legal hold"
      missing={password === '' ? 'Give your password' : null}
      pending={lift.isPending}
      error={lift.error?.message ?? null}
      consequences={[
        freed ? `Removed for good within minutes: ${freed}.` : 'Nothing is removed at once.',
        `${hold.placedBy} placed it: “${hold.reason}”`,
      ]}
      onConfirm={(reason) => lift.mutate(reason)}
    >
      <PasswordField
        label="Your password"
        kind="current-password"
        value={password}
        onChange={setPassword}
        error={fieldError(lift.error, 'password')}
      />
    </ConfirmDialog>
  );
}
