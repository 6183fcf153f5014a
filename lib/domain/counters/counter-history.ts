import type { WindowSpan } from './counter-window';

const HOUR_MS = 3_600_000;

/** How long the history of a counter is kept. */
export const HISTORY_DAYS = 90;

/** Where a closed window stands in the history: a row of its own, or, when it is shorter than an hour, the row of its hour. */
export function historyBucket(startMs: number, endMs: number): WindowSpan {
  if (endMs - startMs >= HOUR_MS) return { startMs, endMs };
  // After a reset a window begins where it was set back; what is left of it may be short and still end with the day.
  const hour = Math.floor(startMs / HOUR_MS) * HOUR_MS;
  return { startMs: hour, endMs: hour + HOUR_MS };
}
