import type { DueOutcome } from '@/lib/control/publications/publish-due';
import type { Log } from './log';

const ROUND_MS = 1_000;

/**
 * Asks each second for publications whose time has come; `publishDue` lets one node of all act. A round starts after the one before
 * has ended, so a slow database gets no queue of them. Returns how to stop, which waits for the round under way.
 */
export function startPublicationClock(publishDue: () => Promise<readonly DueOutcome[]>, log: Log, roundMs = ROUND_MS): () => Promise<void> {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let failing = false;
  let round: Promise<void> = Promise.resolve();

  const run = async (): Promise<void> => {
    try {
      for (const { publication, status, because } of await publishDue()) {
        if (status === 'published') log.info(`Published ${publication}, whose time had come.`);
        else log.warn(`A scheduled publication could not go live: ${because ?? 'no reason'}`, { publication });
      }
      failing = false;
    } catch (error) {
      if (!failing) log.warn('Scheduled publications could not be looked for; trying again.', { error: (error as Error).message });
      failing = true;
    }
  };
  const plan = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      round = run().finally(plan);
    }, roundMs);
    timer.unref();
  };
  plan();
  return async () => {
    stopped = true;
    if (timer) clearTimeout(timer);
    await round;
  };
}
