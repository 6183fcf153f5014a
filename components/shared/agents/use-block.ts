'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import type { Agent } from '@/components/shared/api/wire';
import { toast } from '@/components/ui/toaster';

interface Named {
  readonly slug: string;
  readonly name: string;
}

/** Blocking takes one act and can be taken back from the message that says it is done. */
export function useBlock() {
  const client = useQueryClient();
  const set = useMutation({
    mutationFn: ({ agent, status, reason }: { agent: Named; status: Agent['status']; reason?: string | undefined }) =>
      api<Agent>('PATCH', `/agents/${encodeURIComponent(agent.slug)}`, { body: { status, ...(reason ? { reason } : {}) } }),
    onSuccess: (saved, { agent, status }) => {
      client.setQueryData(['agent-status', agent.slug], saved);
      for (const key of ['agent', 'agents', 'agent-status']) client.invalidateQueries({ queryKey: [key] });
      if (status === 'active') {
        toast.success(`${saved.name} may call again`);
        return;
      }
      toast.success(`${saved.name} is blocked`, {
        description: 'Its next call is refused, on every node.',
        duration: 8000,
        action: { label: 'Undo', onClick: () => set.mutate({ agent, status: 'active', reason: 'blocking was undone' }) },
      });
    },
    onError: (error, { status }) =>
      toast.error(status === 'active' ? 'The agent was not activated' : 'The agent was not blocked', { description: error.message }),
  });
  return {
    pending: set.isPending,
    block: (agent: Named, reason?: string) => set.mutate({ agent, status: 'suspended', reason }),
    activate: (agent: Named, reason?: string) => set.mutate({ agent, status: 'active', reason }),
  };
}
