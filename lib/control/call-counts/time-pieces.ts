import { COUNT_TABLES } from './profile';

/** A stretch of time that one table of counts answers, or `audit_events` where no bucket fits; epoch milliseconds, half-open, null is open. */
export interface TimePiece {
  readonly table: (typeof COUNT_TABLES)[number]['table'] | 'audit_events';
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/**
 * Cuts a time range into the largest buckets that fit it: days in the middle, then hours, then five minutes, and less than five minutes
 * of single rows at either end. `bucketMsMax` keeps buckets from being larger than the bars of a chart, which they have to divide.
 */
export function timePieces(fromMs: number | null, toMs: number | null, bucketMsMax = Number.POSITIVE_INFINITY): TimePiece[] {
  const tables = COUNT_TABLES.filter(({ ms }) => ms <= bucketMsMax);
  const pieces: TimePiece[] = [];
  let from = fromMs;
  let to = toMs;
  // From the finest to the coarsest: each takes what lies outside of the buckets of the next.
  const steps = [{ table: 'audit_events' as const, ms: 1 }, ...tables];
  for (const [index, { table }] of steps.entries()) {
    const coarser = steps[index + 1];
    if (!coarser) {
      if (from === null || to === null || from < to) pieces.push({ table, fromMs: from, toMs: to });
      break;
    }
    const innerFrom = from === null ? null : Math.ceil(from / coarser.ms) * coarser.ms;
    const innerTo = to === null ? null : Math.floor(to / coarser.ms) * coarser.ms;
    if (innerFrom !== null && innerTo !== null && innerFrom >= innerTo) {
      if (from !== null && to !== null && from < to) pieces.push({ table, fromMs: from, toMs: to });
      break;
    }
    if (from !== null && innerFrom !== null && from < innerFrom) pieces.push({ table, fromMs: from, toMs: innerFrom });
    if (to !== null && innerTo !== null && innerTo < to) pieces.push({ table, fromMs: innerTo, toMs: to });
    from = innerFrom;
    to = innerTo;
  }
  return pieces;
}
