'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import { useList } from '@/components/shared/api/lists';
import type { Elevation } from '@/components/shared/api/wire';
import { toast } from '@/components/ui/toaster';

/** Requests for more access, newest first; looked at again every few seconds, because time ends them. */
export function useElevations(filters: { status?: string; agent?: string; grant?: string }) {
  return useList<Elevation>('elevations', '/elevations', filters, { limit: 50, refetchMs: 5000 });
}

export type ElevationVerb = 'approve' | 'deny' | 'end';

const DONE: Record<ElevationVerb, string> = {
  approve: 'More access was given',
  deny: 'The request was denied',
  end: 'The additional access is over',
};

export function useDecideElevation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, verb, reason }: { id: string; verb: ElevationVerb; reason: string }) =>
      api<Elevation>('POST', `/elevations/${encodeURIComponent(id)}/${verb}`, { body: reason ? { reason } : {} }),
    onSuccess: (saved, { verb }) => toast.success(saved.status === 'withdrawn' ? 'The request was taken back' : DONE[verb]),
    // Also after a refusal: it was refused because something is other than it was shown.
    onSettled: () => {
      for (const key of ['elevations', 'grants', 'agent', 'agents']) client.invalidateQueries({ queryKey: [key] });
    },
  });
}
