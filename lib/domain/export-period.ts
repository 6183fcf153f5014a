export const EXPORT_PERIODS = ['hour', 'day', 'week'] as const;
export type ExportPeriod = (typeof EXPORT_PERIODS)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LENGTH_MS: Record<ExportPeriod, number> = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS };
/** 1 January 1970 was a Thursday; weeks begin on Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
/** A call is written within seconds of its time; what ends a period waits a little longer for it. */
export const EXPORT_LAG_MS = 5 * 60_000;

/** The beginning of the period that an instant is in, by UTC; both epoch milliseconds. */
export function periodStart(atMs: number, every: ExportPeriod): number {
  const offsetMs = every === 'week' ? FIRST_MONDAY_MS : 0;
  return Math.floor((atMs - offsetMs) / LENGTH_MS[every]) * LENGTH_MS[every] + offsetMs;
}

/** The end of that period, where the next one begins. */
export const periodEnd = (atMs: number, every: ExportPeriod): number => periodStart(atMs, every) + LENGTH_MS[every];
