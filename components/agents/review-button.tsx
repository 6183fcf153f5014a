'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ClipboardCheck } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Agent } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { toast } from '@/components/ui/toaster';

/** Somebody looked. Who and when is kept, and the next review is due an interval from now. */
export function ReviewButton({ agent }: { agent: Agent }) {
  const client = useQueryClient();
  const refusal = useRefusal('agent.write');
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState('');
  const review = useMutation({
    mutationFn: () => api<Agent>('POST', `/agents/${agent.slug}/review`, { body: note.trim() ? { note: note.trim() } : {} }),
    onSuccess: () => {
      for (const key of ['agent', 'agents']) client.invalidateQueries({ queryKey: [key] });
      setOpen(false);
      toast.success(`${agent.name} was reviewed`, { description: `The next review is due in ${plural(agent.review.days, 'day')}.` });
    },
  });
  return (
    <>
      <Button variant={agent.review.overdue ? 'primary' : 'outline'} disabledReason={refusal} onClick={() => setOpen(true)}>
        <ClipboardCheck aria-hidden className="size-4" />
        Mark reviewed
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        tier="T1"
        action={`Mark ${agent.name} reviewed`}
        pending={review.isPending}
        error={review.error?.message}
        consequences={[
          'You say that the agent is still needed, that its owner is right, and that it reaches no more than it should.',
          `Your name and the time are kept. The next review is due in ${plural(agent.review.days, 'day')}.`,
        ]}
        onConfirm={() => review.mutate()}
      >
        <Field label="Note" optional>
          <Input value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
        </Field>
      </ConfirmDialog>
    </>
  );
}
