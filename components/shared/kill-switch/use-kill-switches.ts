'use client';

import { useQuery } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import type { KillSwitch, KillSwitches } from '@/components/shared/api/wire';

/** A message of the stream makes this stale at once; the interval is for when the stream is gone. */
const REFETCH_MS = 15_000;

/** What is stopped now; the same reading for the banner, the page and every button. */
export function useEngagedKills() {
  return useQuery({
    queryKey: ['kill-switch', 'engaged'],
    queryFn: async ({ signal }) => (await api<KillSwitches>('GET', '/kill-switch?limit=1', { signal })).engaged,
    refetchInterval: REFETCH_MS,
  });
}

const SCOPE_WORDS: Record<KillSwitch['scope'], string> = { all: '', server: 'server ', agent: 'agent ', tool: 'tool ' };

/** "all calls", "server payments", "tool payments/create_refund". */
export function killSubject({ scope, label }: Pick<KillSwitch, 'scope' | 'label'>): string {
  return scope === 'all' ? 'all calls' : `${SCOPE_WORDS[scope]}${label}`;
}
