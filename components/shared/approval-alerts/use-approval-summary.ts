'use client';

import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import type { ApprovalSummary } from '../api/wire';

/** What waits for the person in front of this page. Live messages make it stale; the interval is for what they missed. */
export function useApprovalSummary() {
  return useQuery({
    queryKey: ['approvals', 'summary'],
    queryFn: ({ signal }) => api<ApprovalSummary>('GET', '/approvals/summary', { signal }),
    staleTime: 0,
    refetchInterval: 30_000,
  });
}
