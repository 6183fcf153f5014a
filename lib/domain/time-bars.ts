import { instantOfWall, offsetMinutes } from '@/lib/kernel/zoned-time';

/** The lengths that bars of a chart over time can have, shortest first. */
export const TIME_BARS = ['minute', '5m', '15m', 'hour', '6h', 'day'] as const;
export type TimeBar = (typeof TIME_BARS)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** How long a bar is, but for days of 23 or 25 hours. */
export const BAR_MS: Record<TimeBar, number> = {
  minute: MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  hour: HOUR_MS,
  '6h': 6 * HOUR_MS,
  day: 24 * HOUR_MS,
};

/**
 * Where the bars of a time range begin, and last where the last one ends; at most `barsMax` bars. Days and quarters of days begin by the
 * clock of the zone (undefined is the runtime's own), so a day of the change to summer time has 23 hours; hours are whole in the zone.
 */
export function barBounds(fromMs: number, toMs: number, bar: TimeBar, zone: string | undefined, barsMax = 2_000): number[] {
  const step = BAR_MS[bar];
  const byWall = step > HOUR_MS && zone !== 'UTC';
  const shift = offsetMinutes(fromMs, zone) * MINUTE_MS;
  let wall = Math.floor((fromMs + shift) / step) * step;
  const instant = (): number => (byWall ? instantOfWall(wall, zone) : wall - shift);
  const bounds = [instant()];
  while ((bounds.at(-1) ?? toMs) < toMs && bounds.length <= barsMax) {
    wall += step;
    const next = instant();
    if (next > (bounds.at(-1) ?? next)) bounds.push(next);
  }
  // The wall may have been set back since the bar began.
  while (bounds.length > 1 && (bounds[1] ?? fromMs + 1) <= fromMs) bounds.shift();
  return bounds;
}
