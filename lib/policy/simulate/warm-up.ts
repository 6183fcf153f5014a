import { slidingLengthMs, windowAt } from '@/lib/domain/counters/counter-window';
import type { PolicyDocument } from '../document';
import { windowOf } from '../duration';
import { limitsOf } from './replay-notes';

const WARM_UP_MAX_MS = 31 * 86_400_000;

/**
 * From when on calls have to be read so that every counter of these policies stands right at `fromMs`; `fromMs` itself
 * when they have no limits.
 */
export function warmUpFromMs(documents: readonly PolicyDocument[], fromMs: number): number {
  let earliest = fromMs;
  for (const limit of documents.flatMap(limitsOf)) {
    const window = windowOf(limit.window);
    const start = limit.align === 'sliding' ? fromMs - slidingLengthMs(window) : windowAt(window, fromMs).startMs;
    earliest = Math.min(earliest, start);
  }
  return Math.max(earliest, fromMs - WARM_UP_MAX_MS);
}

/** Whether calls of one agent can use up what another agent is limited by. */
export function sharesCounters(documents: readonly PolicyDocument[]): boolean {
  return documents.flatMap(limitsOf).some((limit) => !['grant', 'agent', 'session'].includes(limit.scope));
}
