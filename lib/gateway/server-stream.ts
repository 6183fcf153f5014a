import { isJsonObject, type Json } from '@/lib/kernel/json';
import { fail, ok, type Result } from '@/lib/kernel/result';
import { type Denial, type RpcId, refuse } from './denial';
import { failureOf, STREAM_HEADERS } from './exchange';
import { FilteredEvents } from './filtered-events';
import type { ForwardContext } from './forward-context';
import { GuardedTap } from './guarded-tap';
import { subjectOf } from './live-calls';
import { discard, RelayedBody } from './relayed-body';
import type { GatewayResponse } from './request';
import { screenedReply } from './results/screened-reply';
import type { Session } from './sessions';
import type { GrantedStream } from './stages/grant';
import { upstreamHeaders } from './upstream-headers';
import type { UpstreamReply } from './upstream-port';
import { MODERN_VERSION } from './wire/eras';
import { encodeEvent, type SseEvent } from './wire/sse';

const encoder = new TextEncoder();
const STREAM_OF_SESSION = 'A stream belongs to a session: send Mcp-Session-Id. Clients of HTTP+SSE open the address with /sse at its end.';
const METHOD_NOT_ALLOWED = { http: 405, message: 'This server has no stream of its own.' };

/** GET: the upstream's own messages to this session, for as long as the grant lasts. Legacy only. */
export async function listen(
  call: GrantedStream,
  context: ForwardContext,
  open: Set<() => void>,
): Promise<Result<GatewayResponse, Denial>> {
  if (call.headers.protocolVersion === MODERN_VERSION) return refuse('request.unknown_method', METHOD_NOT_ALLOWED);
  const { session } = call;
  if (session === null) return refuse('request.invalid', { message: STREAM_OF_SESSION });
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (call.request.signal.aborted) abort();
  call.request.signal.addEventListener('abort', abort, { once: true });
  let reply: UpstreamReply;
  let screened: UpstreamReply;
  try {
    const headers = upstreamHeaders(call, 'text/event-stream');
    reply = await context.ports.upstreams.listen(call.server.target, { headers, session: session.upstream, signal: controller.signal });
    screened = await screenedReply(call, context, reply, abort, call.policy?.compiled.results.control);
  } catch (error) {
    // A stream that cannot be looked at is not read by anybody.
    abort();
    return fail(failureOf(error, context));
  }
  const isStream = reply.status === 200 && reply.body !== null && reply.contentType?.toLowerCase().startsWith('text/event-stream') === true;
  if (isStream && screened.body !== null) {
    open.add(abort);
    const forget = context.live.add({ subject: subjectOf(call), stop: abort });
    const tap = new GuardedTap(call, context, () => {
      open.delete(abort);
      forget();
    });
    const events = new FilteredEvents(screened.body, (event) => withoutStopped(event, session), abort);
    return ok({ status: 200, headers: STREAM_HEADERS, body: new RelayedBody(events, tap, abort) });
  }
  discard(reply.body);
  // A server without sessions that knows no GET at all says 404 too; to a client that would mean that its session is gone.
  const noStream = reply.status === 405 || (reply.status === 404 && session.upstream.upstreamId === null);
  if (noStream) return ok({ status: 405, headers: { allow: 'POST, DELETE' }, body: null });
  if (reply.status === 404) {
    context.sessions.drop(session);
    return refuse('request.unknown_session');
  }
  return refuse('upstream.failed', { message: `The server answered HTTP ${reply.status}.` });
}

/** The result of a call that a kill switch stopped does not arrive here either: the client reads why, under the same event id. */
function withoutStopped(event: SseEvent, session: Session): Uint8Array {
  const id = event.data === null || event.data === '' ? null : responseId(event.data);
  const instead = id === null ? undefined : session.answerInstead(id);
  return instead === undefined ? encoder.encode(event.raw) : encodeEvent(instead, event);
}

function responseId(data: string): RpcId | null {
  try {
    const message = JSON.parse(data) as Json;
    if (!isJsonObject(message) || 'method' in message) return null;
    return typeof message.id === 'string' || typeof message.id === 'number' ? message.id : null;
  } catch {
    return null;
  }
}

/** DELETE: the session ends here and at the upstream, whether or not the upstream knows how to. */
export async function endSession(call: GrantedStream, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  const { session } = call;
  if (session === null) return refuse('request.invalid', { message: 'Name the session to end: send Mcp-Session-Id.' });
  context.sessions.drop(session);
  await context.ports.upstreams.end(call.server.target, session.upstream).catch(() => 0);
  return ok({ status: 200, headers: {}, body: null });
}
