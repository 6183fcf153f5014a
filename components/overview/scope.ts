'use client';

import { useMemo } from 'react';
import { queryString } from '@/components/shared/api/client';
import { RANGES, type RangeState, rangeBounds } from '@/components/shared/time-range';
import { useUrlState } from '@/components/shared/url-state';

export const COMPARES = ['week', 'previous', 'none'] as const;
export type Compare = (typeof COMPARES)[number];

/** What all panels of the overview are about; it is the page's address. */
export interface Scope {
  readonly range: RangeState;
  /** Slugs, separated by commas. */
  readonly server: string | null;
  readonly agent: string | null;
  readonly compare: Compare;
}

interface Bounds {
  from: string | null;
  to: string | null;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

export function useScope() {
  const { get, set, search } = useUrlState();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `search` is what `get` reads
  const scope = useMemo<Scope>(
    () => ({
      range: { range: get('range'), from: get('from'), to: get('to') },
      server: get('server'),
      agent: get('agent'),
      compare: COMPARES.find((one) => one === get('compare')) ?? 'week',
    }),
    [search],
  );
  return { scope, set };
}

export const boundsOf = ({ range }: Scope, nowMs: number): Bounds => rangeBounds(range, nowMs);

/** The same length of time before; null when nothing is compared. */
export function boundsBefore(scope: Scope, nowMs: number): Bounds | null {
  if (scope.compare === 'none') return null;
  const { from, to } = boundsOf(scope, nowMs);
  const toMs = to ? Date.parse(to) : nowMs;
  const fromMs = from ? Date.parse(from) : toMs - DAY_MS;
  const back = scope.compare === 'week' ? WEEK_MS : toMs - fromMs;
  return { from: new Date(fromMs - back).toISOString(), to: new Date(toMs - back).toISOString() };
}

/** `a week before`, `in the 24 h before`. */
export function beforeWords({ compare, range }: Scope): string {
  if (compare === 'week') return 'a week before';
  const named = RANGES.find(({ value }) => value === (range.range ?? '24h'));
  return named && !range.from && !range.to
    ? `in the ${named.value.replace('m', ' min').replace('h', ' h').replace('d', ' d')} before`
    : 'in the time before';
}

/** Activity with exactly the filter that a number was counted by. The numbers are of tool calls; Activity lists every method unless told. */
export function activityHref(
  { range, server, agent }: Pick<Scope, 'range' | 'server' | 'agent'>,
  extra: Record<string, string | null> = {},
): string {
  return `/activity${queryString({ method: 'tools/call', ...range, server, agent, ...extra })}`;
}

/** The same for one stretch of the time. */
export const stretchHref = (scope: Scope, fromMs: number, toMs: number, extra: Record<string, string | null> = {}): string =>
  activityHref({ ...scope, range: { range: null, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() } }, extra);
