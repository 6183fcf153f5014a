'use client';

import { useQuery } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import { type ListFilters, useList } from '@/components/shared/api/lists';
import type { LimitDetail, LimitPage, LimitRow } from '@/components/shared/api/wire';

/** As many counters as fit into one request: the meters of a page are read together, every 5 s. */
const ROWS = 500;

export function useLimits(filters: ListFilters) {
  const list = useList<LimitRow>('limits', '/limits', filters, { refetchMs: 5_000, limit: ROWS });
  const page = list.data?.pages[0] as LimitPage | undefined;
  return { ...list, offsetMs: page === undefined ? 0 : Date.parse(page.now) - list.dataUpdatedAt };
}

export const limitPath = (key: string): string => `/limits/${encodeURIComponent(key)}`;

export function useLimit(key: string) {
  return useQuery({
    queryKey: ['limits', 'one', key],
    queryFn: ({ signal }) => api<LimitDetail>('GET', limitPath(key), { signal }),
    refetchInterval: 5_000,
  });
}
