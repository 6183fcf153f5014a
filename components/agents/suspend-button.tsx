'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CirclePause, CirclePlay } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Agent } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { toast } from '@/components/ui/toaster';

/** Closing is one dialog; opening again asks for the reason. */
export function SuspendButton({ agent }: { agent: Agent }) {
  const client = useQueryClient();
  const refusal = useRefusal('agent.write');
  const [open, setOpen] = useState(false);
  const suspended = agent.status === 'suspended';
  const update = useMutation({
    mutationFn: (reason: string) =>
      api<Agent>('PATCH', `/agents/${agent.slug}`, { body: { status: suspended ? 'active' : 'suspended', ...(reason ? { reason } : {}) } }),
    onSuccess: () => {
      for (const key of ['agent', 'agents']) client.invalidateQueries({ queryKey: [key] });
      toast.success(suspended ? `${agent.name} may call again` : `${agent.name} is suspended`, {
        description: suspended ? undefined : 'Its next call is refused.',
      });
      setOpen(false);
    },
  });
  return (
    <>
      <Button disabledReason={refusal} onClick={() => setOpen(true)}>
        {suspended ? <CirclePlay aria-hidden className="size-4" /> : <CirclePause aria-hidden className="size-4" />}
        {suspended ? 'Resume agent' : 'Suspend agent'}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        tier={suspended ? 'T2' : 'T1'}
        action={suspended ? `Resume ${agent.name}` : `Suspend ${agent.name}`}
        pending={update.isPending}
        error={update.error?.message}
        consequences={
          suspended
            ? [`${plural(agent.grants, 'grant')} work again at once.`]
            : [
                `The next call with any of its ${plural(agent.grants, 'grant')} is refused.`,
                'Calls that already run are not cut. Grants and tokens are kept.',
              ]
        }
        onConfirm={(reason) => update.mutate(reason)}
      />
    </>
  );
}
