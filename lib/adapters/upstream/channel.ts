import type { GatewayLog } from '@/lib/gateway/ports';
import { UpstreamFailure, type UpstreamReply, type UpstreamRequest } from '@/lib/gateway/upstream-port';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { asksForLogs, ChannelAsks, progressTokenOf, withProgressToken } from './channel-asks';
import { ACCEPTED, HttpShapedReply, jsonReply, type ReplySink } from './channel-reply';
import { type Call, ChannelRouter, type ChannelState, type MessageRouter } from './channel-router';
import { SessionStreams, Subscriptions } from './channel-streams';
import { StatelessRouter, statusOfError } from './stateless-router';
import type { Wire } from './wire';

export interface ChannelLimits {
  /** Longest silence about a request; progress counts as a sign of life. */
  readonly callIdleMs: number;
  /** Bytes kept for one reader that is slower than the server. */
  readonly waitingBytesMax: number;
  /** How long a request of the server waits for a session to open its stream. */
  readonly askHoldMs: number;
}

/** The longest time that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Many clients on one two-way connection. Request ids and progress tokens are renamed on the way out and back, so that
 * each request is answered to the one who made it; what the server says on its own goes to the session it concerns.
 */
export class Channel {
  private readonly calls = new Map<number, Call>();
  private readonly sessions = new Set<string>();
  private readonly asks = new ChannelAsks();
  private readonly subscriptions = new Subscriptions();
  private readonly streams: SessionStreams;
  private readonly router: MessageRouter;
  private nextId = 1;
  private over: string | null = null;

  constructor(
    private readonly wire: Wire,
    capabilities: JsonObject,
    private readonly limits: ChannelLimits,
    log: GatewayLog,
    /** The server speaks the stateless revision on it: there are no sessions, and each request says for itself who asks. */
    private readonly stateless = false,
  ) {
    const { calls, sessions, asks, subscriptions } = this;
    const { askHoldMs } = limits;
    this.streams = new SessionStreams(limits.waitingBytesMax);
    const state: ChannelState = {
      calls,
      sessions,
      asks,
      subscriptions,
      streams: this.streams,
      capabilities,
      log,
      askHoldMs,
      forget: (call) => this.forget(call),
      answer: (...answers) => this.answer(answers),
    };
    this.router = stateless ? new StatelessRouter(state) : new ChannelRouter(state);
  }

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

  /** One message of the server; `text` exactly as it wrote it. */
  receive(message: JsonObject, text: string): void {
    this.router.receive(message, text);
  }

  /** A request of our own (initialize). Resolves with its result; rejects with `UpstreamFailure`. */
  ask(method: string, params: JsonObject, timeoutMs: number): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      const late = (): void => sink.fail(new UpstreamFailure(`The upstream did not answer ${method} within ${timeoutMs} ms.`, true));
      const deadline = setTimeout(late, timeoutMs);
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

  /** Sends a message that nobody waits for an answer to. */
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
    if (this.subscriptions.keepsAfter(message, sessionId)) return jsonReply(200, { jsonrpc: '2.0', id: message.id, result: {} });
    if (request.signal.aborted) throw new UpstreamFailure('The call was cancelled before it was sent.', false);
    let call: Call | null = null;
    const leave = (): void => {
      if (call !== null) this.fail(call, 'The caller is gone.', 'The call was cancelled.');
    };
    const sink = new HttpShapedReply(this.limits.waitingBytesMax, leave, this.stateless ? statusOfError : undefined);
    call = this.start(message, sessionId, sink, request.headers);
    request.signal.addEventListener('abort', leave, { once: true });
    call.release = () => request.signal.removeEventListener('abort', leave);
    return sink.reply;
  }

  /** The stream of a session; a second one takes the place of the first. */
  listen(sessionId: string, signal: AbortSignal): UpstreamReply {
    if (this.over !== null) throw new UpstreamFailure(this.over, false);
    this.attach(sessionId);
    const reply = this.streams.listen(sessionId, signal);
    this.router.release();
    return reply;
  }

  /** The session is over: its calls are cancelled, its questions withdrawn, its stream closed. */
  detach(sessionId: string): void {
    this.sessions.delete(sessionId);
    const unfollowed = this.subscriptions.forget(sessionId);
    for (const call of [...this.calls.values()]) {
      if (call.sessionId === sessionId) this.fail(call, 'The session ended.', 'The session ended.');
    }
    this.answer(this.asks.withdraw((ask) => ask.sessionId === sessionId, 'The client has left.'));
    this.streams.close(sessionId);
    if (this.over === null) for (const uri of unfollowed) this.unsubscribe(uri);
  }

  /** The connection is gone: everyone who waits is told, with what is known about their request. Idempotent. */
  end(sentence: string): void {
    if (this.over !== null) return;
    this.over = sentence;
    for (const call of [...this.calls.values()]) {
      this.forget(call);
      call.sink.fail(new UpstreamFailure(sentence, call.sent));
    }
    this.streams.closeAll();
    this.router.drop();
  }

  /** Nobody is left who would be told. No call waits for the answer, so that it holds nothing up. */
  private unsubscribe(uri: string): void {
    const id = this.nextId++;
    this.notify({ jsonrpc: '2.0', id, method: 'resources/unsubscribe', params: { uri } }).catch(() => undefined);
  }

  private start(message: JsonObject, sessionId: string | null, sink: ReplySink, headers?: Readonly<Record<string, string>>): Call {
    const id = this.nextId;
    this.nextId += 1;
    const clientToken = progressTokenOf(message);
    const renamed = { ...(clientToken === undefined ? message : withProgressToken(message, id)), id };
    const lasts = message.method === 'subscriptions/listen';
    const timer = setTimeout(() => this.onSilence(call), lasts ? LONGEST_MS : this.limits.callIdleMs).unref();
    const clientId = message.id ?? null;
    const wantsLogs = asksForLogs(message);
    const call: Call = { id, sessionId, clientId, clientToken, sink, timer, lasts, wantsLogs, sent: false, release: () => undefined };
    this.calls.set(id, call);
    this.subscriptions.note(message, sessionId);
    const sending = (): boolean => {
      // A caller that left while the message waited for its turn was told that nothing was sent.
      call.sent = this.calls.has(id);
      return call.sent;
    };
    this.wire.send(JSON.stringify(renamed), sending, headers).catch((error: unknown) => {
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
    // There is nothing that a client of the stateless revision could tell a server beside its requests.
    if (this.stateless) return ACCEPTED;
    // The server was initialised once, by us; a second notification would be a second initialisation to it.
    if (message.method === 'notifications/initialized') return ACCEPTED;
    if (message.method === 'notifications/cancelled') this.cancelAsked(isJsonObject(message.params) ? message.params : {}, sessionId);
    else await this.notify(message);
    return ACCEPTED;
  }

  private cancelAsked({ requestId, reason }: JsonObject, sessionId: string | null): void {
    // Without a session the same id may belong to anyone.
    if (sessionId === null) return;
    const call = [...this.calls.values()].find((one) => one.sessionId === sessionId && one.clientId === requestId);
    if (call === undefined) return;
    this.cancel(call, typeof reason === 'string' ? reason : undefined);
    if (call.sink instanceof HttpShapedReply) call.sink.finish();
  }

  private fail(call: Call, reason: string, sentence: string): void {
    if (!this.calls.has(call.id)) return;
    this.cancel(call, reason);
    call.sink.fail(new UpstreamFailure(sentence, call.sent));
  }

  /** Tells the server to stop, if it was told to begin. */
  private cancel(call: Call, reason: string | undefined): void {
    this.forget(call);
    if (!call.sent) return;
    const params: JsonObject = { requestId: call.id, ...(reason === undefined ? {} : { reason }) };
    this.notify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }).catch(() => undefined);
  }

  private onSilence(call: Call): void {
    // A call that waits for a person's answer is not silent because of the server.
    if (this.asks.hasOpen(call.id)) call.timer.refresh();
    else this.fail(call, 'Timed out.', `The upstream was silent for ${this.limits.callIdleMs} ms.`);
  }

  private forget(call: Call): void {
    clearTimeout(call.timer);
    this.calls.delete(call.id);
    call.release();
    this.answer(this.asks.withdraw((ask) => ask.callId === call.id, 'The call is over.'));
  }

  private answer(answers: readonly JsonObject[]): void {
    if (this.over !== null) return;
    for (const one of answers) this.notify(one).catch(() => undefined);
  }
}

function errorText(error: Json | undefined): string {
  const { code, message } = isJsonObject(error) ? error : ({} as JsonObject);
  return `${String(message ?? 'no reason given').slice(0, 500)}${typeof code === 'number' ? ` (${code})` : ''}`;
}
