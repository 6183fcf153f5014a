'use client';

import { TriangleAlert } from 'lucide-react';
import type { Simulation } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { Time } from '@/components/shared/time-text';
import { cn } from '@/components/ui/cn';
import { share } from './impact-words';

const NEWLY = [
  ['denied', 'newly denied', 'text-denied'],
  ['asked', 'newly asked', 'text-ask'],
  ['limited', 'newly limited', 'text-limited'],
  ['hidden', 'newly hidden', 'text-hidden'],
  ['allowed', 'newly allowed', 'text-allowed'],
] as const;

/** The headline of a finished simulation: how much changes, in which direction, and what cannot be told. */
export function ImpactSummary({ simulation }: { simulation: Pick<Simulation, 'summary' | 'from' | 'to' | 'against'> }) {
  const { summary } = simulation;
  if (summary === null) return null;
  return (
    <div className="flex flex-col gap-2" data-testid="impact-summary">
      <p className="text-read">
        <strong className="num font-semibold">{formatCount(summary.changed)}</strong> of{' '}
        <span className="num">{formatCount(summary.calls)}</span> recorded calls change ({share(summary.changed, summary.calls)})
        <span className="text-ink-3">
          {' '}
          · <Time at={simulation.from} /> to <Time at={simulation.to} />
          {simulation.against === 'live' ? ' · compared with the live version' : ''}
        </span>
      </p>
      <ul className="flex flex-wrap gap-x-4 gap-y-1">
        {NEWLY.map(([key, words, look]) => (
          <li key={key} className={cn('num', summary.newly[key] === 0 ? 'text-ink-3' : look)}>
            {formatCount(summary.newly[key])} {words}
            {key === 'allowed' && summary.newly.allowed > 0 ? (
              <TriangleAlert aria-hidden className="ml-1 inline size-3.5 text-limited" />
            ) : null}
          </li>
        ))}
        <li className="num text-ink-2">{formatCount(summary.unchanged)} unchanged</li>
        <li className={cn('num', summary.cannotTell === 0 ? 'text-ink-3' : 'text-ink-2')}>
          {formatCount(summary.cannotTell)} cannot be told ({share(summary.cannotTell, summary.calls)})
        </li>
      </ul>
    </div>
  );
}
