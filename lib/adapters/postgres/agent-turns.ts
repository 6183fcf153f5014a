import { LedgerUnavailable } from '@/lib/gateway/ports';

/** Who waits longer for the requests of the same agent before it is turned away: callers are answered within 2 s. */
const TURN_MS = 1_000;
const WAITING_MAX = 256;

/**
 * One request of an agent at a time on this node. The database has them wait for each other anyway; waiting here holds no
 * connection, so that an agent that asks without end does not keep the others from asking.
 */
export class AgentTurns {
  readonly #waiting = new Map<string, (() => void)[]>();

  async take<T>(agent: string, work: () => Promise<T>): Promise<T> {
    const queue = this.#waiting.get(agent);
    if (queue === undefined) this.#waiting.set(agent, []);
    else {
      if (queue.length >= WAITING_MAX) throw new LedgerUnavailable('too many requests of this agent wait to be asked');
      const fromMs = performance.now();
      await new Promise<void>((resolve) => queue.push(resolve));
      if (performance.now() - fromMs > TURN_MS) {
        this.#next(agent);
        throw new LedgerUnavailable('the requests of this agent take too long');
      }
    }
    try {
      return await work();
    } finally {
      this.#next(agent);
    }
  }

  #next(agent: string): void {
    const next = this.#waiting.get(agent)?.shift();
    if (next === undefined) this.#waiting.delete(agent);
    else next();
  }
}
