import type { GatewayLog } from '@/lib/gateway/ports';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { type ChannelAsks, errorAnswer, mayBeAsked } from './channel-asks';
import type { ReplySink } from './channel-reply';
import type { SessionStreams, Subscriptions } from './channel-streams';
import { withId } from './response-id';

/** One request of a client that is out with the server. */
export interface Call {
  /** The id that the server knows it by; also its progress token there. */
  readonly id: number;
  readonly sessionId: string | null;
  readonly clientId: Json;
  readonly clientToken: Json | undefined;
  readonly sink: ReplySink;
  readonly timer: NodeJS.Timeout;
  /** A subscription: it may be silent for as long as it likes. */
  readonly lasts: boolean;
  /** It asked for log lines, which requests of the stateless revision do each for itself. */
  readonly wantsLogs: boolean;
  /** A byte of it may have left. */
  sent: boolean;
  release: () => void;
}

/** What a channel knows, as far as finding the client that a message is for needs it. */
export interface ChannelState {
  readonly calls: ReadonlyMap<number, Call>;
  readonly sessions: ReadonlySet<string>;
  readonly asks: ChannelAsks;
  readonly streams: SessionStreams;
  readonly subscriptions: Subscriptions;
  /** What the clients of this channel declared. */
  readonly capabilities: JsonObject;
  readonly log: GatewayLog;
  readonly askHoldMs: number;
  /** The call has its response. */
  forget(call: Call): void;
  /** Sends answers to requests of the server. */
  answer(...answers: readonly JsonObject[]): void;
}

/** Finds who a message of the server is for. */
export interface MessageRouter {
  /** `text` is the message exactly as the server wrote it. */
  receive(message: JsonObject, text: string): void;
  /** A session listens now: what was held for one is brought. */
  release(): void;
  /** Forgets what is held; the server is gone. */
  drop(): void;
}

interface HeldAsk {
  readonly message: JsonObject;
  readonly text: string;
  readonly timer: NodeJS.Timeout;
}

/**
 * Brings each message of a server to the client that it concerns. A message that does not say whom it concerns is shown
 * to a session only when it can be about no other: the sessions of a channel belong to different agents.
 */
export class ChannelRouter implements MessageRouter {
  private held: HeldAsk[] = [];

  constructor(private readonly state: ChannelState) {}

  receive(message: JsonObject, text: string): void {
    if (typeof message.method !== 'string') this.response(message, text);
    else if (message.id === undefined) this.notification(message, text);
    else if (message.method === 'ping') this.state.answer({ jsonrpc: '2.0', id: message.id, result: {} });
    else this.ask(message, text);
  }

  release(): void {
    const held = this.held;
    this.drop();
    for (const { message, text } of held) this.ask(message, text);
  }

  drop(): void {
    for (const { timer } of this.held) clearTimeout(timer);
    this.held = [];
  }

  private response(message: JsonObject, text: string): void {
    // Some servers answer a number as a string; our ids are numbers, so nothing else can be meant.
    const call = message.id === null ? undefined : this.state.calls.get(Number(message.id));
    if (call === undefined) return;
    this.state.forget(call);
    call.sink.final(withId(text, JSON.stringify(call.clientId)) ?? JSON.stringify({ ...message, id: call.clientId }));
  }

  private notification(message: JsonObject, text: string): void {
    const params = isJsonObject(message.params) ? message.params : {};
    if (message.method === 'notifications/progress') this.progress(message, params);
    else if (message.method === 'notifications/cancelled') this.cancelled(message, params);
    else if (message.method === 'notifications/message') this.logLine(text);
    else {
      const concerned = this.state.subscriptions.concernedBy(message);
      if (concerned === null) this.state.streams.tellAll(text);
      else for (const sessionId of concerned) this.state.streams.tell(sessionId, text);
    }
  }

  private progress(message: JsonObject, params: JsonObject): void {
    const call = this.state.calls.get(Number(params.progressToken));
    if (call === undefined || call.clientToken === undefined) return;
    call.timer.refresh();
    call.sink.message(JSON.stringify({ ...message, params: { ...params, progressToken: call.clientToken } }));
  }

  /** The server withdraws a request of its own. */
  private cancelled(message: JsonObject, params: JsonObject): void {
    const found = this.state.asks.find(params.requestId ?? null);
    if (found === null) return;
    const { callId, sessionId } = found.ask;
    this.state.asks.withdraw((ask) => ask === found.ask, '');
    const text = JSON.stringify({ ...message, params: { ...params, requestId: found.id } });
    const call = callId === null ? undefined : this.state.calls.get(callId);
    if (call === undefined) this.state.streams.tell(sessionId, text);
    else call.sink.message(text);
  }

  private logLine(text: string): void {
    const owners = this.owners();
    if (owners.size === 0) this.state.streams.tellAll(text);
    else if (owners.size === 1) this.latestCall()?.sink.message(text);
  }

  private ask(message: JsonObject, text: string): void {
    const serverId = message.id ?? null;
    const method = String(message.method);
    const { state } = this;
    const owners = this.owners();
    const call = this.latestCall();
    const listener = state.streams.latest;
    if (!mayBeAsked(method, state.capabilities)) {
      state.answer(errorAnswer(serverId, -32601, `The client did not declare what ${method} needs.`));
    } else if (owners.size > 1) {
      state.log.warn('a request of the upstream was refused: several sessions have calls in flight', { method });
      state.answer(
        errorAnswer(serverId, -32603, 'Several clients have calls in flight on this connection; it cannot be told whom this is for.'),
      );
    } else if (call !== undefined && call.sessionId !== null) {
      call.timer.refresh();
      call.sink.message(this.renamed(message, text, call.sessionId, call.id));
    } else if (call === undefined && listener !== null) {
      state.streams.tell(listener, this.renamed(message, text, listener, null));
    } else if (call === undefined && state.sessions.size > 0) {
      this.hold(message, text);
    } else {
      state.answer(errorAnswer(serverId, -32601, 'No client is connected that could answer.'));
    }
  }

  /** A session opens its stream only after its handshake; servers often ask for roots right before that. */
  private hold(message: JsonObject, text: string): void {
    const timer = setTimeout(() => {
      this.held = this.held.filter((one) => one.timer !== timer);
      this.state.answer(errorAnswer(message.id ?? null, -32603, 'No client listens that could answer.'));
    }, this.state.askHoldMs).unref();
    this.held.push({ message, text, timer });
  }

  private renamed(message: JsonObject, text: string, sessionId: string, callId: number | null): string {
    const id = this.state.asks.add(message.id ?? null, sessionId, callId);
    return withId(text, JSON.stringify(id)) ?? JSON.stringify({ ...message, id });
  }

  private owners(): ReadonlySet<string | null> {
    return new Set([...this.state.calls.values()].map(({ sessionId }) => sessionId));
  }

  private latestCall(): Call | undefined {
    return [...this.state.calls.values()].at(-1);
  }
}
