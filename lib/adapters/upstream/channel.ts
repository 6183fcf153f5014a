import { UpstreamFailure, type GatewayLog, type UpstreamReply, type UpstreamRequest } from '@/lib/gateway/ports';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { ByteQueue } from './byte-queue';
import { ChannelAsks, errorAnswer, mayBeAsked, progressTokenOf, withProgressToken } from './channel-asks';
import { ACCEPTED, HttpShapedReply, jsonReply, sseEvent, type ReplySink } from './channel-reply';
import { withId } from './response-id';
import type { Wire } from './wire';

export interface ChannelLimits {
  /** Longest silence about a request; progress counts as a sign of life. */
  readonly callIdleMs: number;
  /** Bytes kept for one reader that is slower than the server. */
  readonly waitingBytesMax: number;
  /** How long a request of the server waits for a session to open its stream. */
  readonly askHoldMs: number;
}

interface Call {
  readonly id: number;
  readonly sessionId: string | null;
  readonly clientId: Json;
  readonly clientToken: Json | undefined;
  readonly sink: ReplySink;
  readonly timer: NodeJS.Timeout;
  sent: boolean;
  release: () => void;
}

interface HeldAsk {
  readonly message: JsonObject;
  readonly text: string;
  readonly timer: NodeJS.Timeout;
}

/**
 * Many clients on one two-way connection. Request ids and progress tokens are renamed on the way out and back, so that
 * each request is answered to the one who made it; what the server says on its own goes to the session it concerns.
 */
export class Channel {
  private readonly calls = new Map<number, Call>();
  private readonly asks = new ChannelAsks();
  private readonly listeners = new Map<string, ByteQueue>();
  private readonly sessions = new Set<string>();
  /** Sessions that asked for updates of a resource; the server keeps one subscription for all of them. */
  private readonly subscribers = new Map<string, Set<string>>();
  private held: HeldAsk[] = [];
  private nextId = 1;
  private over: string | null = null;

  constructor(private readonly wire: Wire, private readonly capabilities: JsonObject, private readonly limits: ChannelLimits, private readonly log: GatewayLog) {}

  /** Someone still needs this connection. */
  get inUse(): boolean {
    return this.calls.size > 0 || this.sessions.size > 0;
  }

  get hasCalls(): boolean {
    return this.calls.size > 0;
  }

  attach(sessionId: string): void {
    this.sessions.add(sessionId);
  }

  /** A request of our own (initialize). Resolves with its result; rejects with `UpstreamFailure`. */
  ask(method: string, params: JsonObject, timeoutMs: number): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => sink.fail(new UpstreamFailure(`The upstream did not answer ${method} within ${timeoutMs} ms.`, true)), timeoutMs);
      const sink: ReplySink = {
        message: () => undefined,
        final: (text) => {
          clearTimeout(deadline);
          const { result, error } = JSON.parse(text) as JsonObject;
          if (isJsonObject(result)) resolve(result);
          else reject(new UpstreamFailure(`The upstream refused ${method}: ${errorText(error)}`, true));
        },
        fail: (failure) => {
          clearTimeout(deadline);
          reject(failure);
        },
      };
      this.start({ jsonrpc: '2.0', id: 0, method, params }, null, sink);
    });
  }

  notify(message: JsonObject): Promise<void> {
    return this.wire.send(JSON.stringify(message), () => true);
  }

  /** One message of a client, as a POST of Streamable HTTP is answered. */
  async post(message: JsonObject, request: UpstreamRequest): Promise<UpstreamReply> {
    if (this.over !== null) throw new UpstreamFailure(this.over, false);
    const sessionId = request.session?.id ?? null;
    if (sessionId !== null) this.attach(sessionId);
    if (typeof message.method !== 'string') return this.postAnswer(message, sessionId);
    if (message.id === undefined) return this.postNotification(message, sessionId);
    if (this.isSharedUnsubscribe(message, sessionId)) return jsonReply(200, { jsonrpc: '2.0', id: message.id, result: {} });
    if (request.signal.aborted) throw new UpstreamFailure('The call was cancelled before it was sent.', false);
    let call: Call | null = null;
    const leave = (): void => {
      if (call !== null) this.cancel(call, 'The caller is gone.', (one) => one.sink.fail(new UpstreamFailure('The call was cancelled.', one.sent)));
    };
    const sink = new HttpShapedReply(this.limits.waitingBytesMax, leave);
    call = this.start(message, sessionId, sink);
    request.signal.addEventListener('abort', leave, { once: true });
    call.release = () => request.signal.removeEventListener('abort', leave);
    return sink.reply;
  }

  /** The stream of a session; a second one takes the place of the first. */
  listen(sessionId: string, signal: AbortSignal): UpstreamReply {
    if (this.over !== null) throw new UpstreamFailure(this.over, false);
    this.attach(sessionId);
    this.listeners.get(sessionId)?.end();
    const close = (): void => {
      if (this.listeners.get(sessionId) === stream) this.listeners.delete(sessionId);
      stream.end();
    };
    const stream = new ByteQueue({ abandoned: close });
    this.listeners.set(sessionId, stream);
    if (signal.aborted) close();
    signal.addEventListener('abort', close, { once: true });
    const held = this.held;
    this.held = [];
    for (const one of held) {
      clearTimeout(one.timer);
      this.routeAsk(one.message, one.text);
    }
    return { status: 200, contentType: 'text/event-stream', sessionId: null, body: stream };
  }

  /** The session is over: its calls are cancelled, its questions withdrawn, its stream closed. */
  detach(sessionId: string): void {
    this.sessions.delete(sessionId);
    for (const subscribed of this.subscribers.values()) subscribed.delete(sessionId);
    for (const call of [...this.calls.values()]) {
      if (call.sessionId === sessionId) this.cancel(call, 'The session ended.', (one) => one.sink.fail(new UpstreamFailure('The session ended.', one.sent)));
    }
    this.answerAll(this.asks.withdraw((ask) => ask.sessionId === sessionId, 'The client has left.'));
    this.listeners.get(sessionId)?.end();
    this.listeners.delete(sessionId);
  }

  /** The connection is gone: everyone who waits is told, with what is known about their request. */
  fail(sentence: string): void {
    if (this.over !== null) return;
    this.over = sentence;
    for (const call of [...this.calls.values()]) {
      this.forget(call);
      call.sink.fail(new UpstreamFailure(sentence, call.sent));
    }
    for (const stream of this.listeners.values()) stream.end();
    this.listeners.clear();
    for (const one of this.held) clearTimeout(one.timer);
    this.held = [];
  }

  /** One message of the server. */
  receive(message: JsonObject, text: string): void {
    if (typeof message.method !== 'string') return this.receiveResponse(message, text);
    if (message.id === undefined) return this.receiveNotification(message, text);
    if (message.method === 'ping') return this.answerAll([{ jsonrpc: '2.0', id: message.id, result: {} }]);
    this.routeAsk(message, text);
  }

  // ------------------------------------------------------------ client to server

  private start(message: JsonObject, sessionId: string | null, sink: ReplySink): Call {
    const id = this.nextId;
    this.nextId += 1;
    const clientToken = progressTokenOf(message);
    const renamed = { ...(clientToken === undefined ? message : withProgressToken(message, id)), id };
    const timer = setTimeout(() => this.onSilence(call), this.limits.callIdleMs).unref();
    const call: Call = { id, sessionId, clientId: message.id ?? null, clientToken, sink, timer, sent: false, release: () => undefined };
    this.calls.set(id, call);
    this.rememberSubscription(message, sessionId);
    const sending = (): boolean => {
      call.sent = this.calls.has(id);
      return call.sent;
    };
    this.wire.send(JSON.stringify(renamed), sending).catch((error: unknown) => {
      this.forget(call);
      sink.fail(error instanceof UpstreamFailure ? error : new UpstreamFailure(String(error), call.sent));
    });
    return call;
  }

  private async postAnswer(message: JsonObject, sessionId: string | null): Promise<UpstreamReply> {
    const answer = this.asks.answer(message, sessionId);
    if (answer !== null) await this.notify(answer);
    return ACCEPTED;
  }

  private async postNotification(message: JsonObject, sessionId: string | null): Promise<UpstreamReply> {
    // The server was initialised once, by us; a second notification would be a second initialisation to it.
    if (message.method === 'notifications/initialized') return ACCEPTED;
    if (message.method !== 'notifications/cancelled') {
      await this.notify(message);
      return ACCEPTED;
    }
    // Without a session the same id may belong to anyone.
    if (sessionId === null) return ACCEPTED;
    const params = isJsonObject(message.params) ? message.params : {};
    for (const call of this.calls.values()) {
      if (call.sessionId !== sessionId || call.clientId !== params.requestId) continue;
      this.cancel(call, typeof params.reason === 'string' ? params.reason : undefined, ({ sink }) => {
        if (sink instanceof HttpShapedReply) sink.finish();
      });
      break;
    }
    return ACCEPTED;
  }

  private cancel(call: Call, reason: string | undefined, settle: (call: Call) => void): void {
    if (!this.calls.has(call.id)) return;
    this.forget(call);
    settle(call);
    if (!call.sent) return;
    this.notify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: call.id, ...(reason === undefined ? {} : { reason }) } }).catch(() => undefined);
  }

  private onSilence(call: Call): void {
    // A call that waits for a person's answer is not silent because of the server.
    if (this.asks.hasOpen(call.id)) return void call.timer.refresh();
    this.cancel(call, 'Timed out.', (one) => one.sink.fail(new UpstreamFailure(`The upstream was silent for ${this.limits.callIdleMs} ms.`, one.sent)));
  }

  private forget(call: Call): void {
    clearTimeout(call.timer);
    this.calls.delete(call.id);
    call.release();
    this.answerAll(this.asks.withdraw((ask) => ask.callId === call.id, 'The call is over.'));
  }

  private rememberSubscription(message: JsonObject, sessionId: string | null): void {
    const uri = isJsonObject(message.params) ? message.params.uri : undefined;
    if (message.method !== 'resources/subscribe' || sessionId === null || typeof uri !== 'string') return;
    this.subscribers.set(uri, (this.subscribers.get(uri) ?? new Set()).add(sessionId));
  }

  /** True when others are still subscribed, so that the server must not be told; forgets this session either way. */
  private isSharedUnsubscribe(message: JsonObject, sessionId: string | null): boolean {
    const uri = isJsonObject(message.params) ? message.params.uri : undefined;
    if (message.method !== 'resources/unsubscribe' || sessionId === null || typeof uri !== 'string') return false;
    const subscribed = this.subscribers.get(uri);
    subscribed?.delete(sessionId);
    return subscribed !== undefined && subscribed.size > 0;
  }

  // ------------------------------------------------------------ server to client

  private receiveResponse(message: JsonObject, text: string): void {
    // Some servers answer a number as a string; our ids are numbers, so nothing else can be meant.
    const call = this.calls.get(Number(message.id));
    if (call === undefined || message.id === null) return;
    this.forget(call);
    call.sink.final(withId(text, JSON.stringify(call.clientId)) ?? JSON.stringify({ ...message, id: call.clientId }));
  }

  private receiveNotification(message: JsonObject, text: string): void {
    const params = isJsonObject(message.params) ? message.params : {};
    if (message.method === 'notifications/progress') return this.receiveProgress(message, params);
    if (message.method === 'notifications/cancelled') return this.receiveCancelled(message, params);
    if (message.method === 'notifications/message') return this.receiveLog(text);
    const subscribed = message.method === 'notifications/resources/updated' ? this.subscribers.get(String(params.uri)) : undefined;
    for (const [sessionId, stream] of this.listeners) {
      if (subscribed === undefined || subscribed.has(sessionId)) this.tell(sessionId, stream, text);
    }
  }

  private receiveProgress(message: JsonObject, params: JsonObject): void {
    const call = this.calls.get(Number(params.progressToken));
    if (call === undefined || call.clientToken === undefined) return;
    call.timer.refresh();
    call.sink.message(JSON.stringify({ ...message, params: { ...params, progressToken: call.clientToken } }));
  }

  private receiveCancelled(message: JsonObject, params: JsonObject): void {
    const found = this.asks.find(params.requestId ?? null);
    if (found === null) return;
    const text = JSON.stringify({ ...message, params: { ...params, requestId: found.id } });
    const call = found.ask.callId === null ? undefined : this.calls.get(found.ask.callId);
    const stream = this.listeners.get(found.ask.sessionId);
    if (call !== undefined) call.sink.message(text);
    else if (stream !== undefined) this.tell(found.ask.sessionId, stream, text);
    this.asks.withdraw((ask) => ask === found.ask, '');
  }

  /** A log line does not say which call it is about; shown to the wrong session it would tell one agent about another. */
  private receiveLog(text: string): void {
    const owners = this.owners();
    if (owners.size > 1) return;
    if (owners.size === 1) return this.latestCall()?.sink.message(text);
    for (const [sessionId, stream] of this.listeners) this.tell(sessionId, stream, text);
  }

  private routeAsk(message: JsonObject, text: string): void {
    const serverId = message.id ?? null;
    const method = String(message.method);
    if (!mayBeAsked(method, this.capabilities)) return this.answerAll([errorAnswer(serverId, -32601, `The client did not declare what ${method} needs.`)]);
    const owners = this.owners();
    if (owners.size > 1) {
      // Guessing would show one agent's question, and the data in it, to another agent's user.
      this.log.warn('a request of the upstream was refused: several sessions have calls in flight', { method });
      return this.answerAll([errorAnswer(serverId, -32603, 'Several clients have calls in flight on this connection; it cannot be told whom this request is for.')]);
    }
    const call = this.latestCall();
    if (call !== undefined && call.sessionId !== null) {
      call.timer.refresh();
      return call.sink.message(this.renamedAsk(message, text, call.sessionId, call.id));
    }
    const [sessionId, stream] = [...this.listeners].at(-1) ?? [];
    if (sessionId !== undefined && stream !== undefined) return this.tell(sessionId, stream, this.renamedAsk(message, text, sessionId, null));
    if (this.sessions.size === 0 || call !== undefined) return this.answerAll([errorAnswer(serverId, -32601, 'No client is connected that could answer.')]);
    this.hold(message, text);
  }

  /** A session opens its stream only after its handshake; servers often ask for roots right before that. */
  private hold(message: JsonObject, text: string): void {
    const timer = setTimeout(() => {
      this.held = this.held.filter((one) => one.timer !== timer);
      this.answerAll([errorAnswer(message.id ?? null, -32603, 'No client listens that could answer.')]);
    }, this.limits.askHoldMs).unref();
    this.held.push({ message, text, timer });
  }

  private renamedAsk(message: JsonObject, text: string, sessionId: string, callId: number | null): string {
    const id = this.asks.add(message.id ?? null, sessionId, callId);
    return withId(text, JSON.stringify(id)) ?? JSON.stringify({ ...message, id });
  }

  private owners(): ReadonlySet<string | null> {
    return new Set([...this.calls.values()].map(({ sessionId }) => sessionId));
  }

  private latestCall(): Call | undefined {
    return [...this.calls.values()].at(-1);
  }

  private tell(sessionId: string, stream: ByteQueue, text: string): void {
    stream.push(sseEvent(text));
    if (stream.waitingBytes <= this.limits.waitingBytesMax) return;
    this.listeners.delete(sessionId);
    stream.fail(new UpstreamFailure('The client reads its stream more slowly than the upstream writes it.', true));
  }

  private answerAll(answers: readonly JsonObject[]): void {
    if (this.over !== null) return;
    for (const answer of answers) this.notify(answer).catch(() => undefined);
  }
}

function errorText(error: Json | undefined): string {
  const { code, message } = isJsonObject(error) ? error : ({} as JsonObject);
  return `${String(message ?? 'no reason given').slice(0, 500)}${typeof code === 'number' ? ` (${code})` : ''}`;
}
