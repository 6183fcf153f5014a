'use client';

import { ShieldCheck } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { Posture } from '@/components/shared/api/wire';
import { formatCount, plural } from '@/components/shared/format';
import type { Scope } from './scope';
import { useOverview } from './use-overview';

const NAMED = 3;

/** What the published policies leave closed and what they only watch, in one line whose room is kept. */
export function PostureLine({ scope }: { scope: Scope }) {
  const { data, error } = useOverview<Posture>('/stats/posture', scope, { pace: 'slow', who: [], ranged: false });
  return (
    <p className="flex min-h-6 flex-wrap items-center gap-x-3 gap-y-0.5 text-ink-2">
      <ShieldCheck aria-hidden className="size-4 text-ink-3" />
      {data ? (
        <>
          <span>
            <Link href="/tools" className="num underline decoration-line hover:text-accent">
              {formatCount(data.deniedByDefault)} of {plural(data.tools, 'tool')}
            </Link>{' '}
            denied by default
          </span>
          <Watching of={data.observing} words={data.observing.length === 1 ? 'only watches' : 'only watch'}>
            {plural(data.observing.length, 'policy', 'policies')}
          </Watching>
          <Watching of={data.partlyObserving} words={data.partlyObserving.length === 1 ? 'watches in part' : 'watch in part'}>
            {plural(data.partlyObserving.length, 'policy', 'policies')}
          </Watching>
          {data.observing.length + data.partlyObserving.length === 0 ? (
            <span>{data.policies === 0 ? 'no policy is published' : `all of ${plural(data.policies, 'policy', 'policies')} enforced`}</span>
          ) : null}
        </>
      ) : error ? (
        <span>What policies leave closed could not be loaded.</span>
      ) : null}
    </p>
  );
}

function Watching({ of, words, children }: { of: Posture['observing']; words: string; children: ReactNode }) {
  if (of.length === 0) return null;
  return (
    <span className="text-limited">
      {children} {words}:{' '}
      {of.slice(0, NAMED).map(({ server, policy }, index) => (
        <span key={`${server}/${policy}`}>
          {index > 0 ? ', ' : ''}
          <Link href={`/policies/${server}/${policy}`} className="underline">
            {server}/{policy}
          </Link>
        </span>
      ))}
      {of.length > NAMED ? (
        <>
          {' '}
          and{' '}
          <Link href="/policies" className="underline">
            {formatCount(of.length - NAMED)} more
          </Link>
        </>
      ) : null}
    </span>
  );
}
