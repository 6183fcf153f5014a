'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, queryString } from '@/components/shared/api/client';
import type { Retention } from '@/components/shared/api/wire';

const REFRESH_MS = 30_000;

/** The setting with its months; with `days`, the months as they would stand then. */
export function useRetention(days?: number | null) {
  return useQuery({
    queryKey: ['retention', days ?? null],
    queryFn: ({ signal }) => api<Retention>('GET', `/audit/retention${queryString({ days })}`, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}
