'use client';

import { useQuery } from '@tanstack/react-query';
import { ClipboardCheck } from 'lucide-react';
import Link from 'next/link';
import { api, type Page } from '@/components/shared/api/client';
import type { Agent, Grant } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';

const COUNTED_MAX = 100;

/** What somebody should look at: agents whose review is overdue and grants that nobody uses. Nothing when there is none. */
export function DueReviews() {
  const query = useQuery({
    queryKey: ['agents', 'due'],
    queryFn: async ({ signal }) => ({
      overdue: await api<Page<Agent>>('GET', `/agents?review=overdue&limit=${COUNTED_MAX}`, { signal }),
      unused: await api<Page<Grant>>('GET', `/grants?unused=true&limit=${COUNTED_MAX}`, { signal }),
    }),
    refetchInterval: 60_000,
  });
  if (!query.data) return null;
  const { overdue, unused } = query.data;
  if (overdue.items.length === 0 && unused.items.length === 0) return null;
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-panel border border-limited bg-limited-chip px-4 py-2 text-limited">
      <ClipboardCheck aria-hidden className="size-4" />
      {overdue.items.length > 0 ? (
        <Link href="/agents?review=overdue" className="underline">
          {overdue.nextCursor ? 'More than ' : ''}
          {plural(overdue.items.length, 'agent is', 'agents are')} due for a review
        </Link>
      ) : null}
      {unused.items.length > 0 ? (
        <Link href="/agents?tab=grants&unused=true" className="underline">
          {unused.nextCursor ? 'More than ' : ''}
          {plural(unused.items.length, 'grant is', 'grants are')} not used
        </Link>
      ) : null}
    </p>
  );
}
