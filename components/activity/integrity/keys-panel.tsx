'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Integrity } from '@/components/shared/api/wire';
import { CopyButton } from '@/components/shared/copy-button';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Panel } from '@/components/ui/panel';
import { toast } from '@/components/ui/toaster';

/** The public halves of the keys that sign checkpoints. Whoever verifies elsewhere takes them from here once. */
export function KeysPanel({ keys }: { keys: Integrity['keys'] }) {
  const client = useQueryClient();
  const noRotate = useRefusal('audit.keys');
  const [asking, setAsking] = useState(false);
  const rotate = useMutation({
    mutationFn: (reason: string) => api<{ id: string }>('POST', '/audit/keys', { body: { reason } }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['integrity'] });
      setAsking(false);
      toast.success(`Checkpoints are signed with ${id} from now on`);
    },
  });
  return (
    <Panel
      title="Signing keys"
      actions={
        <Button size="sm" disabledReason={noRotate} onClick={() => setAsking(true)}>
          Change key
        </Button>
      }
    >
      {keys.length === 0 ? (
        <EmptyState title="No key yet">The first checkpoint makes one.</EmptyState>
      ) : (
        <ul className="flex flex-col divide-y divide-line-soft">
          {keys.map((key) => (
            <li key={key.id} className="flex flex-col gap-1 py-2 first:pt-0 last:pb-0">
              <p className="flex flex-wrap items-center gap-x-3">
                <code className="font-mono">{key.id}</code>
                <span className={key.current ? 'text-allowed' : key.trusted ? 'text-ink-3' : 'text-denied'}>
                  {key.current ? 'signs now' : key.trusted ? 'signed earlier' : 'this node cannot vouch for it'}
                </span>
                <span className="text-meta text-ink-3">
                  since <Time at={key.createdAt} />
                </span>
              </p>
              <p className="break-all font-mono text-meta text-ink-3">SHA-256 {key.fingerprint}</p>
              <p className="flex flex-wrap gap-2">
                <CopyButton text={key.fingerprint} label="Copy fingerprint" withWord />
                <CopyButton text={key.publicKey} label="Copy public key" withWord />
              </p>
            </li>
          ))}
        </ul>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        tier="T2"
        action="Change the signing key"
        consequences={[
          'Checkpoints are signed with a new key from now on.',
          'Earlier ones stay verifiable with the keys that are listed. Give the new public key to whoever verifies elsewhere.',
        ]}
        pending={rotate.isPending}
        error={rotate.error?.message}
        onConfirm={(reason) => rotate.mutate(reason)}
      />
    </Panel>
  );
}
