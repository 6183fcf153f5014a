'use client';

import { useEffect, useState, useSyncExternalStore } from 'react';

// One clock for every countdown of a page: hundreds of rows tick in one go.
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let tickedAtMs = 0;

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0)
    timer = setInterval(() => {
      tickedAtMs = performance.now();
      for (const one of listeners) one();
    }, 1000);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/**
 * Milliseconds until `until`, counted from the server's `now` by the time that passed here since it was read: this
 * machine's idea of the date plays no part. Ticks each second; never below 0.
 */
export function useTimeLeft(until: string | null, now: string): number | null {
  const [read, setRead] = useState({ now: '', atMs: 0 });
  useEffect(() => setRead({ now, atMs: performance.now() }), [now]);
  const atMs = useSyncExternalStore(
    subscribe,
    () => tickedAtMs,
    () => 0,
  );
  const passedMs = read.now === now ? Math.max(0, atMs - read.atMs) : 0;
  return until === null ? null : Math.max(0, Date.parse(until) - Date.parse(now) - passedMs);
}

/** `0:41`, `12:05`, `2 h 10 min`. */
export function clockWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
