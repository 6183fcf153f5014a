'use client';

import { useQuery } from '@tanstack/react-query';
import { api, queryString } from '../api/client';
import { type ListFilters, useList } from '../api/lists';
import type { Alert, AlertPage, Restriction } from '../api/wire';

/** What is not over: to be looked at, looked after, or put aside. */
export const NOT_OVER = 'open,acknowledged,snoozed';

export const useAlerts = (filters: ListFilters) => useList<Alert>('alerts', '/alerts', filters, { refetchMs: 30_000 });

/** The newest few that are not over, with how many nobody has acknowledged. */
export function useOpenAlerts(agent?: string) {
  return useQuery({
    queryKey: ['alerts', 'open', agent ?? ''],
    queryFn: ({ signal }) => api<AlertPage>('GET', `/alerts${queryString({ status: 'open,acknowledged', agent, limit: 6 })}`, { signal }),
    refetchInterval: 30_000,
  });
}

export const useRestrictions = (agent: string) =>
  useList<Restriction>('restrictions', '/restrictions', { agent, active: 'true' }, { refetchMs: 10_000 });
