/** The wall clock of a time zone at one instant. */
export interface LocalTime {
  /** 0 to 23 */
  readonly hour: number;
  /** ISO 8601: Monday is 1, Sunday is 7 */
  readonly weekday: number;
  /** With milliseconds and offset, e.g. `2026-11-20T09:30:00.000+01:00`, or `…Z` in UTC */
  readonly iso: string;
}

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const MINUTE_MS = 60_000;
const formats = new Map<string, Intl.DateTimeFormat | null>();

/** Reads an instant (epoch milliseconds) in an IANA time zone; undefined for an instant that no calendar has. */
export function localTime(at: number, timezone: string): LocalTime | undefined {
  if (!Number.isFinite(at) || Math.abs(at) > 8.64e15) return undefined;
  const offset = timezone === 'UTC' ? 0 : offsetMinutes(at, timezone);
  if (offset === undefined) return undefined;
  const shifted = new Date(at + offset * MINUTE_MS);
  if (Number.isNaN(shifted.getTime())) return undefined;
  return { hour: shifted.getUTCHours(), weekday: shifted.getUTCDay() || 7, iso: shifted.toISOString().replace('Z', offsetText(offset)) };
}

/** Whether the runtime's time zone database knows the name. */
export function isTimezone(name: string): boolean {
  return name === 'UTC' || formatOf(name) !== null;
}

/** The ISO number of a weekday's English name or its first three letters, any case; null for anything else. */
export function weekdayNumber(name: string): number | null {
  const lower = name.toLowerCase();
  const index = WEEKDAYS.findIndex((day) => day === lower || day.slice(0, 3) === lower);
  return index < 0 ? null : index + 1;
}

function formatOf(timezone: string): Intl.DateTimeFormat | null {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  let format: Intl.DateTimeFormat | null = null;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      era: 'short',
    });
  } catch {
    // RangeError: the name is not in the time zone database.
  }
  if (formats.size < 1000) formats.set(timezone, format);
  return format;
}

function offsetMinutes(at: number, timezone: string): number | undefined {
  const format = formatOf(timezone);
  if (format === null) return undefined;
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const part of format.formatToParts(at)) parts[part.type] = part.value;
  const year = parts.era?.startsWith('B') ? 1 - Number(parts.year) : Number(parts.year);
  const wall = new Date(0);
  wall.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
  wall.setUTCHours(Number(parts.hour), Number(parts.minute));
  return Math.round((wall.getTime() - Math.floor(at / MINUTE_MS) * MINUTE_MS) / MINUTE_MS);
}

function offsetText(minutes: number): string {
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
