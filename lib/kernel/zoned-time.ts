const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Places that were named anew, and which lists of runtimes may still have under an older name only. */
const NEW_NAMES = [
  'America/Nuuk',
  'Asia/Ho_Chi_Minh',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Yangon',
  'Atlantic/Faroe',
  'Europe/Kyiv',
  'Pacific/Chuuk',
  'Pacific/Pohnpei',
];

/** Whether the runtime's time zone database has the name; UTC counts, a bare offset such as `+01:00` does not. */
export function isTimeZone(name: string): boolean {
  if (name === '' || /^[+-]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Names to choose from, UTC first. `isTimeZone` takes more: older names and links. */
export function timeZoneNames(): readonly string[] {
  const names = new Set([...Intl.supportedValuesOf('timeZone'), ...NEW_NAMES.filter(isTimeZone)]);
  names.delete('UTC');
  return ['UTC', ...[...names].sort()];
}

/** The name as lists write it, for runtimes take any case; as it is where no list has it. */
export function zoneSpelling(name: string): string {
  return timeZoneNames().find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;
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

/** What the clock on the wall shows at an instant, as epoch milliseconds of a wall in UTC. */
export const wallAt = (atMs: number, zone: string | undefined): number => atMs + offsetMinutes(atMs, zone) * MINUTE_MS;

/** All instants at which the clock on the wall shows a time: one, two where it was set back, none where it was set forward. */
export function instantsOfWall(wallMs: number, zone: string | undefined): readonly number[] {
  const offsets = new Set([offsetMinutes(wallMs - DAY_MS, zone), offsetMinutes(wallMs + DAY_MS, zone)]);
  return [...offsets]
    .map((offset) => wallMs - offset * MINUTE_MS)
    .filter((instant) => wallAt(instant, zone) === wallMs)
    .sort((a, b) => a - b);
}

/**
 * The instant at which the clock on the wall shows a time, both in epoch milliseconds (`wallMs` as if the wall were in UTC). Of a time
 * that comes twice it is the first; a time that is skipped is as late after midnight as it would have been without the change.
 */
export function instantOfWall(wallMs: number, zone: string | undefined): number {
  return instantsOfWall(wallMs, zone)[0] ?? wallMs - offsetMinutes(wallMs - DAY_MS, zone) * MINUTE_MS;
}

/** What the clock of a zone is ahead at an instant: `UTC`, `UTC+1`, `UTC−3:30`. */
export function offsetWords(atMs: number, zone: string | undefined): string {
  const minutes = offsetMinutes(atMs, zone);
  if (minutes === 0) return 'UTC';
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes > 0 ? '+' : '−'}${hours}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`;
}
