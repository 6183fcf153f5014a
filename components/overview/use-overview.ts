'use client';

import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useRef } from 'react';
import { api, queryString } from '@/components/shared/api/client';
import { useLiveMessages } from '@/components/shared/live/live-provider';
import { useTimeZone } from '@/components/shared/time-zone';
import { boundsBefore, boundsOf, type Scope } from './scope';

const REFRESH_MS = 10_000;
/** Also without calls the time moves on; and what costs more to count, or changes slowly, is asked less often. */
const SLOW_MS = 60_000;

/** true while somebody holds the page still. */
export const Paused = createContext(false);

interface Wanted {
  /** `fast` follows calls, `slow` is asked once a minute. */
  pace: 'fast' | 'slow';
  of?: 'now' | 'before';
  /** Names of the filters that the verb knows. */
  who?: readonly ('server' | 'agent')[];
  /** false: it is about now, whatever time the page shows. */
  ranged?: boolean;
  /** Its bars are drawn, so they begin by the clock that the console shows. */
  zoned?: boolean;
}

/** One panel's numbers, asked at the same time as those of the others; old ones stay while new ones come. */
export function useOverview<T>(
  path: string,
  scope: Scope,
  { pace, of = 'now', who = ['server', 'agent'], ranged = true, zoned = false }: Wanted,
) {
  const { zoneName } = useTimeZone();
  const zone = zoned ? zoneName : null;
  const paused = use(Paused);
  const filters = Object.fromEntries(who.map((name) => [name, scope[name]]));
  return useQuery({
    queryKey: ['overview', pace, path, of, ranged ? scope.range : null, filters, zone, of === 'before' ? scope.compare : null],
    queryFn: ({ signal }) => {
      const bounds = ranged ? (of === 'before' ? boundsBefore : boundsOf)(scope, Date.now()) : {};
      return api<T>('GET', `${path}${queryString({ ...bounds, ...filters, zone })}`, { signal });
    },
    enabled: of === 'now' || scope.compare !== 'none',
    placeholderData: keepPreviousData,
    refetchInterval: paused ? false : SLOW_MS,
  });
}

/** At most one refresh in ten seconds, however many calls there are. */
export function useRefresh(paused: boolean, also: () => void): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const last = useRef(0);
  const held = useRef(false);
  useEffect(() => {
    if (paused) {
      clearTimeout(timer.current);
      timer.current = undefined;
    } else if (held.current) void client.invalidateQueries({ queryKey: ['overview'] });
    held.current = paused;
  }, [paused, client]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const soon = () => {
    if (paused || timer.current) return;
    timer.current = setTimeout(
      () => {
        timer.current = undefined;
        last.current = Date.now();
        void client.invalidateQueries({ queryKey: ['overview', 'fast'] });
        also();
      },
      Math.max(500, last.current + REFRESH_MS - Date.now()),
    );
  };
  useLiveMessages('call', soon);
  useLiveMessages('approval', soon);
  useLiveMessages('policy', () => {
    if (!paused)
      for (const path of ['/stats/publishes', '/stats/posture']) void client.invalidateQueries({ queryKey: ['overview', 'slow', path] });
  });
}
