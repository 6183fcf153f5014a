import { killOf } from '@/lib/domain/kill-switch';
import { isJsonObject, type Json } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from './denial';
import { exchange, JSON_HEADERS, STREAM_HEADERS } from './exchange';
import { FilteredEvents } from './filtered-events';
import type { ForwardContext } from './forward-context';
import { killNow } from './live-calls';
import { collect } from './relayed-body';
import type { GatewayResponse } from './request';
import type { Granted } from './stages/grant';
import { encodeEvent, type SseEvent } from './wire/sse';
import { filterToolsList } from './wire/tools-list';

const LIST_BYTES_MAX = 16 * 1024 * 1024;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** `tools/list`: asked of the upstream each time, answered with what this grant may know of. */
export async function listTools(call: Granted, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  if (killNow(call, context) !== null) return ok({ status: 200, headers: JSON_HEADERS, body: emptyList(call) });
  const answered = await exchange(call, context, call.session?.upstream ?? null);
  if (!answered.ok) return answered;
  const { reply, kind, abort } = answered.value;
  const body = reply.body as AsyncIterable<Uint8Array>;
  if (kind === 'stream')
    return ok({ status: reply.status, headers: STREAM_HEADERS, body: new FilteredEvents(body, (event) => rewrite(event, call), abort) });
  const bytes = await collect(body, LIST_BYTES_MAX).catch(() => null);
  const text = bytes === null ? null : filterText(decoder.decode(bytes), call);
  if (text === null) return refuse('upstream.failed', { message: 'The server gave no readable list of tools.' });
  return ok({ status: reply.status, headers: JSON_HEADERS, body: text });
}

/** While a kill switch stops all of it, the server is not asked. */
function emptyList({ message, era }: Granted): string {
  const modern = era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : null;
  return JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { ...modern, tools: [] } });
}

/** null when the text cannot be read: what cannot be filtered is not shown. */
function filterText(text: string, call: Granted): string | null {
  try {
    return JSON.stringify(filterMessage(JSON.parse(text) as Json, call));
  } catch {
    return null;
  }
}

function filterMessage(message: Json, call: Granted): Json {
  if (isJsonObject(message) && typeof message.method === 'string' && (typeof message.id === 'string' || typeof message.id === 'number')) {
    call.session?.expectResponse(message.id);
  }
  const { kills } = call.snapshot;
  const stopped = (tool: string): boolean =>
    killOf(kills, { agentId: call.grant.agent.id, serverId: call.server.id, tools: [tool] }) !== null;
  return filterToolsList(message, call.server, call.policy?.compiled ?? null, stopped);
}

function rewrite(event: SseEvent, call: Granted): Uint8Array {
  if (event.data === null || event.data === '') return encoder.encode(event.raw);
  const text = filterText(event.data, call);
  // An unreadable message may be a list to a laxer reader: it is left out.
  return text === null ? new Uint8Array(0) : encodeEvent(text, event);
}
