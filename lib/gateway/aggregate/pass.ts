import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from '../denial';
import { FilteredEvents } from '../filtered-events';
import { collect, discard, endingWith } from '../relayed-body';
import type { GatewayResponse } from '../request';
import { idKey } from '../wire/json-rpc';
import { encodeEvent, type SseEvent } from '../wire/sse';
import type { AggregateContext, Asked } from './aggregate-call';
import { legRequest } from './leg-request';
import { isLost, type Leg } from './legs';
import { namedAnswer, passedEvent } from './pass-event';
import { asModernResponse, parseObject, rewriteMessage } from './rewrite';
import { type Routed, route, taskNotFound } from './route';
import { mayNameTask, withOuterTasks } from './tasks';

const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A request for one server: goes the whole walk to that server under its own name, and comes back as that server answered. */
export async function pass(asked: Asked, context: AggregateContext): Promise<Result<GatewayResponse, Denial>> {
  const routed = await route(asked, context);
  if (!routed.ok) return routed;
  const { facts, session, message } = asked;
  const { to } = routed.value;
  for (let attempt = 0; attempt < 2; attempt++) {
    const leg = await context.legs.leg(facts, to, session);
    // A task of the other era is another thing, which this client cannot have been given.
    if (message.method.startsWith('tasks/') && leg.era !== facts.era) return taskNotFound();
    const response = await send(asked, routed.value, leg, context);
    if (!isLost(leg, response.status) && !isOtherEra(leg, response)) return ok(await shaped(asked, routed.value, leg, response, context));
    // The server knows nothing of the request: it goes again, once, in a session that it knows.
    discardResponse(response);
    context.legs.forget(leg, session);
  }
  return refuse('upstream.failed', { message: `The server ${to.server.slug} ends every session at once.` });
}

async function send(
  { facts, session, message }: Asked,
  { params }: Routed,
  leg: Leg,
  { handle }: AggregateContext,
): Promise<GatewayResponse> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const { signal } = facts.request;
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const key = idKey(message.id);
  const running = { slug: leg.slug, notifies: leg.sessionId !== null, abort };
  session?.running.set(key, running);
  const forget = (): void => {
    signal.removeEventListener('abort', abort);
    if (session?.running.get(key) === running) session.running.delete(key);
  };
  // A client of the older revisions that leaves may come back for the answer; in the newest one it cancels.
  const cancels = facts.era === 'modern';
  try {
    const response = await handle(
      legRequest(facts, leg, { id: message.id, method: message.method, params }, { signal: controller.signal, cancels }),
    );
    if (response.body === null || typeof response.body === 'string') {
      forget();
      return response;
    }
    return { ...response, body: endingWith(response.body, forget) };
  } catch (error) {
    forget();
    throw error;
  }
}

/** A server that has been replaced by one of another era since it was learned. */
function isOtherEra(leg: Leg, { status, body }: GatewayResponse): boolean {
  return leg.era === 'modern' && status === 400 && typeof body === 'string' && body.includes('"code":-32022');
}

async function shaped(
  asked: Asked,
  routed: Routed,
  leg: Leg,
  response: GatewayResponse,
  context: AggregateContext,
): Promise<GatewayResponse> {
  const { facts, message, params } = asked;
  const { 'mcp-session-id': _theirs, ...headers } = response.headers;
  const { status, body } = response;
  const modernises = facts.era === 'modern' && leg.era === 'legacy';
  if (body === null) return { status, headers, body };
  if (typeof body === 'string') {
    const named = message.method === 'tools/call' ? renamedRefusal(body, String(routed.params.name), String(params.name)) : body;
    return { status, headers, body: modernises ? asModernResponse(named, message.method) : (withOuterTasks(named, leg.slug) ?? named) };
  }
  const tasks = mayNameTask(message.method, params);
  const letGo = (): void => {};
  if (headers['content-type'] === 'text/event-stream') {
    if (modernises) return { status, headers, body: new FilteredEvents(body, (event) => modernEvent(event, message.method), letGo) };
    if (leg.era === 'modern' && !tasks) return { status, headers, body };
    if (leg.era === 'modern') return { status, headers, body: new FilteredEvents(body, (event) => taskEvent(event, leg.slug), letGo) };
    return { status, headers, body: new FilteredEvents(body, (event) => passedEvent(event, leg, 'p', asked, context), letGo) };
  }
  if (!modernises) return { status, headers, body: tasks ? namedAnswer(body, leg.slug) : body };
  const bytes = await collect(body, ANSWER_BYTES_MAX).catch(() => null);
  if (bytes === null) {
    const error = { code: -32603, message: 'The answer of the server broke off, or is too large to be passed on in this revision.' };
    return { status: 200, headers, body: JSON.stringify({ jsonrpc: '2.0', id: message.id, error }) };
  }
  return { status, headers, body: asModernResponse(decoder.decode(bytes), message.method) };
}

/** A tool that is hidden there reads as one that never was here: under the name that was asked for. */
function renamedRefusal(body: string, own: string, asked: string): string {
  const message = body.includes('Unknown tool: ') ? parseObject(body) : null;
  const error = message?.error as { code?: unknown; message?: unknown } | undefined;
  if (error?.code !== -32602 || error.message !== `Unknown tool: ${own}`) return body;
  return JSON.stringify({ ...message, error: { ...error, message: `Unknown tool: ${asked}` } });
}

function modernEvent(event: SseEvent, method: string): Uint8Array {
  if (event.data === null || event.data === '') return encoder.encode(event.raw);
  // The stateless revision resumes nothing.
  return encodeEvent(asModernResponse(event.data, method), { id: null, event: event.event });
}

function taskEvent(event: SseEvent, slug: string): Uint8Array {
  const data = event.data === null || event.data === '' ? null : rewriteMessage(event.data, slug);
  return data === null ? encoder.encode(event.raw) : encodeEvent(data, event);
}

function discardResponse({ body }: GatewayResponse): void {
  if (body !== null && typeof body !== 'string') discard(body);
}
