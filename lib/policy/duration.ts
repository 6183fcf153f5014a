import type { LimitWindow, WindowUnit } from '@/lib/domain/decision';

export const WINDOW_UNITS: readonly WindowUnit[] = ['second', 'minute', 'hour', 'day', 'week', 'month'];

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const DURATION = /^([1-9][0-9]{0,8})(s|m|h|d|w)$/;
/** A year and a day: longer windows are mistakes, and a counter must end. */
export const DURATION_SECONDS_MAX = 366 * 86_400;

/** Seconds of `"90s"`, `"15m"`, `"1h"`, `"2d"`, `"1w"`; null for any other text and beyond 366 days. */
export function durationSeconds(text: string): number | null {
  const match = DURATION.exec(text);
  if (match === null) return null;
  const seconds = Number(match[1]) * (UNIT_SECONDS[match[2] ?? ''] ?? 0);
  return seconds <= DURATION_SECONDS_MAX ? seconds : null;
}

/** A window in its normal form: a unit's name, or seconds as `"900s"`; null when it is neither. */
export function normalWindow(text: string): string | null {
  if ((WINDOW_UNITS as readonly string[]).includes(text)) return text;
  const seconds = durationSeconds(text);
  return seconds === null ? null : `${seconds}s`;
}

/** The window of a normal form. */
export function windowOf(normal: string): LimitWindow {
  const unit = WINDOW_UNITS.find((candidate) => candidate === normal);
  return unit === undefined ? { lengthMs: (durationSeconds(normal) ?? 0) * 1000 } : { unit };
}
