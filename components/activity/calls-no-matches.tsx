'use client';

import { useQuery } from '@tanstack/react-query';
import { api, queryString } from '@/components/shared/api/client';
import type { AuditHistogram } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { NoMatches } from '@/components/shared/state-view';
import { rangeBounds } from '@/components/shared/time-range';
import type { CallFilters } from './use-call-filters';

const WIDER = ['7d', '30d'] as const;
const WORDS = { '7d': '7 days', '30d': '30 days' } as const;

/** Nothing matches: the filters stay, and the nearest ways out say what they would give. */
export function CallsNoMatches({ filters }: { filters: CallFilters }) {
  const wider = useQuery({
    queryKey: ['audit-histogram', 'wider', filters.values],
    queryFn: async ({ signal }) => {
      const counts = await Promise.all(
        WIDER.map((range) =>
          api<AuditHistogram>(
            'GET',
            `/audit/histogram${queryString({ ...filters.values, ...rangeBounds({ range, from: null, to: null }, Date.now()) })}`,
            { signal },
          ),
        ),
      );
      return WIDER.map((range, index) => ({ range, calls: counts[index]?.total ?? 0 }));
    },
  });
  const best = wider.data?.find(({ calls, range }) => calls > 0 && range !== filters.range.range);
  return (
    <NoMatches
      onClearLast={filters.tokens.length > 0 ? filters.clearLast : undefined}
      widen={
        best
          ? {
              label: `Widen to ${WORDS[best.range]} (${formatCount(best.calls)})`,
              onClick: () => filters.set({ range: best.range, from: null, to: null, at: null }),
            }
          : undefined
      }
      onClearAll={() => {
        filters.clear();
        filters.set({ range: null, from: null, to: null });
      }}
    />
  );
}
