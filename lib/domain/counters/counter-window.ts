import type { LimitWindow } from '../decision';

/** Half-open: a window holds `startMs` and does not hold `endMs`. Epoch milliseconds, UTC. */
export interface WindowSpan {
  readonly startMs: number;
  readonly endMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** 1970-01-01 was a Thursday; the first Monday came four days later. */
const FIRST_MONDAY = 4 * DAY;

/** The calendar window (UTC, weeks from Monday) or the multiple of `lengthMs` since the epoch that holds an instant. */
export function windowAt(window: LimitWindow, atMs: number): WindowSpan {
  if ('lengthMs' in window) return multipleOf(Math.max(1, window.lengthMs), atMs, 0);
  switch (window.unit) {
    case 'second':
      return multipleOf(SECOND, atMs, 0);
    case 'minute':
      return multipleOf(MINUTE, atMs, 0);
    case 'hour':
      return multipleOf(HOUR, atMs, 0);
    case 'day':
      return multipleOf(DAY, atMs, 0);
    case 'week':
      return multipleOf(WEEK, atMs, FIRST_MONDAY);
    case 'month': {
      const at = new Date(atMs);
      return { startMs: Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1), endMs: Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1) };
    }
  }
}

/** How long an interval a sliding limit looks back. A month is its longest, 31 days: never more than `max` in any month. */
export function slidingLengthMs(window: LimitWindow): number {
  if ('lengthMs' in window) return Math.max(1, window.lengthMs);
  return { second: SECOND, minute: MINUTE, hour: HOUR, day: DAY, week: WEEK, month: 31 * DAY }[window.unit];
}

/** The window as text for the counter's row: the unit, or the length in milliseconds. */
export function windowLabel(window: LimitWindow): string {
  return 'lengthMs' in window ? `${window.lengthMs}ms` : window.unit;
}

function multipleOf(lengthMs: number, atMs: number, originMs: number): WindowSpan {
  const startMs = Math.floor((atMs - originMs) / lengthMs) * lengthMs + originMs;
  return { startMs, endMs: startMs + lengthMs };
}
