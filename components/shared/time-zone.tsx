'use client';

import { createContext, type ReactNode, use, useMemo, useSyncExternalStore } from 'react';

export type ZoneChoice = 'local' | 'utc';
const KEY = 'callgate.zone';
const listeners = new Set<() => void>();

function readChoice(): ZoneChoice {
  return window.localStorage.getItem(KEY) === 'utc' ? 'utc' : 'local';
}
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
  /** `UTC`, `UTC+1`, `UTC−3:30` */
  offsetWords: string;
}
const ZoneContext = createContext<Zone | null>(null);

export function offsetWords(minutesWest: number): string {
  const minutes = -minutesWest;
  if (minutes === 0) return 'UTC';
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes > 0 ? '+' : '−'}${hours}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`;
}

/** One setting for every table, chart, picker and tooltip. The server renders UTC. */
export function TimeZoneProvider({ children }: { children: ReactNode }) {
  const choice = useSyncExternalStore(subscribe, readChoice, () => 'utc' as const);
  const zone = useMemo<Zone>(
    () => ({
      choice,
      setChoice: (next) => {
        window.localStorage.setItem(KEY, next);
        for (const listener of listeners) listener();
      },
      timeZone: choice === 'utc' ? 'UTC' : undefined,
      offsetWords: choice === 'utc' ? 'UTC' : offsetWords(new Date().getTimezoneOffset()),
    }),
    [choice],
  );
  return <ZoneContext value={zone}>{children}</ZoneContext>;
}

export function useTimeZone(): Zone {
  const zone = use(ZoneContext);
  if (!zone) throw new Error('useTimeZone needs TimeZoneProvider');
  return zone;
}
