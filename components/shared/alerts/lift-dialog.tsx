'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Restriction } from '@/components/shared/api/wire';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { toast } from '@/components/ui/toaster';

/** Ends a pause, or the asking of people, before its time. */
export function LiftRestriction({ restriction }: { restriction: Restriction }) {
  const client = useQueryClient();
  const refusal = useRefusal('restriction.lift');
  const [open, setOpen] = useState(false);
  const pause = restriction.mode === 'pause';
  const lift = useMutation({
    mutationFn: (reason: string) => api<Restriction>('POST', `/restrictions/${restriction.id}/lift`, { body: { reason } }),
    onSuccess: () => {
      setOpen(false);
      toast.success(pause ? `Lifted the pause of ${restriction.agent.slug}` : `Calls of ${restriction.agent.slug} need nobody any more`);
    },
    onSettled: () => Promise.all(['restrictions', 'alerts'].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
  const action = pause ? 'Lift pause' : 'Stop asking';
  return (
    <>
      <Button size="sm" disabledReason={refusal} onClick={() => setOpen(true)}>
        {action}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        tier="T2"
        action={action}
        pending={lift.isPending}
        error={lift.error?.message ?? null}
        consequences={[
          pause
            ? `The next call of ${restriction.agent.slug} passes again, as far as its policies allow it.`
            : `Calls of ${restriction.agent.slug} pass without a person again, as far as its policies allow them.`,
          'Identical calls are counted from zero. If the loop goes on, the agent is paused again.',
        ]}
        onConfirm={(reason) => lift.mutate(reason)}
      />
    </>
  );
}
