import { RANGES, type RangeState } from '@/components/shared/time-range';

const MINUTE_MS = 60_000;

/** All changes unless a time was chosen: they are few, and people look for old ones. A relative range moves minute by minute. */
export function changeBounds(state: RangeState, nowMs = Date.now()): { from: string | null; to: string | null } {
  if (state.from || state.to) return { from: state.from, to: state.to };
  const found = RANGES.find((one) => one.value === state.range);
  return { from: found ? new Date(Math.floor((nowMs - found.ms) / MINUTE_MS) * MINUTE_MS).toISOString() : null, to: null };
}
