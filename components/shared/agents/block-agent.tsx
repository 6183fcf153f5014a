'use client';

import { useQuery } from '@tanstack/react-query';
import { CirclePlay, OctagonX } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Agent } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { useBlock } from './use-block';

type Blockable = Pick<Agent, 'slug' | 'name' | 'status' | 'grants'>;

/** Closing is one press; opening again asks why. `reason` says from where it was blocked. In rows it is an icon: a list is no wall of alarms. */
export function BlockAgent({ agent, reason, size = 'md' }: { agent: Blockable; reason?: string; size?: 'md' | 'sm' | 'icon' }) {
  const refusal = useRefusal('agent.write');
  const { pending, block, activate } = useBlock();
  const [asking, setAsking] = useState(false);
  const inRow = size === 'icon';
  if (agent.status === 'active')
    return (
      <Button
        size={size}
        variant={inRow ? 'ghost' : 'outline'}
        className={inRow ? undefined : 'text-denied'}
        pending={pending}
        disabledReason={refusal}
        label={inRow ? `Block agent ${agent.name}` : `Refuse every call of ${agent.name} from now on`}
        onClick={() => block(agent, reason)}
      >
        <OctagonX aria-hidden className="size-4" />
        {inRow ? null : 'Block agent'}
      </Button>
    );
  return (
    <>
      <Button
        size={size}
        variant={inRow ? 'ghost' : 'outline'}
        label={inRow ? `Activate again: ${agent.name}` : undefined}
        pending={pending}
        disabledReason={refusal}
        onClick={() => setAsking(true)}
      >
        <CirclePlay aria-hidden className="size-4" />
        {inRow ? null : 'Activate again'}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        tier="T2"
        action={`Activate ${agent.name}`}
        pending={pending}
        consequences={[`${plural(agent.grants, 'grant')} work again at once.`]}
        onConfirm={(why) => {
          setAsking(false);
          activate(agent, why);
        }}
      />
    </>
  );
}

/** The same where only the slug is known: on a call, on a request. Shows nothing while the agent is not known. */
export function BlockAgentBySlug({ slug, reason }: { slug: string; reason: string }) {
  const query = useQuery({
    queryKey: ['agent-status', slug],
    queryFn: ({ signal }) => api<Agent>('GET', `/agents/${encodeURIComponent(slug)}`, { signal }),
    retry: false,
  });
  return query.data ? <BlockAgent agent={query.data} reason={reason} size="sm" /> : null;
}
