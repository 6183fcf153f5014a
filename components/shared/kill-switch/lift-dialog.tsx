'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { KillSwitch } from '@/components/shared/api/wire';
import { PasswordField } from '@/components/shared/password-field';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { toast } from '@/components/ui/toaster';
import { killSubject } from './use-kill-switches';

/** Opening again takes the typed name, a reason and the own password. */
export function LiftDialog({ kill, onClose }: { kill: KillSwitch; onClose: () => void }) {
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const lift = useMutation({
    mutationFn: (reason: string) =>
      api<KillSwitch>('POST', '/kill-switch', {
        body: {
          scope: kill.scope,
          ...(kill.scope === 'all' ? {} : { target: kill.label }),
          engaged: false,
          reason,
          confirm: kill.label,
          password,
        },
      }),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['kill-switch'] });
      toast.success(`Lifted the kill switch for ${killSubject(kill)}`);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      tier="T3"
      name={kill.label}
      action={`Lift the stop of ${killSubject(kill)}`}
      missing={password === '' ? 'Give your password' : null}
      pending={lift.isPending}
      error={lift.error?.message}
      consequences={['Such calls pass again at once, as far as policies allow them.', `${kill.engagedBy} stopped them: “${kill.reason}”`]}
      onConfirm={(reason) => lift.mutate(reason)}
    >
      <PasswordField label="Your password" kind="current-password" value={password} onChange={setPassword} />
    </ConfirmDialog>
  );
}
