/** What is going to happen to a counter when calls go on as they did. */
export type Forecast =
  /** Used up already. */
  | { readonly kind: 'full' }
  /** Nothing was counted lately, so there is no pace to go by. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'full_at'; readonly atMs: number }
  /** The window ends before it is used up; of a sliding limit, enough slides out in time. */
  | { readonly kind: 'holds' };

export interface ForecastFacts {
  readonly used: number;
  readonly max: number;
  /** Amount a millisecond. */
  readonly pace: number;
  readonly nowMs: number;
  readonly resetsAtMs: number;
  /** Of a sliding limit: when what was counted slides out, [epoch milliseconds, amount], oldest first; null for the calendar. */
  readonly leaves: readonly (readonly [number, number])[] | null;
}

/** Deterministic: the same pace goes on without a pause. */
export function forecast({ used, max, pace, nowMs, resetsAtMs, leaves }: ForecastFacts): Forecast {
  if (used >= max) return { kind: 'full' };
  if (!(pace > 0)) return { kind: 'idle' };
  if (leaves === null) {
    const atMs = nowMs + (max - used) / pace;
    return atMs < resetsAtMs ? { kind: 'full_at', atMs } : { kind: 'holds' };
  }
  let left = used;
  for (const [leavesAtMs, amount] of leaves) {
    const atMs = nowMs + (max - left) / pace;
    if (atMs <= leavesAtMs) return { kind: 'full_at', atMs };
    left -= amount;
  }
  // What is counted from now on starts to slide out one length later; until then it adds up.
  const atMs = nowMs + (max - left) / pace;
  return atMs < resetsAtMs ? { kind: 'full_at', atMs } : { kind: 'holds' };
}

const MINUTE_MS = 60_000;
/** Windows shorter than this are judged by their last minute, longer ones by their last five. */
const SHORT_WINDOW_MS = 15 * MINUTE_MS;

/** Over how long the pace of a window of this length is taken. */
export function paceSpanMs(windowMs: number): number {
  return windowMs < SHORT_WINDOW_MS ? MINUTE_MS : 5 * MINUTE_MS;
}
