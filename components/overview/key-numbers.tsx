'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import type { DecisionTimes, Stats } from '@/components/shared/api/wire';
import { totalsOf } from '@/components/shared/charts/series';
import { formatCount, formatMs, plural } from '@/components/shared/format';
import { Time } from '@/components/shared/time-text';
import { REFUSED_DECISIONS } from '@/lib/domain/audit-event';
import { countDelta, durationWords, shareWords } from './delta-words';
import { activityHref, beforeWords, type Scope } from './scope';

interface Asked<T> {
  data: T | undefined;
  error: unknown;
}

interface KeyNumbersProps {
  scope: Scope;
  stats: Asked<Stats>;
  before: Asked<Stats>;
  approvals: Asked<DecisionTimes>;
  approvalsBefore: Asked<DecisionTimes>;
}

const refusedOf = (stats: Stats): number => stats.total - totalsOf(stats.byDecision).allowed;

/** Each number is there, or says that it is not, by itself; the room for it is kept. */
export function KeyNumbers({ scope, stats, before, approvals, approvalsBefore }: KeyNumbersProps) {
  const when = beforeWords(scope);
  const compared = <T,>(query: Asked<T>, words: (then: T) => string): string | null => {
    if (scope.compare === 'none') return null;
    if (query.data) return words(query.data);
    return query.error ? `${when}: could not be loaded` : ' ';
  };
  const calls = (now: (stats: Stats) => number) =>
    stats.data
      ? compared(before, (then) => countDelta({ now: now(stats.data as Stats), old: now(then), callsOld: then.total, when }))
      : null;
  const time = (of: 'gatewayMs' | 'upstreamMs') =>
    compared(before, (then) =>
      then.total === 0 ? `${when}: no calls then` : `${formatMs(then[of].p95)} of ${formatCount(then.total)} ${when}`,
    );
  const base = activityHref(scope);
  return (
    <section
      aria-label="Key numbers"
      className="grid grid-cols-2 gap-px overflow-hidden rounded-panel border border-line bg-line-soft md:grid-cols-3 xl:grid-cols-6"
    >
      <Cell label="Calls" query={stats} href={base} value={(now) => now.total} notes={() => [calls(({ total }) => total)]} />
      <Cell
        label="Not allowed"
        query={stats}
        href={activityHref(scope, { decision: REFUSED_DECISIONS.join(',') })}
        value={refusedOf}
        notes={(now) => [shareWords(refusedOf(now), now.total), calls(refusedOf)]}
      />
      <Cell
        label="Waiting for approval"
        query={approvals}
        href="/approvals"
        value={({ pending }) => pending}
        notes={({ oldestAt }) => [
          oldestAt ? (
            <>
              the oldest asked <Time at={oldestAt} />
            </>
          ) : (
            'nobody waits'
          ),
        ]}
      />
      <Cell
        label="Time to decide, p50"
        query={approvals}
        href="/approvals?tab=decided"
        value={({ p50Seconds }) => durationWords(p50Seconds)}
        notes={({ decided, p95Seconds }) => [
          decided === 0 ? 'nothing was decided' : `p95 ${durationWords(p95Seconds)}, of ${plural(decided, 'decision')}`,
          compared(approvalsBefore, (then) =>
            then.decided === 0 ? `${when}: no decisions then` : `${durationWords(then.p50Seconds)} of ${formatCount(then.decided)} ${when}`,
          ),
        ]}
      />
      <Cell
        label="Gateway overhead, p95"
        query={stats}
        href={base}
        value={({ gatewayMs }) => formatMs(gatewayMs.p95)}
        notes={(now) => [...timesOf(now, 'gatewayMs'), time('gatewayMs')]}
      />
      <Cell
        label="Upstream time, p95"
        query={stats}
        href={base}
        value={({ upstreamMs }) => formatMs(upstreamMs.p95)}
        notes={(now) => [...timesOf(now, 'upstreamMs'), time('upstreamMs')]}
      />
    </section>
  );
}

const timesOf = ({ total, ...stats }: Stats, of: 'gatewayMs' | 'upstreamMs'): readonly string[] =>
  total === 0 ? ['no calls'] : [`p50 ${formatMs(stats[of].p50)}, p99 ${formatMs(stats[of].p99)}`, `of ${plural(total, 'call')}`];

interface CellProps<T> {
  label: string;
  query: Asked<T>;
  href: string;
  value: (data: T) => number | string;
  notes: (data: T) => readonly (ReactNode | null)[];
}

function Cell<T>({ label, query: { data, error }, href, value, notes }: CellProps<T>) {
  const shown = data === undefined ? null : value(data);
  return (
    <div className="flex min-h-32 min-w-0 flex-col bg-surface px-4 py-3">
      <span className="text-base text-ink-2">{label}</span>
      {shown === null || data === undefined ? (
        <span aria-hidden className="text-key font-semibold text-ink-3">
          –
        </span>
      ) : (
        <Link
          href={href}
          prefetch={false}
          aria-label={`${typeof shown === 'number' ? formatCount(shown) : shown}, ${label}`}
          data-count={typeof shown === 'number' && href.startsWith('/activity') ? shown : undefined}
          className="num w-fit rounded-sm text-key font-semibold tracking-[-0.02em] text-ink hover:text-accent"
        >
          {typeof shown === 'number' ? formatCount(shown) : shown}
        </Link>
      )}
      {data === undefined ? (
        <span className="text-meta text-ink-3">{error ? 'could not be loaded' : ' '}</span>
      ) : (
        notes(data).map((note, index) =>
          note === null ? null : (
            <span key={index} className="num text-meta text-ink-3">
              {note}
            </span>
          ),
        )
      )}
    </div>
  );
}
