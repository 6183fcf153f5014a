import type { JsonObject } from '@/lib/kernel/json';
import type { GatewayPorts } from '../ports';
import type { ClientName, SessionStore } from '../sessions';
import { ClientTasks } from './client-tasks';
import type { MergedBody } from './merged-body';
import type { HeldLeg } from './opened';
import type { Reached } from './reach';

const IDLE_MS = 60 * 60 * 1000;
const SWEEP_EVERY_MS = 60 * 1000;
const PER_AGENT_MAX = 64;

/** A request of the client that runs at one server: which, and how to let go of it. */
export interface Running {
  readonly slug: string;
  /** Tells the server by a notification, where its revision has one; else `abort` does. */
  readonly notifies: boolean;
  abort(): void;
}

/** A legacy session with the aggregate, bound to an agent. The sessions at the servers are opened one by one, and end with it. */
export class AggregateSession {
  lastUsedMs: number;
  /** By server id. */
  readonly legs = new Map<string, HeldLeg>();
  /** By id key of the client's request. */
  readonly running = new Map<string, Running>();
  /** Streams of the client for what servers say by themselves; the newest is last. */
  readonly streams = new Set<MergedBody>();
  /** Told of each server that is ready. */
  readonly onReady = new Set<(serverId: string, late: boolean) => void>();
  readonly tasks = new ClientTasks();
  /** What `logging/setLevel` asked for; servers that come later are told. */
  level: string | null = null;

  constructor(
    readonly id: string,
    readonly agentId: string,
    readonly version: string,
    /** What the client declared, for the servers. */
    readonly profile: JsonObject,
    readonly client: ClientName | null,
    nowMs: number,
  ) {
    this.lastUsedMs = nowMs;
  }

  /** A message for the client that belongs to none of its requests; lost where no stream is open. */
  tell(bytes: Uint8Array): void {
    [...this.streams].at(-1)?.push(bytes);
  }
}

/** The sessions with the aggregate of this node, in memory like those with its servers. */
export class AggregateSessions {
  private readonly sessions = new Map<string, AggregateSession>();
  private sweptMs = 0;

  constructor(
    private readonly ports: GatewayPorts,
    private readonly inner: SessionStore,
  ) {}

  open(agentId: string, version: string, profile: JsonObject, client: ClientName | null): AggregateSession {
    const own = [...this.sessions.values()].filter((session) => session.agentId === agentId);
    if (own.length >= PER_AGENT_MAX) {
      const idle = own.filter((session) => session.streams.size === 0);
      this.end((idle.length > 0 ? idle : own).reduce((a, b) => (a.lastUsedMs <= b.lastUsedMs ? a : b)));
    }
    const session = new AggregateSession(this.ports.tokens.sessionId(), agentId, version, profile, client, this.ports.clock.nowMs());
    this.sessions.set(session.id, session);
    return session;
  }

  /** Another agent's session is as unknown as one that never was. */
  find(id: string, agentId: string): AggregateSession | null {
    const nowMs = this.ports.clock.nowMs();
    this.sweep(nowMs);
    const session = this.sessions.get(id);
    if (session === undefined || session.agentId !== agentId) return null;
    session.lastUsedMs = nowMs;
    return session;
  }

  /** Ends it here and at every server. */
  end(session: AggregateSession): void {
    this.sessions.delete(session.id);
    for (const stream of [...session.streams]) stream.close();
    for (const leg of session.legs.values()) this.endLeg(leg);
    session.legs.clear();
  }

  /** Ends what is open at servers that the agent does not reach any more, or reaches by another grant. */
  prune(session: AggregateSession, reached: readonly Reached[]): void {
    for (const [serverId, held] of session.legs) {
      if (reached.some(({ server, grant }) => server.id === serverId && grant.id === held.grantId)) continue;
      session.legs.delete(serverId);
      this.endLeg(held);
    }
  }

  private endLeg({ opening }: HeldLeg): void {
    void opening.then(({ sessionId }) => {
      if (sessionId !== null) this.inner.endById(sessionId);
    });
  }

  private sweep(nowMs: number): void {
    if (nowMs - this.sweptMs < SWEEP_EVERY_MS) return;
    this.sweptMs = nowMs;
    for (const session of [...this.sessions.values()]) {
      if (session.streams.size === 0 && nowMs - session.lastUsedMs > IDLE_MS) this.end(session);
    }
  }
}
