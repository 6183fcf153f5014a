import { type Refused, type RpcId, refuse } from '../denial';
import type { ForwardContext } from '../forward-context';
import { subjectOf } from '../live-calls';
import { discard } from '../relayed-body';
import type { GatewayResponse } from '../request';
import { listen } from '../server-stream';
import type { Granted, GrantedStream } from '../stages/grant';
import { stillGranted } from '../still-granted';
import { LEGACY_VERSIONS, MODERN_VERSION, refuseVersion } from '../wire/eras';
import { encodeEvent } from '../wire/sse';
import { EventQueue } from './event-queue';
import { HeldSession } from './held-session';
import { type Passed, passEvents } from './pass-events';
import { endpointOf } from './place';
import { relayAnswer } from './relay-answer';

/** Requests of one client that wait for an answer. */
const PENDING_MAX = 64;
/** The credential is looked at with each new configuration, and as often besides, since grants end by the clock. */
const LOOK_EVERY_MS = 15_000;
/** A stream that is about to end gives the calls on their way this long to answer: they are stopped, or let finish. */
const STOPPED_MS = 1_000;
const DRAINED_MS = 10_000;
/** A server that closes its stream expects its client back. */
const AGAIN_MS = 1_000;

/** What streams need of the gateway. */
export interface StreamParts {
  readonly context: ForwardContext;
  /** How to end what is open when the gateway stops. */
  readonly open: Set<() => void>;
  /** Told once of each stream that has ended. */
  readonly forget: (stream: ClientStream) => void;
}

/**
 * The stream of one client of HTTP+SSE: it carries the answers to the messages that the client posts, and what the server says
 * by itself. Lives as long as the grant that opened it may be used, and takes its session with the server along.
 */
export class ClientStream {
  readonly id: string;
  readonly grantId: string;
  readonly body: EventQueue;
  lastUsedMs: number;
  private readonly controller = new AbortController();
  private readonly held: HeldSession;
  private readonly sources = new Set<AsyncIterator<Uint8Array>>();
  private readonly undo: (() => void)[];
  /** The newest request that proved who the client is. */
  private proof: GrantedStream;
  private pending = 0;
  private ending = false;
  private following = false;

  constructor(
    call: GrantedStream,
    private readonly parts: StreamParts,
  ) {
    const { context, open } = parts;
    const { ports, sessions, live } = context;
    this.id = ports.tokens.sessionId();
    this.grantId = call.grant.id;
    this.lastUsedMs = ports.clock.nowMs();
    this.proof = proofOf(call);
    this.held = new HeldSession(sessions, () => this.finish(STOPPED_MS));
    this.body = new EventQueue(() => this.ended());
    const drain = (): void => this.finish(DRAINED_MS);
    const leave = (): void => this.body.drop();
    const timer = setInterval(this.look, LOOK_EVERY_MS);
    (timer as { unref?: () => void }).unref?.();
    open.add(drain);
    const { signal } = call.request;
    this.undo = [
      () => open.delete(drain),
      () => clearInterval(timer),
      () => signal.removeEventListener('abort', leave),
      live.add({ subject: subjectOf(this.proof), stop: () => this.finish(STOPPED_MS) }),
      ports.snapshots.onChange(this.look),
    ];
    void this.body.write(encodeEvent(endpointOf(call.slug, this.id), { id: null, event: 'endpoint' }));
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }

  /** Aborts when the stream has ended. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Of the session at the server's own endpoint; null before `initialize` was answered. */
  get sessionId(): string | null {
    return this.held.id;
  }

  /** Whether the stream takes this message. A request that it takes has to be given to `take`. */
  admit(call: Granted): Refused | null {
    if (call.grant.id !== this.grantId || this.ending || this.body.isOver) return refuse('request.unknown_session');
    if (call.era === 'modern') return refuseVersion(MODERN_VERSION, LEGACY_VERSIONS);
    if (call.message.kind === 'request') {
      if (this.pending >= PENDING_MAX) return refuse('request.too_many');
      this.pending++;
    }
    this.proof = proofOf(call);
    this.lastUsedMs = this.parts.context.ports.clock.nowMs();
    return null;
  }

  /** The answer to a request that was admitted. */
  async take(call: Granted, answering: Promise<GatewayResponse>): Promise<void> {
    try {
      const answer = await answering;
      const id = call.message.method === 'initialize' ? answer.headers['mcp-session-id'] : undefined;
      if (id !== undefined) this.held.hold(id, call, this.parts.context.ports.clock.nowMs());
      if (!this.body.isOver) return await relayAnswer(this, call, answer);
      this.held.leave();
      if (answer.body !== null && typeof answer.body !== 'string') discard(answer.body);
    } finally {
      this.pending--;
      if (this.ending && this.pending === 0) this.body.close();
    }
  }

  async say(data: string): Promise<boolean> {
    this.look();
    return this.body.write(encodeEvent(data));
  }

  async pass(source: AsyncIterator<Uint8Array>, id: RpcId | null): Promise<Passed> {
    this.sources.add(source);
    try {
      return await passEvents(source, id, (data) => this.say(data));
    } finally {
      this.sources.delete(source);
    }
  }

  async resume(lastId: string): Promise<AsyncIterator<Uint8Array> | null> {
    await after(AGAIN_MS);
    return this.listen(lastId);
  }

  /** Passes on what the server says by itself, for as long as it has a stream for that. The client has told it to begin. */
  async follow(): Promise<void> {
    if (this.following) return;
    this.following = true;
    let source = await this.listen(null);
    while (source !== null) {
      const { lastId } = await this.pass(source, null);
      this.look();
      await after(AGAIN_MS);
      source = await this.listen(lastId);
    }
    this.following = false;
  }

  private async listen(lastEventId: string | null): Promise<AsyncIterator<Uint8Array> | null> {
    const { proof, signal, parts } = this;
    const session = this.held.session;
    if (session === null || this.ending || this.body.isOver) return null;
    const request = { ...proof.request, method: 'GET', body: null, signal };
    const call: GrantedStream = { ...proof, request, session, headers: { ...proof.headers, lastEventId } };
    const answered = await listen(call, parts.context, parts.open);
    if (!answered.ok || answered.value.body === null || typeof answered.value.body === 'string') return null;
    return answered.value.body[Symbol.asyncIterator]();
  }

  /** Takes no more requests, and ends once those on their way are answered, within `ms` at most. */
  private finish(ms: number): void {
    if (this.ending || this.body.isOver) return;
    this.ending = true;
    if (this.pending === 0) {
      this.body.close();
      return;
    }
    const timer = setTimeout(() => this.body.drop(), ms);
    (timer as { unref?: () => void }).unref?.();
    this.undo.push(() => clearTimeout(timer));
  }

  private readonly look = (): void => {
    const { ports } = this.parts.context;
    // A node that cannot confirm its state lets no message in; whoever is connected may be so when it can again.
    if (ports.snapshots.current() !== null && !stillGranted(this.proof, ports)) this.body.drop();
  };

  private ended(): void {
    for (const undo of this.undo) undo();
    this.controller.abort();
    for (const source of this.sources) void source.return?.()?.catch(() => {});
    this.held.leave();
    this.parts.forget(this);
  }
}

/** What a request said of its sender; what it asked for is another matter. */
function proofOf(call: Granted | GrantedStream): GrantedStream {
  return { ...call, message: null, decision: null, target: null, span: null, hop: null };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    (timer as { unref?: () => void }).unref?.();
  });
}
