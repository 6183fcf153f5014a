import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, type RpcId, refuse } from './denial';
import { exchange, JSON_HEADERS, STREAM_HEADERS } from './exchange';
import type { ForwardContext } from './forward-context';
import { collect, RelayedBody } from './relayed-body';
import type { GatewayResponse } from './request';
import { StreamTap } from './session-tap';
import { profileOf, type Session, type SessionStore } from './sessions';
import { readClientName } from './stages/decode';
import type { Granted } from './stages/grant';

const RESULT_BYTES_MAX = 4 * 1024 * 1024;
const decoder = new TextDecoder();

/**
 * Opens a legacy session: the client's `initialize` goes to the upstream unchanged, and the answer comes back with a
 * session id of ours. The upstream's own id never leaves the gateway, so no client can use it past us.
 */
export async function initialize(call: Granted, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  const profile = profileOf(call.message.params ?? {});
  const client = readClientName(profile.clientInfo);
  call.client = client;
  const session = context.sessions.open(call.grant.id, call.server.target, profile, client);
  const answered = await exchange(call, context, session.upstream);
  if (!answered.ok) return answered;
  const { reply, kind, abort } = answered.value;
  if (reply.status !== 200 || reply.body === null) {
    return ok({
      status: reply.status,
      headers: JSON_HEADERS,
      body: reply.body === null ? null : new RelayedBody(reply.body, new StreamTap(null, () => undefined, reply.status), abort),
    });
  }
  session.upstream.upstreamId = reply.sessionId;
  if (client !== null) context.ports.onUse?.(call.grant.id, client, call.request.sourceIp, 'initialize');
  const sessionHeader = { 'mcp-session-id': session.id };
  if (kind === 'stream') {
    context.sessions.keep(session);
    const body = new RelayedBody(reply.body, new InitializeTap(session, context.sessions), abort);
    return ok({ status: 200, headers: { ...STREAM_HEADERS, ...sessionHeader }, body });
  }
  const bytes = await collect(reply.body, RESULT_BYTES_MAX).catch(() => null);
  const text = bytes === null ? null : decoder.decode(bytes);
  const message = text === null ? null : parseObject(text);
  if (message === null) return refuse('upstream.failed', { message: 'The server gave no readable answer to initialize.' });
  if (!('result' in message)) return ok({ status: 200, headers: JSON_HEADERS, body: text });
  context.sessions.keep(session);
  noteVersion(session, message);
  return ok({ status: 200, headers: { ...JSON_HEADERS, ...sessionHeader }, body: text });
}

/** Learns the agreed version, or that there is no session after all. */
class InitializeTap extends StreamTap {
  constructor(
    private readonly opened: Session,
    private readonly sessions: SessionStore,
  ) {
    super(opened, () => undefined, 200);
  }

  protected override observeResponse(_id: RpcId, message: JsonObject): void {
    if ('error' in message) this.sessions.drop(this.opened);
    else noteVersion(this.opened, message);
  }
}

function noteVersion(session: Session, message: JsonObject): void {
  const result = message.result;
  if (isJsonObject(result) && typeof result.protocolVersion === 'string') session.version = result.protocolVersion;
}

function parseObject(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
