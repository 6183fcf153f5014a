'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import type { assignApproval, commentApproval, listApprovalCandidates, snoozeApproval } from '@/lib/control/approval-teamwork/contract';
import type { AnswerOf, BodyInput } from '@/lib/control/define-contract';

type Act =
  | { readonly verb: 'comments'; readonly body: BodyInput<typeof commentApproval> }
  | { readonly verb: 'assign'; readonly body: BodyInput<typeof assignApproval> }
  | { readonly verb: 'snooze'; readonly body: BodyInput<typeof snoozeApproval> }
  | { readonly verb: 'extend'; readonly body: Record<string, never> };

/** What people do about a request besides deciding it. Also after a refusal the request is read again: it is other than it was shown. */
export function useAct(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ verb, body }: Act) => api<unknown>('POST', `/approvals/${encodeURIComponent(id)}/${verb}`, { body }),
    onSettled: () =>
      Promise.all([client.invalidateQueries({ queryKey: ['approvals'] }), client.invalidateQueries({ queryKey: ['approval', id] })]),
  });
}

/** Whom one can ask to decide, by the server's rules. */
export function useCandidates(id: string) {
  return useQuery({
    queryKey: ['approval', id, 'candidates'],
    queryFn: ({ signal }) =>
      api<AnswerOf<typeof listApprovalCandidates>>('GET', `/approvals/${encodeURIComponent(id)}/candidates`, { signal }),
    select: ({ items }) => items,
  });
}
