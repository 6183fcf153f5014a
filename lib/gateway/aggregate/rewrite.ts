import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import type { RpcId } from '../denial';
import { spansOf } from '../wire/answer-id';
import { encodeEvent, type SseEvent } from '../wire/sse';
import { outerId, wrapUri } from './names';
import { outerTaskParams, withOuterTasks } from './tasks';

const encoder = new TextEncoder();

/** Streams that an event can be resumed on: that of one call, or that of a session. */
export type StreamKind = 'p' | 'g';

/**
 * An event of one server as the client of the aggregate gets it. What belongs to the server alone gets its name: questions to
 * the client, their cancellation, resources, and the place to resume at. All else stays as it is, byte for byte.
 */
export function rewriteEvent(event: SseEvent, slug: string, kind: StreamKind): Uint8Array {
  const data = event.data === null || event.data === '' ? null : rewriteMessage(event.data, slug);
  const id = event.id === null ? null : `${slug}~${kind}~${event.id}`;
  if (data !== null) return encodeEvent(data, { id, event: event.event });
  if (id === null) return encoder.encode(event.raw);
  return encoder.encode(event.raw.replace(/^id:[^\r\n]*/m, () => `id: ${id}`));
}

/** What `Last-Event-ID` of the aggregate stands for; null for one that it never gave. */
export function readEventId(id: string): { readonly slug: string; readonly kind: StreamKind; readonly id: string } | null {
  const parts = /^([^~]+)~([pg])~(.*)$/s.exec(id);
  return parts === null ? null : { slug: parts[1] as string, kind: parts[2] as StreamKind, id: parts[3] as string };
}

/** null when nothing in it has to change. */
export function rewriteMessage(text: string, slug: string): string | null {
  // Results are by far the most and the largest; those without a task are not even parsed.
  if (!text.includes('"method"')) return withOuterTasks(text, slug);
  const message = parseObject(text);
  if (message === null) return null;
  if (typeof message.method !== 'string') return withOuterTasks(text, slug);
  const { id } = message;
  const params = isJsonObject(message.params) ? outerParams(message.method, message.params, slug, isRpcId(id)) : message.params;
  if (isRpcId(id)) return JSON.stringify({ ...message, id: outerId(slug, id), ...(params === undefined ? null : { params }) });
  return params === undefined || params === message.params ? null : JSON.stringify({ ...message, params });
}

/** The same object when nothing in it has to change. */
function outerParams(method: string, given: JsonObject, slug: string, isRequest: boolean): JsonObject {
  const params = outerTaskParams(method, given, slug);
  if (isRequest) {
    const meta = isJsonObject(params._meta) ? params._meta : null;
    const token = meta?.progressToken;
    return isRpcId(token) ? { ...params, _meta: { ...meta, progressToken: outerId(slug, token) } } : params;
  }
  if (method === 'notifications/cancelled' && isRpcId(params.requestId)) return { ...params, requestId: outerId(slug, params.requestId) };
  if (method === 'notifications/resources/updated' && typeof params.uri === 'string') return { ...params, uri: wrapUri(slug, params.uri) };
  return params;
}

/**
 * A response of an older revision as the stateless one has it: its result says that it is complete, and may be kept by nobody.
 * The rest of the text stays as it is.
 */
export function asModernResponse(text: string, method: string): string {
  const [span] = spansOf(text, 'result');
  if (span === undefined) return withModernCode(text);
  const open = text.indexOf('{', span[0]);
  if (open < 0 || open >= span[1]) return text;
  const result = text.slice(open, span[1]);
  const members: Record<string, Json> = {
    resultType: 'complete',
    ...(method === 'resources/read' ? { ttlMs: 0, cacheScope: 'private' } : null),
  };
  const missing = Object.entries(members).filter(([member]) => spansOf(result, member).length === 0);
  if (missing.length === 0) return text;
  const added = missing.map(([member, value]) => `${JSON.stringify(member)}:${JSON.stringify(value)}`).join(',');
  const empty = /^\{\s*\}/.test(result);
  return `${text.slice(0, open + 1)}${added}${empty ? '' : ','}${text.slice(open + 1)}`;
}

/** What said that a resource was not found says so by another code now. */
function withModernCode(text: string): string {
  const message = parseObject(text);
  if (message === null || !isJsonObject(message.error) || message.error.code !== -32002) return text;
  return JSON.stringify({ ...message, error: { ...message.error, code: -32602 } });
}

export function parseObject(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

export function isRpcId(value: Json | undefined): value is RpcId {
  return typeof value === 'string' || typeof value === 'number';
}
