import { offsetWords } from '@/lib/kernel/zoned-time';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `just now`, `4 min ago`, `in 3 h`; from 24 h on null, where the absolute time says more. */
export function relativeTime(atMs: number, nowMs: number): string | null {
  const past = nowMs - atMs;
  const distance = Math.abs(past);
  if (distance >= DAY_MS) return null;
  if (distance < 5_000) return past >= 0 ? 'just now' : 'now';
  const words =
    distance < MINUTE_MS
      ? `${Math.floor(distance / 1000)} s`
      : distance < HOUR_MS
        ? `${Math.floor(distance / MINUTE_MS)} min`
        : `${Math.floor(distance / HOUR_MS)} h`;
  return past >= 0 ? `${words} ago` : `in ${words}`;
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const DATE: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' };
const SECONDS: Intl.DateTimeFormatOptions = { ...DATE, ...CLOCK, second: '2-digit' };
/** Every way in which the console writes a time. */
const LOOKS = {
  minutes: { ...DATE, ...CLOCK },
  seconds: SECONDS,
  ms: { ...SECONDS, fractionalSecondDigits: 3 },
  clock: CLOCK,
  dayClock: { day: 'numeric', month: 'short', ...CLOCK },
  day: { day: 'numeric', month: 'short' },
  date: DATE,
  month: { month: 'long', year: 'numeric' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;
type TimeLook = keyof typeof LOOKS;
const formats = new Map<string, Intl.DateTimeFormat>();

/** A time by the clock of a zone (undefined is the browser's own): `17:04`, `20 Nov`, `20 Nov, 17:04`, `20 Nov 2026`, `November 2026`. */
export function zonedTime(atMs: number, timeZone: string | undefined, look: TimeLook): string {
  const key = `${look} ${timeZone ?? ''}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { ...LOOKS[look], timeZone });
    formats.set(key, format);
  }
  return format.format(atMs);
}

/** `20 Nov 2026, 17:04:31`, with milliseconds when asked. */
export const absoluteTime = (atMs: number, timeZone: string | undefined, detail: 'minutes' | 'seconds' | 'ms' = 'seconds'): string =>
  zonedTime(atMs, timeZone, detail);

/** What the clock of a zone is ahead over a stretch of time: `UTC+1`, or `UTC+2, then UTC+1` where the clock is changed within. */
export function offsetSpan(fromMs: number, toMs: number, timeZone: string | undefined): string {
  const [first, last] = [offsetWords(fromMs, timeZone), offsetWords(toMs, timeZone)];
  return first === last ? first : `${first}, then ${last}`;
}

/** 1 284 below 10 000, then 12.8 k and 2.4 M: thin spaces, never a rounded small number. */
export function formatCount(value: number): string {
  if (Math.abs(value) < 10_000) return Math.round(value).toLocaleString('en-US').replaceAll(',', '\u202f');
  if (Math.abs(value) < 1_000_000) return `${(value / 1000).toFixed(1)} k`;
  return `${(value / 1_000_000).toFixed(1)} M`;
}

/** Milliseconds as a person reads them: `0.4 ms`, `37 ms`, `1.2 s`. */
export function formatMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

/** A duration of which the fractions of a millisecond matter. */
export function formatFineMs(ms: number): string {
  return ms < 1 ? `${Math.round(ms * 1000)} µs` : formatMs(ms);
}

export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return '–';
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

/** "1 tool", "3 tools". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
