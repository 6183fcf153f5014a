import { offsetWords, wallAt } from '@/lib/kernel/zoned-time';

/** `9 min`, `1 h 5 min`, `40 s`; never below zero. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `3 days`, `1 day`; below a day as `timeLeft` says it. */
export function daysLeft(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  if (days < 1) return timeLeft(ms);
  return days === 1 ? '1 day' : `${days} days`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'];

/** `26 Nov 2026, 05:10 UTC+1`: a time (ISO 8601) by the clock of a zone, always with what that clock is ahead. */
export function clockTime(iso: string, timeZone: string): string {
  const atMs = Date.parse(iso);
  const wall = new Date(wallAt(atMs, timeZone));
  const day = `${wall.getUTCDate()} ${MONTHS[wall.getUTCMonth()]} ${wall.getUTCFullYear()}`;
  return `${day}, ${wall.toISOString().slice(11, 16)} ${offsetWords(atMs, timeZone)}`;
}
