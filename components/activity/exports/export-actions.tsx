'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Download, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { ExportJob } from '@/components/shared/api/wire';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';

/** Takes the file of a finished export, or ends one. */
export function ExportActions({ job }: { job: ExportJob }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: () => api<ExportJob>('POST', `/exports/${job.id}/cancel`),
    onSuccess: () => setAsking(false),
    onSettled: () => client.invalidateQueries({ queryKey: ['exports'] }),
  });
  if (!['queued', 'running', 'done'].includes(job.status)) return null;
  const done = job.status === 'done';
  const action = done ? 'Delete export' : 'Cancel export';
  return (
    <span className="flex shrink-0 items-center justify-end gap-1">
      {done ? (
        <Button
          size="sm"
          variant="outline"
          disabledReason={job.here ? null : 'The file is on another node. Open the console there.'}
          onClick={() => window.location.assign(`/api/v1/exports/${job.id}/file`)}
        >
          <Download aria-hidden className="size-3.5" />
          Download
        </Button>
      ) : null}
      <Button size="icon" variant="ghost" label={action} onClick={() => setAsking(true)}>
        {done ? <Trash2 aria-hidden className="size-4" /> : <X aria-hidden className="size-4" />}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        tier="T1"
        action={action}
        destructive
        consequences={[done ? 'The file is deleted. The calls stay where they are.' : 'What was written so far is deleted.']}
        pending={end.isPending}
        error={end.error?.message ?? null}
        onConfirm={() => end.mutate()}
      />
    </span>
  );
}
