'use client';

import { useSyncExternalStore } from 'react';
import { Tooltip } from '@/components/ui/tooltip';
import { absoluteTime, relativeTime } from './format';
import { useTimeZone } from './time-zone';

// One clock for all relative times of the page: they tick together and cost one timer.
const listeners = new Set<() => void>();
let nowMs = 0;
let timer: ReturnType<typeof setInterval> | undefined;
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  nowMs = Date.now();
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const tick of listeners) tick();
  }, 5_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Epoch milliseconds, moving in steps of 5 s; 0 while the server renders. */
export function useNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => (nowMs ||= Date.now()),
    () => 0,
  );
}

/** Relative under 24 h with the absolute time on hover and focus; `exact` shows milliseconds. */
export function Time({ at, exact, className }: { at: string | null | undefined; exact?: boolean; className?: string }) {
  const now = useNow();
  const { timeZone, offsetAt } = useTimeZone();
  if (!at) return <span className="text-ink-3">never</span>;
  const atMs = Date.parse(at);
  const absolute = absoluteTime(atMs, timeZone, exact ? 'ms' : 'seconds');
  if (exact)
    return (
      <time dateTime={at} className={className ?? 'num whitespace-nowrap'}>
        {absolute} <span className="text-ink-3">{offsetAt(atMs)}</span>
      </time>
    );
  const relative = now === 0 ? null : relativeTime(atMs, now);
  return (
    <Tooltip text={`${absoluteTime(atMs, timeZone, 'ms')} ${offsetAt(atMs)}`}>
      <time dateTime={at} tabIndex={0} className={className ?? 'num whitespace-nowrap rounded-sm'}>
        {relative ?? absoluteTime(atMs, timeZone, 'minutes')}
      </time>
    </Tooltip>
  );
}
