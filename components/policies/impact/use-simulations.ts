'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Page, queryString } from '@/components/shared/api/client';
import type { PolicyDetail, Simulation } from '@/components/shared/api/wire';

export interface SimulationRange {
  readonly days?: number;
  readonly from?: string;
  readonly to?: string;
}

export interface SimulationChoice extends SimulationRange {
  readonly agents?: readonly string[];
  readonly against: 'recorded' | 'live';
  readonly counters: 'warm' | 'empty';
}

/** While it runs, progress is asked for this often. */
const POLL_MS = 700;

const isOpen = (simulation: Simulation | undefined) => simulation?.status === 'queued' || simulation?.status === 'running';

/** The simulations of a policy, newest first, without their results. */
export function useSimulationList(policy: PolicyDetail) {
  return useQuery({
    queryKey: ['simulations', policy.id],
    queryFn: ({ signal }) =>
      api<Page<Simulation>>('GET', `/simulations${queryString({ server: policy.server.slug, policy: policy.slug, limit: 20 })}`, {
        signal,
      }),
  });
}

/** One simulation; followed until it has ended. */
export function useSimulation(id: string | null) {
  return useQuery({
    queryKey: ['simulation', id],
    queryFn: ({ signal }) => api<Simulation>('GET', `/simulations/${id}`, { signal }),
    enabled: id !== null,
    refetchInterval: (query) => (isOpen(query.state.data) ? POLL_MS : false),
    staleTime: 5_000,
  });
}

/** Starts and ends simulations of a text that need not be saved. */
export function useSimulate(policy: PolicyDetail, onStarted: (simulation: Simulation) => void) {
  const client = useQueryClient();
  const settle = (simulation: Simulation) => {
    client.setQueryData(['simulation', simulation.id], simulation);
    client.invalidateQueries({ queryKey: ['simulations', policy.id] });
  };
  const start = useMutation({
    mutationFn: ({ text, choice }: { text: string; choice: SimulationChoice }) =>
      api<Simulation>('POST', '/simulations', { body: { server: policy.server.slug, policy: policy.slug, text, ...choice } }),
    onSuccess: (simulation) => {
      settle(simulation);
      onStarted(simulation);
    },
  });
  const cancel = useMutation({
    mutationFn: (id: string) => api<Simulation>('POST', `/simulations/${id}/cancel`),
    onSuccess: settle,
    // It may have ended in the meantime, which is no failure.
    onError: (_error, id) => client.invalidateQueries({ queryKey: ['simulation', id] }),
  });
  return { start, cancel };
}
