import { type ClaimedDelivery, claimDueDeliveries, forgetOldDeliveries } from '@/lib/control/notifications/claim-due';
import { type DeliverContext, deliver } from '@/lib/control/notifications/deliver';
import { enqueueReminders } from '@/lib/control/notifications/enqueue-reminders';
import type { Log } from './log';

const ROUND_MS = 1_000;
/** Attempts at once; a receiver that does not answer takes one of them for 10 s. */
const AT_ONCE_MAX = 16;
const FORGET_EVERY_ROUNDS = 3_600;
/** What falls due is counted in days; a minute is soon enough. */
const REMIND_EVERY_ROUNDS = 60;

/**
 * Looks each second for notifications that are due and sends them aside from the rounds, so that a slow receiver keeps no other
 * one waiting. Every node does; the claim lets one of them make each attempt.
 */
export class NotificationRunner {
  readonly #sending = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> = Promise.resolve();
  #rounds = 0;
  #closed = false;
  #failing = false;

  constructor(
    private readonly ctx: DeliverContext,
    private readonly log: Log,
    private readonly roundMs = ROUND_MS,
    /** Told how each attempt ended. */
    private readonly onAttempt: (status: string) => void = () => {},
  ) {}

  start(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#look().finally(() => this.start());
    }, this.roundMs);
    this.#timer.unref();
  }

  /** Waits for the attempts under way; what is due then is left to another node or to the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#round;
    await Promise.all(this.#sending);
  }

  async #look(): Promise<void> {
    try {
      const free = AT_ONCE_MAX - this.#sending.size;
      const claimed = free > 0 ? await claimDueDeliveries(this.ctx, free) : [];
      for (const one of claimed) this.#send(one);
      if (this.#rounds % REMIND_EVERY_ROUNDS === 0) await enqueueReminders(this.ctx);
      if (this.#rounds++ % FORGET_EVERY_ROUNDS === 0) await forgetOldDeliveries(this.ctx);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.log.warn('Notifications could not be looked for; trying again.', { error: (error as Error).message });
      this.#failing = true;
    }
  }

  #send(claimed: ClaimedDelivery): void {
    const sending = deliver(this.ctx, claimed)
      .then(({ delivery, status, detail }) => {
        this.onAttempt(status);
        if (status === 'failed') this.log.warn('A notification was given up.', { delivery, detail });
      })
      // The lease ends, and it is sent again.
      .catch((error) =>
        this.log.warn('What became of a notification could not be written.', { delivery: claimed.id, error: (error as Error).message }),
      )
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }
}
