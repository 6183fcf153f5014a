'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { api, type Page } from '@/components/shared/api/client';
import type { Change } from '@/components/shared/api/wire';
import { changeWords } from '@/components/shared/change-words';
import { Loaded, SkeletonRows } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { Panel } from '@/components/ui/panel';

export function RecentChanges() {
  const query = useQuery({
    queryKey: ['changes', 'recent'],
    queryFn: async ({ signal }) => (await api<Page<Change>>('GET', '/changes?limit=8', { signal })).items,
  });
  return (
    <Panel
      title="Who changed what?"
      actions={
        <Link href="/activity/changes" className="text-accent hover:underline">
          All changes
        </Link>
      }
      flush
    >
      <Loaded query={query} what="Changes" skeleton={<SkeletonRows rows={4} />}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="px-4 py-6 text-ink-2">Nothing was changed yet.</p>
          ) : (
            <ul className="py-1">
              {rows.map((row) => (
                <li key={row.id} className="flex items-baseline justify-between gap-3 px-4 py-1">
                  <span className="min-w-0 truncate">
                    <span className="font-medium">{row.actor.name}</span> <span className="text-ink-2">{changeWords(row)}</span>{' '}
                    {row.entityName}
                  </span>
                  <span className="shrink-0 text-meta text-ink-3">
                    <Time at={row.at} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
