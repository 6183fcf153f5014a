import { META } from '@/lib/domain/mcp/methods';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { errorAnswer } from './channel-asks';
import type { Call, ChannelState, MessageRouter } from './channel-router';
import { withId } from './response-id';

const SUBSCRIPTION = `${META}subscriptionId`;

/** The HTTP status that goes with an error of the stateless revision. */
export function statusOfError(code: number | null): number {
  if (code === -32601) return 404;
  return code !== null && code <= -32020 && code >= -32022 ? 400 : 200;
}

/**
 * Brings each message of a server of the stateless revision (2026-07-28) to the request that it belongs to: by the id, the progress token or the
 * subscription, which were all renamed on the way out. What belongs to none is passed over: requests of several agents share the connection.
 */
export class StatelessRouter implements MessageRouter {
  constructor(private readonly state: Pick<ChannelState, 'calls' | 'forget' | 'answer'>) {}

  receive(message: JsonObject, text: string): void {
    if (typeof message.method !== 'string') this.response(message, text);
    else if (message.id === undefined) this.notification(message, text);
    // A server of this revision asks inside of its results, and nowhere else.
    else this.state.answer(errorAnswer(message.id, -32601, 'Requests of a server do not exist in this revision.'));
  }

  release(): void {}
  drop(): void {}

  private response(message: JsonObject, text: string): void {
    const call = this.callOf(message.id);
    if (call === undefined) return;
    this.state.forget(call);
    const subscription = isJsonObject(message.result) ? subscriptionIn(message.result) : undefined;
    const code = isJsonObject(message.error) && typeof message.error.code === 'number' ? message.error.code : null;
    if (subscription !== undefined && isJsonObject(message.result))
      call.sink.final(JSON.stringify({ ...message, id: call.clientId, result: withSubscription(message.result, call) }));
    else call.sink.final(withId(text, JSON.stringify(call.clientId)) ?? JSON.stringify({ ...message, id: call.clientId }), code);
  }

  private notification(message: JsonObject, text: string): void {
    const params = isJsonObject(message.params) ? message.params : {};
    const subscription = subscriptionIn(params);
    if (message.method === 'notifications/cancelled') this.ended(params.requestId);
    else if (subscription !== undefined) {
      const call = this.callOf(subscription);
      if (call?.lasts) call.sink.message(JSON.stringify({ ...message, params: withSubscription(params, call) }));
    } else if (message.method === 'notifications/progress') this.progress(message, params);
    else if (message.method === 'notifications/message') this.logLine(text);
  }

  /** On a pipe a server ends a subscription by this; over HTTP it is an empty result. */
  private ended(requestId: Json | undefined): void {
    const call = this.callOf(requestId);
    if (call === undefined || !call.lasts) return;
    this.state.forget(call);
    const result = withSubscription({ resultType: 'complete' }, call);
    call.sink.final(JSON.stringify({ jsonrpc: '2.0', id: call.clientId, result }));
  }

  private progress(message: JsonObject, params: JsonObject): void {
    const call = this.callOf(params.progressToken);
    if (call === undefined || call.clientToken === undefined) return;
    call.timer.refresh();
    call.sink.message(JSON.stringify({ ...message, params: { ...params, progressToken: call.clientToken } }));
  }

  /** Log lines do not say which request they are about: they are shown where only one has asked for any. */
  private logLine(text: string): void {
    const [call, ...others] = [...this.state.calls.values()].filter(({ wantsLogs }) => wantsLogs);
    if (call !== undefined && others.length === 0) call.sink.message(text);
  }

  private callOf(id: Json | undefined): Call | undefined {
    return typeof id === 'number' || typeof id === 'string' ? this.state.calls.get(Number(id)) : undefined;
  }
}

function subscriptionIn(holder: JsonObject): Json | undefined {
  return isJsonObject(holder._meta) ? holder._meta[SUBSCRIPTION] : undefined;
}

function withSubscription(holder: JsonObject, { clientId }: Call): JsonObject {
  return { ...holder, _meta: { ...(isJsonObject(holder._meta) ? holder._meta : {}), [SUBSCRIPTION]: clientId } };
}
