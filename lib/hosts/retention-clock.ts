import type { Log } from './log';

const ROUND_MS = 30_000;

/**
 * Looks twice a minute whether months of the trail are due to be removed. A round starts after the one before has ended. Returns how to
 * stop, which breaks off what only waits or verifies and lets a removal under way end.
 */
export function startRetentionClock(
  removeDue: (signal: AbortSignal) => Promise<readonly string[]>,
  log: Log,
  roundMs = ROUND_MS,
): () => Promise<void> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let failing = false;
  let round: Promise<void> = Promise.resolve();

  const run = async (): Promise<void> => {
    try {
      for (const month of await removeDue(stop.signal)) log.info(`Removed the calls of ${month}, which was past retention.`);
      failing = false;
    } catch (error) {
      if (!failing && !stop.signal.aborted)
        log.warn('Months past retention could not be removed; trying again.', { error: (error as Error).message });
      failing = true;
    }
  };
  const plan = (): void => {
    if (stop.signal.aborted) return;
    timer = setTimeout(() => {
      round = run().finally(plan);
    }, roundMs);
    timer.unref();
  };
  plan();
  return async () => {
    stop.abort();
    if (timer) clearTimeout(timer);
    await round;
  };
}
