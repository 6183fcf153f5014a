import { type Era, META, namedBy } from '@/lib/domain/mcp/methods';
import { encodeMirror } from '@/lib/domain/mcp/mirrored-text';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import type { RpcId } from '../denial';
import type { RequestFacts } from '../facts';
import type { GatewayRequest, GatewayResponse } from '../request';
import { META_VERSION, MODERN_VERSION } from '../wire/eras';
import { innerRelatedTask } from './tasks';

/** How one server is spoken to on behalf of a client of the aggregate. */
export interface LegAddress {
  readonly slug: string;
  readonly era: Era;
  /** Our session at that server's own endpoint; null without one. */
  readonly sessionId: string | null;
}

/** What goes to one server: a request, a notification, or a response. */
export interface LegMessage {
  readonly id?: RpcId;
  readonly method?: string;
  readonly params?: JsonObject;
  readonly result?: JsonObject;
  readonly error?: JsonObject;
}

interface LegOptions {
  readonly signal: AbortSignal;
  readonly cancels: boolean;
  readonly method?: 'POST' | 'GET' | 'DELETE';
  readonly lastEventId?: string | null;
}

const encoder = new TextEncoder();

/**
 * A request to the endpoint of one server, as the client itself would send it there: with its credential, so that it takes the
 * whole walk that it would take then.
 */
export function legRequest(call: RequestFacts, leg: LegAddress, message: LegMessage | null, options: LegOptions): GatewayRequest {
  const { method = 'POST', signal, cancels } = options;
  const headers = ['accept', 'application/json, text/event-stream'];
  const add = (name: string, value: string | null | undefined): void => {
    if (value !== null && value !== undefined) headers.push(name, value);
  };
  add('host', call.headers?.host);
  add('authorization', call.headers?.authorization);
  add('traceparent', call.headers?.traceparent);
  add('tracestate', call.headers?.tracestate);
  add('mcp-session-id', leg.sessionId);
  add('last-event-id', options.lastEventId);
  let sent = message;
  if (message !== null) {
    add('content-type', 'application/json');
    const own = aboutItsTasks(message, leg.slug);
    sent = leg.era === 'modern' ? asModern(call, own) : asLegacy(call, own);
    if (leg.era === 'modern') addMirrors(call, message, add);
  }
  return {
    method,
    path: `/${leg.slug}`,
    query: '',
    headers,
    body: sent === null ? null : encoder.encode(JSON.stringify({ jsonrpc: '2.0', ...sent })),
    sourceIp: call.request.sourceIp,
    signal,
    leg: { cancels },
  };
}

function addMirrors(call: RequestFacts, { method = '', params }: LegMessage, add: (name: string, value: string) => void): void {
  add('mcp-protocol-version', MODERN_VERSION);
  add('mcp-method', method);
  const member = namedBy(method);
  const name = member === null ? undefined : params?.[member];
  if (typeof name === 'string') add('mcp-name', encodeMirror(name));
  if (method !== 'tools/call') return;
  for (const [header, value] of Object.entries(call.headers?.params ?? {})) add(header, value);
}

/** What belongs to the hop of a client of the other era is left out, or made up for. */
function asModern(call: RequestFacts, message: LegMessage): LegMessage {
  if (message.method === undefined || message.id === undefined) return message;
  const meta = metaOf(message);
  if (call.era === 'modern' && meta[META_VERSION] !== undefined) return message;
  const own = {
    [META_VERSION]: MODERN_VERSION,
    // A client of the older revisions declares nothing a request at a time, so nothing is asked of it here.
    [`${META}clientCapabilities`]: {},
    ...(call.client === null ? null : { [`${META}clientInfo`]: { name: call.client.name, version: call.client.version } }),
    ...meta,
  };
  return withMeta(withoutTask(message), own);
}

function asLegacy(call: RequestFacts, given: LegMessage): LegMessage {
  if (call.era !== 'modern' || given.method === undefined) return given;
  const message = withoutTask(given);
  const rest = Object.entries(metaOf(message)).filter(([key]) => !key.startsWith(META));
  if (rest.length > 0) return withMeta(message, Object.fromEntries(rest));
  if (message.params === undefined) return message;
  const { _meta, ...params } = message.params;
  return { ...message, params };
}

/** Tasks of the two eras have nothing in common: who asks in one for what a server has in the other is answered without. */
function withoutTask(message: LegMessage): LegMessage {
  if (message.method !== 'tools/call' || message.params === undefined) return message;
  const { task: _task, ...params } = message.params;
  return { ...message, params };
}

/** What the client says of a task, under the name that the server gave it. */
function aboutItsTasks(message: LegMessage, slug: string): LegMessage {
  const { params, result } = message;
  return {
    ...message,
    ...(params === undefined ? null : { params: innerRelatedTask(params, slug) }),
    ...(result === undefined ? null : { result: innerRelatedTask(result, slug) }),
  };
}

function metaOf({ params }: LegMessage): JsonObject {
  return isJsonObject(params?._meta) ? params._meta : {};
}

const withMeta = (message: LegMessage, meta: JsonObject): LegMessage => ({ ...message, params: { ...message.params, _meta: meta } });

/** Asks a server for a stream; while it has not begun, the end of `signal` is the end of the request. Returns it with the way to let go of it. */
export async function openBefore(
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<GatewayResponse>,
): Promise<{ readonly response: GatewayResponse; readonly abort: () => void }> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return { response: await ask(controller.signal), abort };
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
