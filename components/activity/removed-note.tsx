'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { api } from '@/components/shared/api/client';
import type { Retention } from '@/components/shared/api/wire';
import { absoluteTime } from '@/components/shared/format';
import { Time } from '@/components/shared/time-text';
import { useTimeZone } from '@/components/shared/time-zone';

/** Below a list whose time reaches back to where months were removed: says so, so that nobody takes the edge for the beginning. */
export function RemovedNote({ from }: { from: string | null }) {
  const { timeZone, offsetAt } = useTimeZone();
  const { data } = useQuery({
    queryKey: ['retention', null],
    queryFn: ({ signal }) => api<Retention>('GET', '/audit/retention', { signal }),
    staleTime: 60_000,
  });
  const removed = data?.removed;
  if (!removed || (from !== null && from >= removed.before)) return null;
  const held = data.months.some(({ to, state }) => to <= removed.before && state === 'held');
  return (
    <p data-removed className="border-line-soft border-t px-4 py-2 text-ink-2">
      Calls before {absoluteTime(Date.parse(removed.before), timeZone, 'minutes')} {offsetAt(Date.parse(removed.before))} were removed by
      retention
      {held ? ', but for months under a legal hold' : ''}; the last of them <Time at={removed.at} />.{' '}
      <Link href="/settings/retention" className="text-accent underline underline-offset-2">
        Retention
      </Link>
    </p>
  );
}
