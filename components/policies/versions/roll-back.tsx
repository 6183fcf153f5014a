'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { PolicyDetail, PolicyPublished } from '@/components/shared/api/wire';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { toast } from '@/components/ui/toaster';
import { AFTER_PUBLISHING } from '../publish/publish-form';
import { path } from '../use-draft';

/** Two actions: this button, and the one that confirms. The old text becomes a new version; history is never rewritten. */
export function RollBack({ policy, version }: { policy: PolicyDetail; version: number }) {
  const client = useQueryClient();
  const refusal = useRefusal('policy.publish');
  const [open, setOpen] = useState(false);
  const restore = useMutation({
    mutationFn: (comment: string) =>
      api<PolicyPublished>('POST', `${path(policy)}/versions/${version}/restore`, {
        body: { comment, expectedVersion: policy.live?.version ?? 0 },
      }),
    onSuccess: (answer) => {
      for (const key of AFTER_PUBLISHING) client.invalidateQueries({ queryKey: [key] });
      if (answer.status === 'published')
        toast.success(`Version ${answer.version} is live`, { description: `It has the text of version ${version}.` });
      else
        toast.success('A second person is asked', {
          description: `Version ${String(version)} opens access, so what is live stays until then.`,
        });
      setOpen(false);
    },
  });
  return (
    <>
      <Button size="sm" disabledReason={refusal} onClick={() => setOpen(true)}>
        <Undo2 aria-hidden className="size-3.5" />
        Roll back to v{version}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        tier="T2"
        action={`Roll back to version ${version}`}
        commentLabel="Comment"
        initialComment={`Roll back to version ${version}`}
        pending={restore.isPending}
        error={restore.error?.message}
        consequences={[
          `Its text becomes version ${(policy.live?.version ?? 0) + 1} and is live at once.`,
          'History is not rewritten; a saved draft stays as it is.',
        ]}
        onConfirm={(comment) => restore.mutate(comment)}
      />
    </>
  );
}
