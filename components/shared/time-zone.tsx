'use client';

import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useMemo, useSyncExternalStore } from 'react';
import { isTimeZone, offsetWords } from '@/lib/kernel/zoned-time';
import { api } from './api/client';
import type { Workspace } from './api/wire';

export const ZONE_CHOICES = ['local', 'utc', 'workspace'] as const;
export type ZoneChoice = (typeof ZONE_CHOICES)[number];
const KEY = 'callgate.zone';
const REFRESH_MS = 60_000;
const listeners = new Set<() => void>();

export const zoneChoiceOf = (text: string | null): ZoneChoice => ZONE_CHOICES.find((one) => one === text) ?? 'local';
const readChoice = (): ZoneChoice => zoneChoiceOf(window.localStorage.getItem(KEY));

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

interface Zone {
  choice: ZoneChoice;
  setChoice: (choice: ZoneChoice) => void;
  /** For Intl: undefined is the browser's own zone. */
  timeZone: string | undefined;
  /** The same as an IANA name, for labels and for the API, which does not know the browser's. */
  zoneName: string;
  /** What each choice shows times in. */
  names: Record<ZoneChoice, string>;
  /** `UTC`, `UTC+1`, `UTC−3:30`: what the clock is ahead at that time, which is another one in summer. */
  offsetAt: (atMs: number) => string;
}
const ZoneContext = createContext<Zone | null>(null);

/** The browser's own zone; UTC where it cannot tell. */
function localName(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return isTimeZone(timeZone) ? timeZone : 'UTC';
}

export function useWorkspace() {
  return useQuery({
    queryKey: ['workspace'],
    queryFn: ({ signal }) => api<Workspace>('GET', '/workspace', { signal }),
    staleTime: REFRESH_MS,
    refetchInterval: REFRESH_MS,
  });
}

/** One setting for every table, chart, picker and tooltip. The server renders UTC. `workspace` is its zone as the page was made. */
export function TimeZoneProvider({ workspace: initial, children }: { workspace: string; children: ReactNode }) {
  const choice = useSyncExternalStore(subscribe, readChoice, () => 'utc' as const);
  const given = useWorkspace().data?.timeZone ?? initial;
  // The server's database of zones can be newer than the browser's.
  const workspace = isTimeZone(given) ? given : 'UTC';
  const zone = useMemo<Zone>(() => {
    const timeZone = { local: undefined, utc: 'UTC', workspace }[choice];
    const names = { local: localName(), utc: 'UTC', workspace };
    return {
      choice,
      setChoice: (next) => {
        window.localStorage.setItem(KEY, next);
        for (const listener of listeners) listener();
      },
      timeZone,
      zoneName: names[choice],
      names,
      offsetAt: (atMs) => offsetWords(atMs, timeZone),
    };
  }, [choice, workspace]);
  return <ZoneContext value={zone}>{children}</ZoneContext>;
}

export function useTimeZone(): Zone {
  const zone = use(ZoneContext);
  if (!zone) throw new Error('useTimeZone needs TimeZoneProvider');
  return zone;
}
