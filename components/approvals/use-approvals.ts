'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '@/components/shared/api/client';
import { useList } from '@/components/shared/api/lists';
import type { Approval, ApprovalDetail } from '@/components/shared/api/wire';
import type { ApprovalContext, ApprovalLoad, AskAlternatives, decideApprovals } from '@/lib/control/approval-insight/contract';
import type { AnswerOf } from '@/lib/control/define-contract';
import type { ChosenBounds } from '@/lib/domain/approval/argument-scope';
import { byUrgency } from './approval-words';

type DecidedMany = AnswerOf<typeof decideApprovals>;

/** What waits, for anybody or for who was asked by name, most urgent first. Live messages make it stale; the interval is for what live messages missed. */
export function useWaiting(mine: boolean) {
  const filters = { status: 'pending', order: 'due', ...(mine ? { assigned: 'me' } : {}) };
  const list = useList<Approval>('approvals', '/approvals', filters, { limit: 200, refetchMs: 5000 });
  return { ...list, rows: list.rows?.toSorted(byUrgency) };
}

/** What was decided or ended, newest first. */
export function useDecided(enabled: boolean) {
  return useList<Approval>(
    'approvals',
    '/approvals',
    { status: 'approved,denied,expired,consumed,withdrawn,stale' },
    { enabled, limit: 50 },
  );
}

export function useApproval(id: string | null) {
  return useQuery({
    queryKey: ['approval', id],
    queryFn: ({ signal }) => api<ApprovalDetail>('GET', `/approvals/${encodeURIComponent(id ?? '')}`, { signal }),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data?.status === 'pending' ? 5000 : false),
  });
}

export function useApprovalContext(id: string) {
  return useQuery({
    queryKey: ['approval-context', id],
    queryFn: ({ signal }) => api<ApprovalContext>('GET', `/approvals/${encodeURIComponent(id)}/context`, { signal }),
    // It is about the time before the request, which does not change.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const VIEWING_EVERY_MS = 10_000;

/** Tells the others that this page looks at a request, for as long as it does; gives who else looks. */
export function useViewers(id: string, enabled: boolean): readonly string[] {
  const view = useQuery({
    queryKey: ['approval-viewers', id],
    queryFn: () => api<{ viewers: string[] }>('POST', `/approvals/${encodeURIComponent(id)}/view`, { body: {} }),
    enabled,
    refetchInterval: VIEWING_EVERY_MS,
  });
  useEffect(() => {
    if (!enabled) return;
    return () => void api('POST', `/approvals/${encodeURIComponent(id)}/view`, { body: { leaving: true } }).catch(() => undefined);
  }, [id, enabled]);
  return view.data?.viewers ?? [];
}

export function useApprovalLoad(enabled: boolean) {
  return useQuery({
    queryKey: ['approvals', 'load'],
    queryFn: ({ signal }) => api<ApprovalLoad>('GET', '/approvals/load?days=30', { signal }),
    enabled,
  });
}

/** Conditions under which a rule would have asked less; reading them is recorded, so they are read when somebody wants them. */
export function useAskAlternatives({ server, policy, rule, tool }: ApprovalLoad['rules'][number], enabled: boolean) {
  const query = new URLSearchParams({ server, policy, rule, tool, days: '30' });
  return useQuery({
    queryKey: ['approvals', 'load', 'alternatives', server, policy, rule, tool],
    queryFn: ({ signal }) => api<AskAlternatives>('GET', `/approvals/load/alternatives?${query}`, { signal }),
    enabled,
  });
}

export function useDecideMany() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { verdict: 'approve' | 'deny'; requests: { id: string; digest: string }[]; reason?: string }) =>
      api<DecidedMany>('POST', '/approvals/decide', { body }),
    onSettled: () => {
      client.invalidateQueries({ queryKey: ['approvals'] });
      client.invalidateQueries({ queryKey: ['approval'] });
    },
  });
}

export type Verdict =
  | { readonly verb: 'approve'; readonly body: { digest: string; reason?: string; for: 'once' | '15m' | '1h'; scope?: ChosenBounds } }
  | { readonly verb: 'deny'; readonly body: { digest: string; reason?: string } }
  | { readonly verb: 'withdraw'; readonly body: { reason?: string } };

export function useVerdict(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ verb, body }: Verdict) => api<Approval>('POST', `/approvals/${encodeURIComponent(id)}/${verb}`, { body }),
    // Also after a refusal: it was refused because something is other than it was shown.
    onSettled: () => {
      client.invalidateQueries({ queryKey: ['approvals'] });
      client.invalidateQueries({ queryKey: ['approval', id] });
    },
  });
}
