import type { UPSTREAM_STATES } from './contract';

type State = (typeof UPSTREAM_STATES)[number];

interface Bar {
  readonly sent: number;
  readonly failed: number;
  readonly p95Ms: number | null;
}

/** Fewer calls than this say nothing of a server. */
const CALLS_MIN = 5;
/** One failure in ten calls, and at least three, are no accident. */
const FAILED_SHARE = 0.1;
const FAILED_MIN = 3;
const SLOW_TIMES = 3;
/** Below this nobody waits, whatever is usual. */
const SLOW_MS_MIN = 500;

/** The middle of a server's times over all bars; null without any. */
export function usualMs(bars: readonly Bar[]): number | null {
  const times = bars.flatMap(({ p95Ms }) => (p95Ms === null ? [] : [p95Ms])).sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? null;
}

/** How a server did in one bar: failing before slow before well; null when too little was sent to say. */
export function stateOf({ sent, failed, p95Ms }: Bar, usual: number | null): State | null {
  if (failed >= FAILED_MIN && failed >= FAILED_SHARE * sent) return 'failing';
  if (sent < CALLS_MIN) return null;
  return usual !== null && p95Ms !== null && p95Ms > SLOW_MS_MIN && p95Ms > SLOW_TIMES * usual ? 'slow' : 'ok';
}
