'use client';

import { useQuery } from '@tanstack/react-query';
import { CircleCheck, Ear } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useState } from 'react';
import { api, type Page } from '@/components/shared/api/client';
import type { AuditRow, Grant } from '@/components/shared/api/wire';
import { DecisionChip } from '@/components/shared/decision-chip';
import { useLiveMessages } from '@/components/shared/live/live-provider';

const PATIENCE_MS = 30_000;

/** Waits for the first call with this grant, and says where to look when none comes. */
export function FirstCall({ grant }: { grant: Grant }) {
  const [late, setLate] = useState(false);
  const [since] = useState(() => new Date().toISOString());
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  const first = useQuery({
    queryKey: ['first-call', grant.id, since],
    queryFn: async ({ signal }) =>
      (await api<Page<AuditRow>>('GET', `/audit?grant=${grant.id}&from=${since}&limit=1`, { signal })).items[0] ?? null,
    staleTime: 0,
  });
  useLiveMessages('call', (message) => {
    const call = message.data as { agent?: string | null } | null;
    if (!first.data && call?.agent === grant.agent.slug) void first.refetch();
  });
  const row = first.data;
  return (
    <div role="status" className="rounded-control border border-line bg-sunken px-3 py-2">
      {row ? (
        <p className="flex flex-wrap items-center gap-2">
          <CircleCheck aria-hidden className="size-4 text-allowed" />
          Connected{row.client ? ` by ${row.client.name} ${row.client.version ?? ''}` : ''}: {row.tool ?? row.method}
          <DecisionChip decision={row.decision} outcome={row.outcome} />
          <Link href={`/activity/${row.id}`} className="text-accent hover:underline">
            See the event
          </Link>
        </p>
      ) : (
        <p className="flex items-center gap-2 text-ink-2">
          <Ear aria-hidden className="size-4 text-accent" />
          Listening for the first call with this grant…
        </p>
      )}
      {late && !row ? (
        <ul className="mt-1 list-disc pl-6 text-ink-2 marker:text-ink-3">
          <li>
            The client must reach <code className="font-mono text-meta">{grant.gatewayUrl}</code> from where it runs; 127.0.0.1 means that
            machine itself.
          </li>
          <li>A wrong key in its configuration is ignored silently by most clients: compare it with the snippet.</li>
          <li>HTTP 401 in the client means that the token is not the one shown above.</li>
        </ul>
      ) : null}
    </div>
  );
}
