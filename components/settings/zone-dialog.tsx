'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Workspace } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { WordPicker } from '@/components/shared/word-picker';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { toast } from '@/components/ui/toaster';
import { timeZoneNames } from '@/lib/kernel/zoned-time';
import { ZoneNow } from './zone-now';

/** Chooses by search, and shows the clock of what is chosen before anything is saved. */
export function ZoneDialog({ zone, onClose }: { zone: string; onClose: () => void }) {
  const client = useQueryClient();
  const names = useMemo(timeZoneNames, []);
  const [chosen, setChosen] = useState(zone);
  const save = useMutation({
    mutationFn: () => api<Workspace>('PUT', '/workspace', { body: { timeZone: chosen } }),
    onSuccess: (saved) => {
      client.setQueryData(['workspace'], saved);
      toast.success(`The time zone of the workspace is ${saved.timeZone}`);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Time zone of the workspace"
      description="For everybody who shows times by the workspace."
      width="sm"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            pending={save.isPending}
            disabledReason={chosen === zone ? 'Nothing is changed' : null}
            onClick={() => save.mutate()}
          >
            Set time zone
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <WordPicker label="Time zone" value={chosen} words={names} onTake={(name) => setChosen(name ?? zone)} />
        <p aria-live="polite" className="rounded-control bg-sunken px-3 py-2">
          <span className="font-medium">{chosen}</span>
          <span className="block text-meta text-ink-2">
            Now <ZoneNow zone={chosen} />
          </span>
        </p>
        <FormError error={save.error} />
      </div>
    </Dialog>
  );
}
