import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from './denial';
import { endingWith } from './relayed-body';
import type { GatewayResponse } from './request';

type Answer = Result<GatewayResponse, Denial>;
const FULL = { message: 'This grant has as many streams open at this node as one may have. Close one, and open this one again.' };

/** Streams of servers to clients, each of which costs connections on both sides: one grant may have so many open at once. */
export class OpenStreams {
  private readonly byGrant = new Map<string, number>();

  constructor(private readonly perGrantMax: number) {}

  /** Opens one where there is room. What is opened counts until it has ended; an answer that is no stream, not at all. */
  async open(grantId: string, opening: () => Promise<Answer>): Promise<Answer> {
    const before = this.byGrant.get(grantId) ?? 0;
    if (before >= this.perGrantMax) return refuse('request.too_many', FULL);
    this.byGrant.set(grantId, before + 1);
    const leave = once(() => this.leave(grantId));
    try {
      const answer = await opening();
      const body = answer.ok ? answer.value.body : null;
      if (!answer.ok || body === null || typeof body === 'string') {
        leave();
        return answer;
      }
      return ok({ ...answer.value, body: endingWith(body, leave) });
    } catch (error) {
      leave();
      throw error;
    }
  }

  private leave(grantId: string): void {
    const left = (this.byGrant.get(grantId) ?? 1) - 1;
    if (left === 0) this.byGrant.delete(grantId);
    else this.byGrant.set(grantId, left);
  }
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (!done) run();
    done = true;
  };
}
