const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether the runtime's time zone database has the name; UTC counts. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

function formatOf(zone: string | undefined): Intl.DateTimeFormat {
  const key = zone ?? '';
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size < 1000) formats.set(key, made);
  return made;
}

/** Minutes that the wall clock of a zone is ahead of UTC at an instant; undefined is the runtime's own zone. */
export function offsetMinutes(atMs: number, zone: string | undefined): number {
  if (zone === 'UTC') return 0;
  const of: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(zone).formatToParts(atMs)) of[type] = Number(value);
  const wall = Date.UTC(of.year ?? 0, (of.month ?? 1) - 1, of.day, of.hour, of.minute, of.second);
  return Math.round((wall - atMs) / MINUTE_MS);
}

/**
 * The instant at which the clock on the wall shows a time, both in epoch milliseconds (`wallMs` as if the wall were in UTC). Of a time
 * that comes twice it is the first; a time that is skipped is as late after midnight as it would have been without the change.
 */
export function instantOfWall(wallMs: number, zone: string | undefined): number {
  const [before, after] = [offsetMinutes(wallMs - DAY_MS, zone), offsetMinutes(wallMs + DAY_MS, zone)];
  const shown = [before, after]
    .map((offset) => wallMs - offset * MINUTE_MS)
    .filter((instant) => instant + offsetMinutes(instant, zone) * MINUTE_MS === wallMs);
  return shown.length > 0 ? Math.min(...shown) : wallMs - before * MINUTE_MS;
}
