'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import type { Retention } from '@/components/shared/api/wire';
import { useRefusal } from '@/components/shared/permission';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { toast } from '@/components/ui/toaster';
import { keepWords } from './retention-words';

/** A shorter retention that waits for a second admin. */
export function RetentionProposal({ retention, onConfirm }: { retention: Retention; onConfirm: () => void }) {
  const client = useQueryClient();
  const refusal = useRefusal('retention.write');
  const takeBack = useMutation({
    mutationFn: () => api('PUT', '/audit/retention', { body: { days: retention.days, reason: 'The proposal was taken back.' } }),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['retention'] });
      toast.success('The proposal was taken back');
    },
  });
  const { proposed } = retention;
  if (proposed === null) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-control bg-limited-chip px-3 py-2 text-limited">
      <p className="min-w-0 flex-1 basis-72">
        {proposed.by} proposed to keep calls {keepWords(proposed.days)} only, <Time at={proposed.at} />: “
        <InertText text={proposed.reason} max={500} />
        ”. It holds once another admin has confirmed it.
      </p>
      <span className="flex gap-2">
        <Button
          size="sm"
          variant="primary"
          disabledReason={refusal ?? (proposed.mine ? 'You proposed it; another admin confirms it' : null)}
          onClick={onConfirm}
        >
          Confirm {keepWords(proposed.days)}
        </Button>
        <Button size="sm" disabledReason={refusal} pending={takeBack.isPending} onClick={() => takeBack.mutate()}>
          Take back
        </Button>
      </span>
      {takeBack.error ? (
        <p role="alert" className="basis-full text-denied">
          {takeBack.error.message}
        </p>
      ) : null}
    </div>
  );
}
