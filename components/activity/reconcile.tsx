'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import { useRefusal } from '@/components/shared/permission';
import { Time } from '@/components/shared/time-text';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { toast } from '@/components/ui/toaster';

const CHOICES = [
  { value: 'ok', label: 'It ran and succeeded' },
  { value: 'tool_error', label: 'It ran and failed' },
  { value: 'not_sent', label: 'It was not executed' },
] as const;
type Outcome = (typeof CHOICES)[number]['value'];

/** For a call whose gateway stopped before it knew: a person looks at the server and says how it ended. */
export function Reconcile({ event, since }: { event: string; since: string }) {
  const client = useQueryClient();
  const refusal = useRefusal('audit.reconcile');
  const [asking, setAsking] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const reconcile = useMutation({
    mutationFn: (note: string) => api('POST', `/audit/${encodeURIComponent(event)}/reconcile`, { body: { outcome, note } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['audit-event', event] });
      void client.invalidateQueries({ queryKey: ['integrity'] });
      setAsking(false);
      toast.success('The outcome was added to the trail');
    },
  });
  return (
    <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-control border border-line px-3 py-2">
      <p className="min-w-0 flex-1 basis-56 text-limited">
        Nobody knows since <Time at={since} /> whether this call ran. Look at the server, then say how it ended.
      </p>
      <Button size="sm" disabledReason={refusal} onClick={() => setAsking(true)}>
        Reconcile
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        tier="T2"
        action="Reconcile this call"
        commentLabel="How you found out"
        missing={outcome === null ? 'Choose how it ended' : null}
        consequences={[
          'Your answer and your name become a further row of the chain. What was recorded before stays.',
          'Nothing is sent to the server.',
        ]}
        pending={reconcile.isPending}
        error={reconcile.error?.message}
        onConfirm={(note) => reconcile.mutate(note)}
      >
        <fieldset className="flex flex-col gap-1.5">
          <legend className="mb-1 font-medium">How it ended</legend>
          {CHOICES.map(({ value, label }) => (
            <label key={value} className="flex min-h-6 items-center gap-2">
              <input
                type="radio"
                name="outcome"
                value={value}
                checked={outcome === value}
                onChange={() => setOutcome(value)}
                className="accent-accent"
              />
              {label}
            </label>
          ))}
        </fieldset>
      </ConfirmDialog>
    </div>
  );
}
