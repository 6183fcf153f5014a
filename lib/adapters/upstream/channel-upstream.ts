import { UpstreamFailure, type UpstreamReply, type UpstreamRequest, type UpstreamSession } from '@/lib/gateway/upstream-port';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { messagesOf, type StatelessRequest } from './bridge/stateless-post';
import type { ChannelHost } from './channel-host';
import { ACCEPTED, jsonReply } from './channel-reply';

/** Revisions that a client may be promised whatever the server behind the channel speaks: their messages are the same on a channel. */
const OFFERED_VERSIONS: ReadonlySet<string> = new Set(['2025-11-25', '2025-06-18', '2025-03-26']);

/** POST on a channel transport. The handshake of a client is answered from that of the connection. */
export async function postChannel(host: ChannelHost, request: UpstreamRequest): Promise<UpstreamReply> {
  const message = parsed(request.body);
  if (request.signal.aborted) throw new UpstreamFailure('The call was cancelled before it was sent.', false);
  const modern = modernVersionOf(message);
  if (modern !== null) return refuseModern(message, modern);
  // A notification or an answer for a connection that is gone has nobody to reach; starting one for it would be absurd.
  if (host.current === null && (typeof message.method !== 'string' || message.id === undefined)) return ACCEPTED;
  const { channel, initialized } = await host.ready();
  if (request.session !== null) channel.attach(request.session.id);
  if (message.method !== 'initialize' || message.id === undefined) return channel.post(message, request);
  const asked = isJsonObject(message.params) ? message.params.protocolVersion : undefined;
  const protocolVersion = typeof asked === 'string' && OFFERED_VERSIONS.has(asked) ? asked : initialized.protocolVersion;
  return jsonReply(200, { jsonrpc: '2.0', id: message.id, result: { ...initialized, protocolVersion } });
}

/** POST of the stateless revision on a pipe: there is no handshake to answer and no session to be in. */
export async function postStatelessChannel(host: ChannelHost, request: UpstreamRequest): Promise<UpstreamReply> {
  const message = parsed(request.body);
  if (typeof message.method !== 'string' || message.id === undefined) return ACCEPTED;
  const { channel } = await host.ready();
  return channel.post(message, { ...request, session: null });
}

/** The same for the bridge, as the messages of the answer. Leaving the loop cancels the request. */
export async function* askStatelessChannel(host: ChannelHost, { message, headers, signal }: StatelessRequest): AsyncGenerator<JsonObject> {
  const { channel } = await host.ready();
  const method = String(message.method);
  const reply = await channel.post(message, { body: '', method, rpcId: null, headers, session: null, signal });
  if (reply.body !== null) yield* messagesOf({ ...reply, body: reply.body });
}

/** GET on a channel transport: a session's own stream. */
export async function listenChannel(
  host: ChannelHost,
  request: Omit<UpstreamRequest, 'body' | 'method' | 'rpcId'>,
): Promise<UpstreamReply> {
  if (request.session === null) return { status: 405, contentType: null, sessionId: null, body: null };
  const { channel } = await host.ready();
  return channel.listen(request.session.id, request.signal);
}

/** DELETE on a channel transport. */
export function endChannel(host: ChannelHost | undefined, session: UpstreamSession): number {
  host?.current?.detach(session.id);
  return 200;
}

/** The revision that a request without a handshake claims (2026-07-28 and later), or null for one of the handshake era. */
function modernVersionOf(message: JsonObject): string | null {
  const meta = isJsonObject(message.params) ? message.params._meta : undefined;
  const claimed = isJsonObject(meta) ? meta['io.modelcontextprotocol/protocolVersion'] : undefined;
  if (typeof claimed === 'string') return claimed;
  return message.method === 'server/discover' ? '' : null;
}

/** A channel is initialised once, in the era of the handshake. Clients that know both eras fall back on this answer. */
function refuseModern(message: JsonObject, requested: string): UpstreamReply {
  if (message.id === undefined) return ACCEPTED;
  const error = { code: -32022, message: 'Unsupported protocol version', data: { supported: [...OFFERED_VERSIONS], requested } };
  return jsonReply(400, { jsonrpc: '2.0', id: message.id, error });
}

function parsed(body: string): JsonObject {
  const value: unknown = JSON.parse(body);
  if (!isJsonObject(value)) throw new UpstreamFailure('The message is not a JSON object.', false);
  return value;
}
