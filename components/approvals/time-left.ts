'use client';

import { useEffect, useRef, useState } from 'react';

/**
 * Milliseconds until `until`, counted from the server's `now` by the time that passed here since it was read: this
 * machine's idea of the date plays no part. Ticks each second; never below 0.
 */
export function useTimeLeft(until: string | null, now: string): number | null {
  const read = useRef({ now, atMs: 0 });
  const [passedMs, setPassedMs] = useState(0);
  useEffect(() => {
    read.current = { now, atMs: performance.now() };
    setPassedMs(0);
    const timer = setInterval(() => setPassedMs(performance.now() - read.current.atMs), 1000);
    return () => clearInterval(timer);
  }, [now]);
  return until === null ? null : Math.max(0, Date.parse(until) - Date.parse(now) - passedMs);
}

/** `0:41`, `12:05`, `2 h 10 min`. */
export function clockWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
