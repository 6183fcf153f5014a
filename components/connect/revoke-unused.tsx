'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Grant } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { toast } from '@/components/ui/toaster';
import { UNUSED_WORDS } from './grant-words';

/** The API takes so many at once. */
const AT_ONCE_MAX = 200;

/** Revokes what nobody uses, exactly the grants that the dialog lists, and none of them when one was used meanwhile. */
export function RevokeUnused({ grants }: { grants: readonly Grant[] }) {
  const client = useQueryClient();
  const refusal = useRefusal('grant.write');
  const [listed, setListed] = useState<readonly Grant[] | null>(null);
  const revoke = useMutation({
    mutationFn: (ids: string[]) => api<{ revoked: Grant[] }>('POST', '/grants/revoke-unused', { body: { grants: ids } }),
    onSuccess: ({ revoked }) => {
      setListed(null);
      toast.success(`${plural(revoked.length, 'unused grant')} revoked`);
    },
    onSettled: () => {
      for (const key of ['grants', 'agents', 'agent']) client.invalidateQueries({ queryKey: [key] });
    },
  });
  const unused = grants.filter((grant) => grant.unused !== null).slice(0, AT_ONCE_MAX);
  if (unused.length === 0 && listed === null) return null;
  return (
    <>
      <Button size="sm" className="text-denied" disabledReason={refusal} onClick={() => setListed(unused)}>
        Revoke {plural(unused.length, 'unused grant')}
      </Button>
      <ConfirmDialog
        open={listed !== null}
        onOpenChange={() => {
          setListed(null);
          revoke.reset();
        }}
        tier="T1"
        destructive
        action={`Revoke ${plural(listed?.length ?? 0, 'unused grant')}`}
        pending={revoke.isPending}
        error={revoke.error?.message}
        consequences={['Their next call is refused. Revoking cannot be undone; new grants can be made at any time.']}
        onConfirm={() => revoke.mutate((listed ?? []).map(({ id }) => id))}
      >
        <ul
          aria-label="Grants to revoke"
          className="flex max-h-64 flex-col gap-1 overflow-y-auto rounded-control border border-line-soft px-3 py-2"
        >
          {listed?.map((grant) => (
            <li key={grant.id}>
              <span className="font-medium">{grant.agent.name}</span> on {grant.server.name}
              {grant.label ? (
                <>
                  {' '}
                  (<InertText text={grant.label} max={120} />)
                </>
              ) : null}
              : {grant.unused ? UNUSED_WORDS[grant.unused] : ''}
            </li>
          ))}
        </ul>
      </ConfirmDialog>
    </>
  );
}
