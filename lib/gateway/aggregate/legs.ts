import type { Era } from '@/lib/domain/mcp/methods';
import type { Identified } from '../stages/identify';
import type { AggregateSession } from './aggregate-sessions';
import type { LegAddress } from './leg-request';
import type { OpenLeg } from './open-leg';
import type { HeldLeg, Opened } from './opened';
import type { Reached } from './reach';

/** A server that is ready to be asked. */
export interface Leg extends LegAddress {
  readonly reached: Reached;
  readonly opened: Opened;
}

/** What a server without a session can do is learned again after this time: it may have learned a newer revision. */
const LEARNED_MS = 5 * 60 * 1000;
/** A server that could not be reached is tried again after this time. */
const FAILED_MS = 2_000;
const LEARNED_MAX = 5_000;

/** The servers as the aggregate has opened them: a session each in a session of the client, and once for everybody else. */
export class Legs {
  private readonly learned = new Map<string, HeldLeg>();

  constructor(
    private readonly open: OpenLeg,
    private readonly monotonicMs: () => number,
    private readonly waitMs: number,
  ) {}

  /** The server, opened if it was not. Waits for as long as opening takes; never rejects. */
  async leg(call: Identified, reached: Reached, session: AggregateSession | null): Promise<Leg> {
    return legOf(reached, await this.held(call, reached, session).opening);
  }

  /** The same, or null when it takes longer than the aggregate waits; one that is slow for long is not waited for again. */
  async soon(call: Identified, reached: Reached, session: AggregateSession | null): Promise<Leg | null> {
    const held = this.held(call, reached, session);
    const left = Math.max(Math.min(100, this.waitMs), held.begunMs + this.waitMs - this.monotonicMs());
    const opened = held.opened ?? (await Promise.race([held.opening, after(left)]));
    return opened === null ? null : legOf(reached, opened);
  }

  /** The session at this server is gone: the next request opens another, unless that has happened already. */
  forget({ reached, opened }: Leg, session: AggregateSession | null): void {
    const { id } = reached.server;
    if (session !== null && session.legs.get(id)?.opened === opened) session.legs.delete(id);
    if (session !== null) return;
    for (const era of ['legacy', 'modern'] as const) {
      const key = keyOf(era, reached);
      if (this.learned.get(key)?.opened === opened) this.learned.delete(key);
    }
  }

  private held(call: Identified, reached: Reached, session: AggregateSession | null): HeldLeg {
    const { server, grant } = reached;
    const key = keyOf(call.era ?? 'legacy', reached);
    const known = session === null ? this.learned.get(key) : session.legs.get(server.id);
    if (known !== undefined && known.grantId === grant.id && known.revision === server.target.revision && !this.isStale(known, session))
      return known;
    const opening = this.open(call, reached, session);
    const held: HeldLeg = { grantId: grant.id, revision: server.target.revision, opening, begunMs: this.monotonicMs(), opened: null };
    if (session !== null) session.legs.set(server.id, held);
    else this.remember(key, held);
    void opening.then((opened) => {
      held.opened = opened;
      const late = this.monotonicMs() - held.begunMs > this.waitMs;
      if (session !== null && opened.failure === null) for (const told of session.onReady) told(server.id, late);
    });
    return held;
  }

  private isStale(held: HeldLeg, session: AggregateSession | null): boolean {
    if (held.opened === null) return false;
    const age = this.monotonicMs() - held.begunMs;
    return held.opened.failure === null ? session === null && age > LEARNED_MS : age > FAILED_MS;
  }

  private remember(key: string, held: HeldLeg): void {
    this.learned.delete(key);
    if (this.learned.size >= LEARNED_MAX) this.learned.delete(this.learned.keys().next().value as string);
    this.learned.set(key, held);
  }
}

/** What a client of one era learns of a server that has both is nothing for clients of the other. */
const keyOf = (era: Era, { server, grant }: Reached): string => `${era}\n${grant.id}\n${server.id}`;

/** Whether an answer with this status says that the session at the server is gone, and so that nothing was done. */
export const isLost = (leg: LegAddress, status: number): boolean => status === 404 && leg.sessionId !== null;

function legOf(reached: Reached, opened: Opened): Leg {
  return { slug: reached.server.slug, era: opened.era, sessionId: opened.sessionId, reached, opened };
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ms);
    (timer as { unref?: () => void }).unref?.();
  });
}
