'use client';

import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { api } from '@/components/shared/api/client';
import type { PolicyDetail, PolicyWatch } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { Time } from '@/components/shared/time-text';
import { cn } from '@/components/ui/cn';
import { RollBack } from './roll-back';

const POLL_MS = 5_000;
/** The strip stands above the history for a day, and on the policy's page for a quarter of an hour. */
export const WATCH_MS = 15 * 60_000;

const OUTCOMES = [
  ['denied', 'denial', 'denials'],
  ['limited', 'limited', 'limited'],
  ['asked', 'asked', 'asked'],
] as const;

/** What the live version did so far, beside what was forecast, with the way back. */
export function WatchStrip({ policy }: { policy: PolicyDetail }) {
  const version = policy.live?.version ?? 0;
  const { data } = useQuery({
    queryKey: ['watch', policy.id, version],
    queryFn: ({ signal }) =>
      api<PolicyWatch>('GET', `/servers/${policy.server.slug}/policies/${policy.slug}/versions/${version}/watch`, { signal }),
    enabled: version > 0,
    refetchInterval: POLL_MS,
  });
  if (!data) return null;
  const span = data.first.complete ? data.soFar : data.first;
  const off = span.deviates.length > 0;
  return (
    <section
      aria-label={`Version ${version} since it went live`}
      className={cn(
        'flex flex-wrap items-center gap-x-5 gap-y-1.5 rounded-panel border bg-surface px-4 py-2.5',
        off ? 'border-limited' : 'border-line',
      )}
      data-testid="watch"
    >
      <p className="flex items-center gap-2">
        {off ? <TriangleAlert aria-hidden className="size-4 text-limited" /> : null}
        <span>
          Version {version}, live <Time at={data.publishedAt} />
        </span>
      </p>
      <ul className="flex flex-wrap gap-x-4">
        {OUTCOMES.map(([key, one, many]) => {
          const range = span.forecast?.[key];
          const deviates = span.deviates.some((one) => one.outcome === key);
          return (
            <li key={key} className={cn('num', deviates ? 'font-medium text-limited' : 'text-ink-2')}>
              {formatCount(span.counts[key])} {span.counts[key] === 1 ? one : many}
              {range ? (
                <span className="text-ink-3">
                  {' '}
                  (expected {range.low === range.high ? range.low : `${formatCount(range.low)}–${formatCount(range.high)}`})
                </span>
              ) : null}
            </li>
          );
        })}
        {span.counts.calls === null ? null : <li className="num text-ink-3">of {formatCount(span.counts.calls)} calls</li>}
      </ul>
      <span className="text-meta text-ink-3">
        {data.forecastFrom === 'simulation'
          ? 'expected by its simulation'
          : data.forecastFrom === 'before'
            ? 'expected from the time before it'
            : 'no forecast'}
      </span>
      {data.previous === null ? null : (
        <span className="ml-auto">
          <RollBack policy={policy} version={data.previous} />
        </span>
      )}
    </section>
  );
}
