'use client';

import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api, type Page, queryString } from './client';
import type { Agent, Policy, Server } from './wire';

export type ListFilters = Record<string, string | number | null | undefined>;

/** One keyset list: pages are appended, filters run on the server over all rows. `key` names what live messages make stale. */
export function useList<T>(
  key: string,
  path: string,
  filters: ListFilters = {},
  options: { enabled?: boolean; limit?: number; refetchMs?: number } = {},
) {
  const { enabled = true, limit = 100, refetchMs } = options;
  const query = useInfiniteQuery<Page<T>, Error, InfiniteData<Page<T>, string | null>, readonly unknown[], string | null>({
    queryKey: [key, path, filters],
    queryFn: ({ pageParam, signal }) => api<Page<T>>('GET', `${path}${queryString({ ...filters, limit, cursor: pageParam })}`, { signal }),
    initialPageParam: null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
    enabled,
    refetchInterval: refetchMs ?? false,
  });
  return { ...query, rows: query.data?.pages.flatMap((page) => page.items) };
}

/** All entries of a short list, for pickers and the palette. */
function useAll<T>(key: string, path: string, enabled: boolean) {
  return useQuery({
    queryKey: [key, 'all'],
    queryFn: async ({ signal }) => (await api<Page<T>>('GET', `${path}?limit=500`, { signal })).items,
    enabled,
  });
}

export const useAllServers = (enabled = true) => useAll<Server>('servers', '/servers', enabled);
export const useAllAgents = (enabled = true) => useAll<Agent>('agents', '/agents', enabled);
export const useAllPolicies = (enabled = true) => useAll<Policy>('policies', '/policies', enabled);
