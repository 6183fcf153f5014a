import type { Log } from '../log';

const ROUND_MS = 5_000;

/**
 * Hands over what scheduled exports are due for; `run` lets one node of all do each, and says whether there was one. Returns how to stop,
 * which aborts the one under way: it goes on where it stands with the next process.
 */
export function startScheduleClock(
  run: (signal: AbortSignal) => Promise<boolean>,
  log: Pick<Log, 'warn'>,
  roundMs = ROUND_MS,
): () => Promise<void> {
  const closing = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let failing = false;
  let round: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    try {
      while (!closing.signal.aborted && (await run(closing.signal)));
      failing = false;
    } catch (error) {
      if (!failing && !closing.signal.aborted)
        log.warn('Scheduled exports could not be looked for; trying again.', { error: (error as Error).message });
      failing = true;
    }
  };
  const plan = (): void => {
    if (closing.signal.aborted) return;
    timer = setTimeout(() => {
      round = look().finally(plan);
    }, roundMs);
    timer.unref();
  };
  plan();
  return async () => {
    closing.abort(new Error('the process is ending'));
    if (timer) clearTimeout(timer);
    await round;
  };
}
