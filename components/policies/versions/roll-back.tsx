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

const WHEN_LIVE: Record<PolicyDetail['secondPerson'], (what: string) => string> = {
  never: (what) => `${what} and is live at once.`,
  loosening: (what) => `${what} and is live at once, or when a second person agrees if it opens access.`,
  always: (what) => `${what} when a second person agrees; until then what is live stays.`,
};

/** Two actions: this button, and the one that confirms. The old text becomes a new version; history is never rewritten. */
export function RollBack({ policy, version }: { policy: PolicyDetail; version: number }) {
  const client = useQueryClient();
  const cannotPublish = useRefusal('policy.publish');
  const refusal = cannotPublish ?? (policy.managedBy === null ? null : `The policy is kept in ${policy.managedBy}: roll back there`);
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
          description:
            policy.secondPerson === 'always'
              ? 'This policy always asks one; what is live stays until then.'
              : `Version ${version} opens access; what is live stays until then.`,
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
          WHEN_LIVE[policy.secondPerson](`Its text becomes version ${(policy.live?.version ?? 0) + 1}`),
          'History is not rewritten; a saved draft stays as it is.',
        ]}
        onConfirm={(comment) => restore.mutate(comment)}
      />
    </>
  );
}
