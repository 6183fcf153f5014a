import { type RaiseContext, type Raised, raiseFinding } from '@/lib/control/alerts/raise-finding';
import { watchRound } from '@/lib/control/alerts/watch-round';
import { subjectKey } from '@/lib/domain/anomaly/finding';
import { type RepeatFacts, repeatFinding } from '@/lib/domain/anomaly/repeats';
import type { Log } from './log';

const ROUND_MS = 5_000;
/** Every so many rounds, what is found is compared with the days before. */
const WHOLE_EVERY_ROUNDS = 12;
/** The same loop is written of so often at most, however fast its calls come. */
const REPORT_EVERY_MS = 1_000;
const REPORTS_MAX = 1_000;

/**
 * Looks every five seconds for what is unusual in the numbers of calls, on one node of all, and takes what the admission of this
 * node says of identical calls at once. What could not be written is found again: by the next round, or by the next call that
 * is refused.
 */
export class AnomalyWatch {
  readonly #reports = new Map<string, number>();
  readonly #writing = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> = Promise.resolve();
  #rounds = 0;
  #closed = false;
  #failing = false;

  constructor(
    private readonly context: () => RaiseContext,
    private readonly log: Log,
    private readonly roundMs = ROUND_MS,
  ) {}

  start(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#look().finally(() => this.start());
    }, this.roundMs);
    this.#timer.unref();
  }

  /** Identical calls reached their most. Returns at once. */
  report(facts: RepeatFacts): void {
    const key = subjectKey(facts.kind, facts.subject);
    const nowMs = performance.now();
    if (this.#closed || nowMs - (this.#reports.get(key) ?? Number.NEGATIVE_INFINITY) < REPORT_EVERY_MS) return;
    if (this.#reports.size >= REPORTS_MAX) this.#reports.clear();
    this.#reports.set(key, nowMs);
    const ctx = this.context();
    const writing = raiseFinding(ctx, repeatFinding(facts, ctx.now.getTime()))
      .then((raised) => this.#say(raised === null ? [] : [raised]))
      .catch((error: Error) => {
        this.#reports.delete(key);
        this.log.warn('An alert could not be written; the next such call tries again.', { error: error.message });
      })
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#round;
    await Promise.all(this.#writing);
  }

  async #look(): Promise<void> {
    try {
      this.#say(await watchRound(this.context(), this.#rounds++ % WHOLE_EVERY_ROUNDS === 0));
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.log.warn('Unusual calls could not be looked for; trying again.', { error: (error as Error).message });
      this.#failing = true;
    }
  }

  #say(raised: readonly Raised[]): void {
    for (const { alert, opened, restricted } of raised)
      if (opened || restricted)
        this.log.warn(restricted ? 'An agent was restricted, because its calls are unusual.' : 'Unusual calls.', { alert });
  }
}
