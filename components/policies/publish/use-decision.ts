'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import type { Publication } from '@/components/shared/api/wire';
import { toast } from '@/components/ui/toaster';
import { AFTER_PUBLISHING } from './publish-form';

/** What a person says to a publication that waits. */
export function useDecision(id: string, verb: 'approve' | 'reject' | 'withdraw', onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { digest?: string; reason?: string }) => api<Publication>('POST', `/publications/${id}/${verb}`, { body }),
    onSuccess: (publication) => {
      toast.success(
        {
          approve: publication.version === null ? 'Agreed; it waits for its time' : `Version ${publication.version} is live`,
          reject: 'Refused',
          withdraw: 'Withdrawn',
        }[verb],
      );
      onDone();
    },
    onSettled: () => {
      for (const key of [...AFTER_PUBLISHING, 'publication']) client.invalidateQueries({ queryKey: [key] });
    },
  });
}
