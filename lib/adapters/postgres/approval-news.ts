import type { GatewayLog } from '@/lib/gateway/ports';
import type { ApprovalNotice } from './approval-connection';

/** While a request waits, that it was asked for again, opened by somebody or agreed to by one of two is told so often at most. */
const EVERY_MS = 1_000;

/**
 * Tells live pages of requests that changed. What ends the waiting is told at once; what happens while it goes on is
 * gathered, because an agent can repeat itself as fast as it likes.
 */
export class ApprovalNews {
  readonly #listeners = new Set<(notice: ApprovalNotice) => void>();
  /** Requests that were told of a moment ago, with what came since. */
  readonly #quiet = new Map<string, { timer: NodeJS.Timeout; since: ApprovalNotice | null }>();

  constructor(private readonly log: GatewayLog) {}

  /** Returns how to stop. */
  listen(listener: (notice: ApprovalNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  hear(notice: ApprovalNotice): void {
    const quiet = this.#quiet.get(notice.id);
    if (notice.status === 'pending') {
      if (quiet !== undefined) {
        quiet.since = notice;
        return;
      }
      const timer = setTimeout(() => this.#goOn(notice.id), EVERY_MS).unref();
      this.#quiet.set(notice.id, { timer, since: null });
    } else if (quiet !== undefined) quiet.since = null;
    this.#tell(notice);
  }

  close(): void {
    for (const { timer } of this.#quiet.values()) clearTimeout(timer);
    this.#quiet.clear();
  }

  #goOn(id: string): void {
    const since = this.#quiet.get(id)?.since ?? null;
    this.#quiet.delete(id);
    if (since !== null) this.hear(since);
  }

  #tell(notice: ApprovalNotice): void {
    for (const listener of this.#listeners) {
      try {
        listener(notice);
      } catch (error) {
        this.log.error('a listener of the approvals failed', { error: (error as Error).message });
      }
    }
  }
}
