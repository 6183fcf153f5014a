import type { EventOutcome } from '@/lib/domain/audit-event';
import type { ResultFlag } from '@/lib/domain/result-flags';
import type { JsonObject } from '@/lib/kernel/json';
import type { RpcId } from './denial';
import type { GatewayPorts } from './ports';
import type { ClientProfile, UpstreamSession, UpstreamTarget } from './upstream-port';
import { idKey } from './wire/json-rpc';

const IDLE_MS = 60 * 60 * 1000;
const SWEEP_EVERY_MS = 60 * 1000;
const EXPECTED_MAX = 1000;

export interface ClientName {
  readonly name: string;
  readonly version: string;
}

/** A forwarded call whose outcome is not known yet. */
export interface OpenCall {
  cancelled: boolean;
  settle(outcome: EventOutcome, httpStatus: number | null, note?: string | null): void;
  settleSniffed(sniffed: 'ok' | 'tool_error' | 'rpc_error', httpStatus: number | null): void;
  /** Notes what was seen in the answer. */
  flag(flags: readonly ResultFlag[]): void;
  /** Lets go of the upstream's answer, if it is still being waited for. */
  abort(): void;
}

/** A legacy session: ours toward the client, bound to one grant and one server, and its counterpart at the upstream. */
export class Session {
  lastUsedMs: number;
  /** Streams that are open now; a session with one is in use, however quiet. */
  openStreams = 0;
  /** What `initialize` agreed on; the client need not repeat it. */
  version: string | null = null;
  /** Told once the session is forgotten, by whoever keeps a client's stream for it. */
  onDropped: (() => void) | null = null;
  /** Calls that were sent and have no outcome yet, by id key: a result may arrive on any stream of the session. */
  readonly calls = new Map<string, OpenCall>();
  /** Calls that wait for a person, by type and id: how to let go of one. */
  readonly held = new Map<string, () => void>();
  /** Answers of ours to calls that a kill switch stopped, by id key: a result that the server still sends is replaced. */
  private readonly stopped = new Map<string, string>();
  private readonly expected = new Set<string>();
  private readonly ownExpected = new Set<string>();

  constructor(
    readonly upstream: UpstreamSession,
    readonly grantId: string,
    readonly target: UpstreamTarget,
    readonly client: ClientName | null,
    nowMs: number,
  ) {
    this.lastUsedMs = nowMs;
  }

  get id(): string {
    return this.upstream.id;
  }

  /** A call with this id begins: what was stopped under the same id before is forgotten. */
  began(key: string): void {
    this.stopped.delete(key);
  }

  /** A kill switch stopped the call; `answer` is the refusal, as the text of a JSON-RPC response. */
  stop(key: string, answer: string): void {
    if (this.stopped.size >= EXPECTED_MAX) this.stopped.delete(this.stopped.keys().next().value as string);
    this.stopped.set(key, answer);
  }

  /** What a client gets instead of the result of a stopped call; undefined for every other one. */
  answerInstead(id: RpcId): string | undefined {
    return this.stopped.get(idKey(id));
  }

  /** The upstream asked the client something: one response with this id may come. */
  expectResponse(id: RpcId): void {
    if (this.expected.size >= EXPECTED_MAX) this.expected.delete(this.expected.values().next().value as string);
    this.expected.add(idKey(id));
  }

  /** The gateway itself asked the client something: one response with this id may come, and goes no further. */
  expectOwnResponse(id: RpcId): void {
    if (this.ownExpected.size >= EXPECTED_MAX) this.ownExpected.delete(this.ownExpected.values().next().value as string);
    this.ownExpected.add(idKey(id));
  }

  /** true once for each request of our own. */
  takeOwnExpected(id: RpcId): boolean {
    return this.ownExpected.delete(idKey(id));
  }

  /** true once for each request that the upstream sent. */
  takeExpected(id: RpcId): boolean {
    return this.expected.delete(idKey(id));
  }
}

/** The legacy sessions of this node, in memory: the load balancer keeps a session on its node, and 404 makes a client start anew. */
export class SessionStore {
  private readonly sessions = new Map<string, Session>();
  private sweptMs = 0;

  constructor(
    private readonly ports: GatewayPorts,
    private readonly perGrantMax: number,
  ) {}

  get size(): number {
    return this.sessions.size;
  }

  /** A session that `find` does not know yet: it counts once its `initialize` succeeded (`keep`). */
  open(grantId: string, target: UpstreamTarget, profile: ClientProfile, client: ClientName | null): Session {
    const upstream = { id: this.ports.tokens.sessionId(), profile, upstreamId: null };
    return new Session(upstream, grantId, target, client, this.ports.clock.nowMs());
  }

  keep(session: Session): void {
    this.makeRoom(session.grantId);
    this.sessions.set(session.id, session);
  }

  find(id: string, grantId: string, serverId: string, nowMs: number): Session | null {
    this.sweep(nowMs);
    const session = this.sessions.get(id);
    if (session === undefined || session.grantId !== grantId || session.target.serverId !== serverId) return null;
    session.lastUsedMs = nowMs;
    return session;
  }

  /** Forgets the session; calls of it without an outcome are settled as unknown, those that wait for a person are let go of. The upstream is not told. */
  drop(session: Session): void {
    this.sessions.delete(session.id);
    session.onDropped?.();
    for (const leave of [...session.held.values()]) leave();
    for (const call of [...session.calls.values()]) {
      call.settle('unknown', null, 'The session ended before the result came.');
      // Nobody can fetch the answer any more, and a server that never gives one would keep a connection that others need.
      call.abort();
    }
  }

  /** Forgets the session and tells the upstream without waiting. */
  end(session: Session): void {
    this.drop(session);
    this.ports.upstreams.end(session.target, session.upstream).catch(() => {});
  }

  /** The same for a session of which only the id is at hand; nothing when it is gone. */
  endById(id: string): void {
    const session = this.sessions.get(id);
    if (session !== undefined) this.end(session);
  }

  private makeRoom(grantId: string): void {
    const own = [...this.sessions.values()].filter((session) => session.grantId === grantId);
    if (own.length < this.perGrantMax) return;
    const idle = own.filter((session) => session.openStreams === 0);
    const oldest = (idle.length > 0 ? idle : own).reduce((a, b) => (a.lastUsedMs <= b.lastUsedMs ? a : b));
    this.end(oldest);
  }

  private sweep(nowMs: number): void {
    if (nowMs - this.sweptMs < SWEEP_EVERY_MS) return;
    this.sweptMs = nowMs;
    for (const session of [...this.sessions.values()]) {
      if (session.openStreams === 0 && nowMs - session.lastUsedMs > IDLE_MS) this.end(session);
    }
  }
}

/** What the client declared in the params of `initialize`. */
export function profileOf(params: JsonObject): ClientProfile {
  const object = (value: unknown): JsonObject =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
  return {
    protocolVersion: typeof params.protocolVersion === 'string' ? params.protocolVersion : '',
    capabilities: object(params.capabilities),
    clientInfo: object(params.clientInfo),
  };
}
