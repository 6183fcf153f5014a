import type { RollUp } from '@/lib/control/call-counts/roll-up-calls';
import type { Log } from './log';

const ROUND_MS = 5_000;
/** Between two passes while there is much to count: calls at the gateway come first. */
const BREATH_MS = 50;

/**
 * Keeps the numbers of calls up with the audit trail; `rollUp` lets one node of all act. A round starts after the one before has ended.
 * Returns how to stop, which waits for the pass under way.
 */
export function startCallCountClock(rollUp: () => Promise<RollUp>, log: Log, roundMs = ROUND_MS): () => Promise<void> {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let failing = false;
  let round: Promise<void> = Promise.resolve();

  const run = async (): Promise<number> => {
    try {
      const { more } = await rollUp();
      failing = false;
      return more ? BREATH_MS : roundMs;
    } catch (error) {
      if (!failing) log.warn('Calls could not be counted for charts and facets; trying again.', { error: (error as Error).message });
      failing = true;
      return roundMs;
    }
  };
  const plan = (inMs: number): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      round = run().then(plan);
    }, inMs);
    timer.unref();
  };
  plan(BREATH_MS);
  return async () => {
    stopped = true;
    if (timer) clearTimeout(timer);
    await round;
  };
}
