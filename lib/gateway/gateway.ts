import { ok, type Result } from '@/lib/kernel/result';
import { Aggregate } from './aggregate/aggregate';
import { type Denial, refuse } from './denial';
import { newFacts, type RequestFacts, rpcIdOf } from './facts';
import type { ForwardContext } from './forward-context';
import { governedRequest } from './governed-request';
import { HeldBody } from './held-answer';
import { HeldCalls, HOLD_TIMES } from './held-calls';
import { type FaceHook, HttpSseFace } from './http-sse/face';
import { placeOf } from './http-sse/place';
import { ImplicitSessions } from './implicit-sessions';
import { initialize } from './initialize';
import { KeptAlive } from './kept-alive';
import { LeftCalls } from './left-calls';
import { listTargets } from './list-targets';
import { listTools } from './list-tools';
import { LiveCalls } from './live-calls';
import { OpenStreams } from './open-streams';
import type { GatewayPorts } from './ports';
import { Refusals } from './refusals';
import { relayNotification, relayResponse } from './relay';
import type { GatewayOptions, GatewayRequest, GatewayResponse } from './request';
import { logFailure, type RequestEnd, tellEnd } from './request-end';
import { endSession, listen } from './server-stream';
import { SessionStore } from './sessions';
import { decode } from './stages/decode';
import { type Granted, grant } from './stages/grant';
import { identify } from './stages/identify';
import { isAggregate } from './stages/present-grant';
import { type Edge, edgeOf, receive } from './stages/receive';
import { subscribe } from './subscription';
import { TaskOwners } from './task-owners';
import { callTool } from './tools-call';
import { beginTrace } from './trace';
import { LEGACY_VERSIONS, MODERN_VERSION, refuseVersion } from './wire/eras';

export const BODY_BYTES_MAX = 1024 * 1024;
const AGGREGATE_WAIT_MS = 8_000;
const SESSIONS_PER_GRANT_MAX = 256;
const DRAIN_MS = 10_000;
const DRAIN_POLL_MS = 25;

export interface Gateway {
  readonly bodyBytesMax: number;
  /** Answers one request. Never rejects: what goes wrong is an answer too. */
  handle(request: GatewayRequest): Promise<GatewayResponse>;
  /** Records a request that the host's HTTP parser turned away: there is a peer, and no method, path or body to speak of. */
  noteUnparsed(sourceIp: string | null): void;
  /** Refuses new requests and waits for calls on their way, at most `deadlineMs` (10 s unless told). */
  drain(deadlineMs?: number): Promise<{ readonly unfinished: number }>;
  /** For metrics and readiness. */
  load(): GatewayLoad;
}

/** What goes on in the gateway now. */
export interface GatewayLoad {
  /** Calls that were sent and have no outcome yet. */
  readonly calls: number;
  readonly sessions: number;
  /** Calls that wait for a person. */
  readonly held: number;
  /** Open streams of servers to clients. */
  readonly streams: number;
  readonly draining: boolean;
}

/** The data plane: everything it knows of the world comes through `ports`. */
export function createGateway(ports: GatewayPorts, options: GatewayOptions): Gateway {
  return new NodeGateway(ports, options);
}

const ANSWERED: RequestEnd = { decision: null, reason: null, outcome: null, event: null, httpStatus: null, failure: null };

class NodeGateway implements Gateway {
  readonly bodyBytesMax: number;
  private readonly edge: Edge;
  private readonly refusals: Refusals;
  private readonly context: ForwardContext;
  private readonly aggregate: Aggregate;
  private readonly httpSse: HttpSseFace;
  private readonly streams = new Set<() => void>();
  private readonly openStreams: OpenStreams;
  private calls = 0;
  private deciding = 0;
  private draining = false;

  constructor(
    private readonly ports: GatewayPorts,
    options: GatewayOptions,
  ) {
    this.bodyBytesMax = options.bodyBytesMax ?? BODY_BYTES_MAX;
    this.edge = edgeOf(options);
    this.refusals = new Refusals(ports, options.publicUrl);
    const perGrantMax = options.sessionsPerGrantMax ?? SESSIONS_PER_GRANT_MAX;
    // Sessions that made room still have their streams for a moment.
    this.openStreams = new OpenStreams(2 * perGrantMax);
    const sessions = new SessionStore(ports, perGrantMax);
    this.context = {
      ports,
      sessions,
      implicit: new ImplicitSessions(ports, sessions),
      publicUrl: options.publicUrl,
      held: new HeldCalls(),
      live: new LiveCalls(),
      left: new LeftCalls(),
      tasks: new TaskOwners(ports),
      holdTimes: { ...HOLD_TIMES, ...options.holdTimes },
      answerRefusal: (facts, denial) => this.refusals.answer(facts, denial),
      underWay: (work) => this.underWay(work),
      onSent: () => this.calls++,
      onSettled: () => this.calls--,
    };
    this.aggregate = new Aggregate({
      ports,
      handle: (request) => this.handle(request),
      inner: sessions,
      open: this.streams,
      waitMs: options.aggregateWaitMs ?? AGGREGATE_WAIT_MS,
      version: options.productVersion ?? '1',
    });
    this.httpSse = new HttpSseFace({
      context: this.context,
      open: this.streams,
      perGrantMax,
      walk: (request, hook) => this.answer(request, hook),
    });
    ports.snapshots.onChange((snapshot) => this.context.live.stopKilled(snapshot));
  }

  handle(request: GatewayRequest): Promise<GatewayResponse> {
    const place = request.leg === undefined ? placeOf(request) : null;
    const isFace = place !== null && request.method === (place.kind === 'sse' ? 'GET' : 'POST');
    return isFace ? this.httpSse.answer(request, place) : this.answer(request, null);
  }

  private async answer(request: GatewayRequest, hook: FaceHook | null): Promise<GatewayResponse> {
    const facts = newFacts(request, this.ports.clock.monotonicMs());
    try {
      const answered = await this.walk(facts, hook);
      if (!answered.ok) return await this.refusals.answer(facts, answered.error);
      // A call ends with its outcome, perhaps long after its answer has begun.
      if (facts.message?.method !== 'tools/call' && facts.target === null)
        tellEnd(facts, this.ports, { ...ANSWERED, httpStatus: answered.value.status });
      // What the aggregate endpoint asks of itself reaches no client, and what goes to a stream of HTTP+SSE is kept alive there.
      const isInner = request.leg !== undefined || hook?.granted !== undefined;
      return isInner ? answered.value : this.keptAlive(answered.value);
    } catch (error) {
      logFailure(facts, this.ports, error);
      const body = {
        jsonrpc: '2.0',
        id: rpcIdOf(facts),
        error: { code: -32603, message: 'The gateway failed; the fault is recorded in its log.' },
      };
      return { status: 500, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    }
  }

  /** A stream is never silent for long; an answer that is no stream stays as it is. */
  private keptAlive(answer: GatewayResponse): GatewayResponse {
    const { body, headers } = answer;
    if (body === null || typeof body === 'string' || headers['content-type'] !== 'text/event-stream') return answer;
    // It tells its reader by itself what it waits for.
    if (body instanceof HeldBody) return answer;
    return { ...answer, body: new KeptAlive(body[Symbol.asyncIterator](), this.context.holdTimes.commentEveryMs) };
  }

  noteUnparsed(sourceIp: string | null): void {
    const { signal } = new AbortController();
    const nothing = { method: '', path: '', query: '', headers: [], body: null, sourceIp, signal };
    const denial = refuse('request.malformed', { message: 'The HTTP message is malformed.' }).error;
    void this.refusals.answer(newFacts(nothing, this.ports.clock.monotonicMs()), denial);
  }

  /** The part of the walk that every request takes; each kind goes on from a grant. */
  private async walk(facts: RequestFacts, hook: FaceHook | null): Promise<Result<GatewayResponse, Denial>> {
    if (this.draining) return refuse('gateway.draining');
    const received = receive(facts, this.edge);
    if (!received.ok) return received;
    const identified = await identify(received.value, this.ports, this.context.publicUrl);
    if (!identified.ok) return identified;
    hook?.identified?.(identified.value);
    if (isAggregate(facts.request)) return this.aggregate.answer(identified.value);
    if (facts.request.method !== 'POST') {
      const stream = grant(identified.value, this.ports, this.context.sessions);
      if (!stream.ok) return stream;
      if (hook?.open !== undefined) return ok(hook.open(stream.value));
      if (facts.request.method !== 'GET') return endSession(stream.value, this.context);
      return this.openStreams.open(stream.value.grant.id, () => listen(stream.value, this.context, this.streams));
    }
    const decoded = decode(identified.value);
    if (!decoded.ok) return decoded;
    const granted = grant(decoded.value, this.ports, this.context.sessions);
    if (!granted.ok) return granted;
    const letIn = hook?.granted?.(granted.value);
    if (letIn?.ok === false) return letIn;
    beginTrace(facts, this.ports);
    this.ports.onUse?.(granted.value.grant.id, facts.client, facts.request.sourceIp, granted.value.message.method);
    return this.dispatch(granted.value);
  }

  private dispatch(call: Granted): Result<GatewayResponse, Denial> | Promise<Result<GatewayResponse, Denial>> {
    const { server } = call;
    if (call.era === 'modern' && server.target.transport !== 'http') return this.dispatchByPipe(call);
    return this.route(call);
  }

  /** A pipe speaks the stateless revision only where its server does; a client of both eras falls back to initialize. */
  private async dispatchByPipe(call: Granted): Promise<Result<GatewayResponse, Denial>> {
    const speaks = await this.ports.upstreams.speaksStateless?.(call.server.target);
    return speaks ? this.route(call) : refuseVersion(MODERN_VERSION, LEGACY_VERSIONS);
  }

  private route(call: Granted): Result<GatewayResponse, Denial> | Promise<Result<GatewayResponse, Denial>> {
    const { message } = call;
    const { context } = this;
    if (message.kind === 'response') return relayResponse(call, context);
    if (message.kind === 'notification') return relayNotification(call, context);
    switch (message.method) {
      case 'tools/call':
        return callTool(call, context);
      case 'tools/list':
        return listTools(call, context);
      case 'resources/list':
      case 'resources/templates/list':
      case 'prompts/list':
        return listTargets(call, context);
      case 'initialize':
        return initialize(call, context);
      case 'subscriptions/listen':
        return this.openStreams.open(call.grant.id, () => subscribe(call, context, this.streams));
      default:
        return governedRequest(call, context);
    }
  }

  private async underWay<T>(work: Promise<T>): Promise<T> {
    this.deciding++;
    try {
      return await work;
    } finally {
      this.deciding--;
    }
  }

  async drain(deadlineMs = DRAIN_MS): Promise<{ readonly unfinished: number }> {
    this.draining = true;
    for (const close of [...this.streams]) close();
    const { held } = this.context;
    held.drain();
    const until = this.ports.clock.monotonicMs() + deadlineMs;
    while (this.deciding + this.calls + held.size > 0 && this.ports.clock.monotonicMs() < until)
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    return { unfinished: Math.max(this.calls, this.deciding) };
  }

  load(): GatewayLoad {
    const { sessions, held } = this.context;
    return { calls: this.calls, sessions: sessions.size, held: held.size, streams: this.streams.size, draining: this.draining };
  }
}
