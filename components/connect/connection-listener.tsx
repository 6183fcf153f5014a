'use client';

import { useQuery } from '@tanstack/react-query';
import { Circle, CircleCheck, Ear } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Connection, Grant } from '@/components/shared/api/wire';
import { useLiveMessages } from '@/components/shared/live/live-provider';
import { Time } from '@/components/shared/time-text';

const PATIENCE_MS = 30_000;
const ASK_EVERY_MS = 2_500;

const STEP_WORDS: Record<Connection['steps'][number]['name'], string> = {
  reached: 'Reached the gateway',
  authenticated: 'The token is good',
  introduced: 'Introduced itself',
  listed: 'Read the list of tools',
  called: 'Made its first call',
};

/** Follows a client that connects with this grant, step by step, and says what is wrong when it does not get through. */
export function ConnectionListener({ grant }: { grant: Grant }) {
  const [late, setLate] = useState(false);
  // The server's clock and this one may differ a little.
  const [since] = useState(() => new Date(Date.now() - 5_000).toISOString());
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  const connection = useQuery({
    queryKey: ['connection', grant.id, since],
    queryFn: ({ signal }) => api<Connection>('GET', `/grants/${grant.id}/connection?since=${since}`, { signal }),
    staleTime: 0,
    refetchInterval: (query) => (isDone(query.state.data) ? false : ASK_EVERY_MS),
  });
  useLiveMessages('call', () => {
    if (!isDone(connection.data)) void connection.refetch();
  });
  const seen = connection.data;
  const steps = seen?.steps ?? [];
  return (
    <section aria-label="First connection" className="rounded-control border border-line bg-sunken px-3 py-2">
      <p role="status" className="flex items-center gap-2">
        {isDone(seen) ? (
          <CircleCheck aria-hidden className="size-4 text-allowed" />
        ) : (
          <Ear aria-hidden className="size-4 shrink-0 text-accent" />
        )}
        <span>{headline(seen)}</span>
      </p>
      <ol className="mt-2 flex flex-col gap-1 sm:flex-row sm:flex-wrap sm:gap-x-4">
        {steps.map((step) => (
          <li key={step.name} className={`flex items-center gap-1.5 ${step.at ? '' : 'text-ink-3'}`}>
            {step.at ? (
              <CircleCheck aria-label="done" className="size-4 text-allowed" />
            ) : (
              <Circle aria-label="not yet" className="size-4 text-ink-3" />
            )}
            {STEP_WORDS[step.name]}
          </li>
        ))}
      </ol>
      {isDone(seen) ? (
        <Link href={`/activity?grant=${grant.id}`} className="mt-1 inline-block text-accent hover:underline">
          View activity
        </Link>
      ) : (
        <Problems problems={seen?.problems ?? []} />
      )}
      {connection.error ? <p className="mt-2 text-denied">The connection cannot be followed: {connection.error.message}</p> : null}
      {late && seen?.steps[0]?.at === null ? <Nothing gatewayUrl={grant.gatewayUrl} /> : null}
    </section>
  );
}

const isDone = (seen: Connection | undefined): boolean => seen?.steps.find(({ name }) => name === 'called')?.at != null;

function headline(seen: Connection | undefined): string {
  const who = seen?.client ? ` by ${seen.client.name} ${seen.client.version ?? ''}`.trimEnd() : '';
  const from = seen?.sourceIp ? ` from ${seen.sourceIp}` : '';
  if (isDone(seen)) return `Connected${who}${from}.`;
  if (seen?.steps[1]?.at) return `Connected${who}${from}. Waiting for the first call…`;
  return 'Listening for the first connection with this grant…';
}

function Problems({ problems }: { problems: Connection['problems'] }) {
  if (problems.length === 0) return null;
  return (
    <ul className="mt-2 flex flex-col gap-2 border-line border-t pt-2">
      {problems.map((problem) => (
        <li key={problem.event}>
          <p>
            <span className="text-denied">{problem.message}</span> {problem.fix}
          </p>
          <p className="text-meta text-ink-3">
            {problem.count > 1 ? `${problem.count} requests, the last ` : 'One request '}
            <Time at={problem.at} />
            {problem.sourceIp ? ` from ${problem.sourceIp}` : ''}
            {problem.certain ? '' : '; it did not say whose it was, so it may be another client’s'}.{' '}
            <Link href={`/activity/${problem.event}`} className="text-accent underline">
              See the event
            </Link>
          </p>
        </li>
      ))}
    </ul>
  );
}

function Nothing({ gatewayUrl }: { gatewayUrl: string }) {
  return (
    <ul className="mt-2 list-disc pl-6 text-ink-2 marker:text-ink-3">
      <li>Nothing arrived yet, refused or not: the client does not reach this address, or did not read its configuration.</li>
      <li>
        It must reach <code className="break-all font-mono text-meta">{gatewayUrl}</code> from where it runs; 127.0.0.1 means that machine
        itself.
      </li>
      <li>A wrong key in a configuration is ignored silently by most clients: compare it with the snippet, and start the client again.</li>
    </ul>
  );
}
