'use client';

import { createContext, use, useSyncExternalStore } from 'react';

// One timer for all countdowns of the page.
const listeners = new Set<() => void>();
let tickMs = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  tickMs = Date.now();
  timer ??= setInterval(() => {
    tickMs = Date.now();
    for (const tick of listeners) tick();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** How far the server's clock is ahead of this one, in milliseconds: windows end by the server's. */
export const ServerOffset = createContext(0);

/** The server's time in epoch milliseconds, in steps of a second; 0 while the server renders. */
export function useServerNow(): number {
  const offsetMs = use(ServerOffset);
  const now = useSyncExternalStore(
    subscribe,
    () => (tickMs ||= Date.now()),
    () => 0,
  );
  return now === 0 ? 0 : now + offsetMs;
}
