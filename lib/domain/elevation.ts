/** How long a grant may use another policy at most, and how short a request may be, in minutes; fractions are allowed. */
export const ELEVATION_MINUTES_MAX = 480;
export const ELEVATION_MINUTES_MIN = 0.05;

/** A request that nobody decides in this time is over. */
export const ELEVATION_REQUEST_MS = 24 * 60 * 60_000;

/** What the database keeps. */
export type StoredElevation = 'pending' | 'approved' | 'denied' | 'withdrawn' | 'ended';

/** Where it stands: `active` until its end, then `over`; `lapsed` when nobody decided in time. */
export const ELEVATION_STATUSES = ['pending', 'active', 'over', 'ended', 'denied', 'withdrawn', 'lapsed'] as const;
export type ElevationStatus = (typeof ELEVATION_STATUSES)[number];

interface ElevationTimes {
  readonly status: string;
  readonly expiresAt: Date;
  readonly untilAt: Date | null;
}

/** Where an elevation stands by this time, which is the database's: nothing has to be noted down for it to be over. */
export function elevationStatusAt(row: ElevationTimes, now: Date): ElevationStatus {
  if (row.status === 'pending') return row.expiresAt <= now ? 'lapsed' : 'pending';
  if (row.status === 'approved') return row.untilAt !== null && row.untilAt > now ? 'active' : 'over';
  return row.status as Exclude<StoredElevation, 'pending' | 'approved'>;
}
