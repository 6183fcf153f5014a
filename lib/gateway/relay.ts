import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from './denial';
import { ACCEPTED, exchange, JSON_HEADERS, STREAM_HEADERS } from './exchange';
import type { ForwardContext } from './forward-context';
import { blindTap, RelayedBody } from './relayed-body';
import type { GatewayResponse } from './request';
import { callsOf, StreamTap } from './session-tap';
import type { Granted } from './stages/grant';
import { idKey } from './wire/json-rpc';

/** An upstream that heard of a cancellation gets this long to end the call itself. */
const CANCEL_GRACE_MS = 5000;

/** Prompts, resources, completion and all else that calls no tool: passed through as it is. */
export async function relayRequest(call: Granted, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  const answered = await exchange(call, context, call.session?.upstream ?? null);
  if (!answered.ok) return answered;
  const { reply, kind, abort } = answered.value;
  if (reply.body === null) return ok({ status: reply.status, headers: {}, body: null });
  const tap = kind === 'stream' ? new StreamTap(call.session, callsOf(call.session), reply.status) : blindTap;
  return ok({
    status: reply.status,
    headers: kind === 'stream' ? STREAM_HEADERS : JSON_HEADERS,
    body: new RelayedBody(reply.body, tap, abort),
  });
}

/** Notifications of the client. A cancellation also marks the call it names, so that its event says so. */
export async function relayNotification(call: Granted, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  const { method, params } = call.message;
  const named = params?.requestId;
  const held = method === 'notifications/cancelled' ? call.session?.held.get(`${typeof named} ${String(named)}`) : undefined;
  if (held !== undefined && !isSent(call, named)) {
    // The server has never heard of a call that still waits for a person.
    held();
    return ok(ACCEPTED);
  }
  const cancelled =
    method === 'notifications/cancelled' && (typeof named === 'string' || typeof named === 'number')
      ? call.session?.calls.get(idKey(named))
      : undefined;
  if (cancelled !== undefined) cancelled.cancelled = true;
  const answered = await exchange(call, context, call.session?.upstream ?? null);
  if (cancelled !== undefined) {
    const timer = setTimeout(() => cancelled.abort(), CANCEL_GRACE_MS);
    (timer as { unref?: () => void }).unref?.();
  }
  return answered.ok ? ok(ACCEPTED) : answered;
}

/** A call that was approved meanwhile is on its way: cancelling it is the server's business. */
function isSent({ session }: Granted, id: unknown): boolean {
  return (typeof id === 'string' || typeof id === 'number') && session?.calls.has(idKey(id)) === true;
}

/** A response goes to the upstream only if it answers something the upstream asked in this session, and only once. */
export async function relayResponse(call: Granted, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  const { message, session } = call;
  if (message.kind === 'response' && session?.takeOwnExpected(message.id)) return ok(ACCEPTED);
  if (message.kind !== 'response' || session === null || !session.takeExpected(message.id)) {
    return refuse('request.invalid', { message: 'The response answers no open request of this session.' });
  }
  const answered = await exchange(call, context, session.upstream);
  return answered.ok ? ok(ACCEPTED) : answered;
}
