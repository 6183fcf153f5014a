'use client';

import { CircleCheck, Ear } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useState } from 'react';
import type { AuditRow } from '@/components/shared/api/wire';
import { DecisionChip } from '@/components/shared/decision-chip';
import { useLiveMessages } from '@/components/shared/live/live-provider';

const PATIENCE_MS = 30_000;

/** Waits for the first call with this grant, and says where to look when none comes. */
export function FirstCall({ grant, gatewayUrl }: { grant: string; gatewayUrl: string }) {
  const [row, setRow] = useState<AuditRow | null>(null);
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  useLiveMessages('call', (message) => {
    const call = message.data as Partial<AuditRow> | null;
    if (call?.grant === grant) setRow(call as AuditRow);
  });
  return (
    <div role="status" className="rounded-control border border-line bg-sunken px-3 py-2">
      {row ? (
        <p className="flex flex-wrap items-center gap-2"><CircleCheck aria-hidden className="size-4 text-allowed" />Connected{row.client ? ` by ${row.client.name} ${row.client.version ?? ''}` : ''}: {row.tool ?? row.method}<DecisionChip decision={row.decision} /><Link href={`/activity/${row.id}`} className="text-accent hover:underline">See the event</Link></p>
      ) : (
        <p className="flex items-center gap-2 text-ink-2"><Ear aria-hidden className="size-4 text-accent" />Listening for the first call with this grant…</p>
      )}
      {late && !row ? (
        <ul className="mt-1 list-disc pl-6 text-ink-2 marker:text-ink-3">
          <li>The client must reach <code className="font-mono text-meta">{gatewayUrl}</code> from where it runs; 127.0.0.1 means that machine itself.</li>
          <li>A wrong key in its configuration is ignored silently by most clients: compare it with the snippet.</li>
          <li>HTTP 401 in the client means that the token is not the one shown above.</li>
        </ul>
      ) : null}
    </div>
  );
}
