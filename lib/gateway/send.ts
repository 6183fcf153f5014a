import { isJsonObject, type Json } from '@/lib/kernel/json';
import type { RequestFacts } from './facts';
import type { ForwardContext } from './forward-context';
import type { Lease } from './implicit-sessions';
import { collect, discard } from './relayed-body';
import type { Granted } from './stages/grant';
import { beginHop, withTrace } from './trace';
import { upstreamHeaders } from './upstream-headers';
import { isByChannel, UpstreamFailure, type UpstreamReply, type UpstreamSession } from './upstream-port';
import { canonicalText } from './wire/json-rpc';

const ERROR_BYTES_MAX = 64 * 1024;
/**
 * What servers answer to a request that should have come in a session; the request was not looked at then. Servers use the same
 * codes for faults of their own, after which a call may have run: the words have to say what is missing as well.
 */
const SESSION_WANTED = new Set([-32000, -32001, -32600]);
const SESSION_WORDS = /session|initiali[sz]/i;

/**
 * Sends one message to its upstream. A legacy request without a session is tried without one; when the upstream turns it
 * away at the door for that (HTTP 400 or 404 with a JSON-RPC protocol error, so nothing ran), it goes again in an
 * implicit session. Throws `UpstreamFailure`.
 */
export async function send(
  call: Granted,
  context: ForwardContext,
  session: UpstreamSession | null,
  signal: AbortSignal,
): Promise<UpstreamReply> {
  const mayLease =
    session === null &&
    call.era === 'legacy' &&
    !isByChannel(call.server.target, call.era) &&
    call.message.kind === 'request' &&
    call.message.method !== 'initialize';
  if (!mayLease) return post(call, context, session, signal);
  const { implicit } = context;
  let turnedAway: UpstreamReply | null = null;
  if (!implicit.isNeeded(call.grant.id, call.server.target)) {
    const { reply, wanted } = await wantsSession(await post(call, context, null, signal));
    if (!wanted) return reply;
    turnedAway = reply;
  }
  for (let attempt = 0; ; attempt++) {
    const lease = await implicit.lease(call.grant.id, call.server.target, call.message.id);
    // Nothing is sent twice in the same way: what the server has said is its answer.
    if (lease === null) return turnedAway ?? post(call, context, null, signal);
    (call as RequestFacts).session = lease.session;
    try {
      const reply = await post(call, context, lease.session.upstream, signal);
      if (reply.status !== 404 || attempt > 0) return released(reply, lease);
      // The server has forgotten the session, of which the client knows nothing: nothing ran, and it goes again in a new one.
      discard(reply.body);
      lease.release();
      context.sessions.drop(lease.session);
    } catch (error) {
      lease.release();
      throw error;
    }
  }
}

async function post(call: Granted, context: ForwardContext, session: UpstreamSession | null, signal: AbortSignal): Promise<UpstreamReply> {
  const facts: RequestFacts = call;
  const hop = beginHop(facts);
  try {
    return await context.ports.upstreams.post(call.server.target, {
      body: canonicalText(withTrace(facts, call.message)),
      method: call.message.method,
      rpcId: call.message.kind === 'notification' ? null : call.message.id,
      headers: upstreamHeaders(call),
      session,
      signal,
    });
  } catch (error) {
    hop?.end(error instanceof UpstreamFailure && !error.sent ? 'unreachable' : 'broken');
    throw error;
  }
}

/** Reads a small refusal to see what it is about; the reply given back can still be read. */
async function wantsSession(reply: UpstreamReply): Promise<{ readonly wanted: boolean; readonly reply: UpstreamReply }> {
  if ((reply.status !== 400 && reply.status !== 404) || reply.body === null) return { wanted: false, reply };
  const bytes = (await collect(reply.body, ERROR_BYTES_MAX).catch(() => null)) ?? new Uint8Array(0);
  return { wanted: saysSessionWanted(new TextDecoder().decode(bytes)), reply: { ...reply, body: once(bytes) } };
}

function saysSessionWanted(text: string): boolean {
  try {
    const message = JSON.parse(text) as Json;
    const error = isJsonObject(message) && isJsonObject(message.error) ? message.error : {};
    return typeof error.code === 'number' && SESSION_WANTED.has(error.code) && SESSION_WORDS.test(String(error.message ?? ''));
  } catch {
    return false;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

/** Gives the session back when the answer has been read, or is let go of. */
function released(reply: UpstreamReply, lease: Lease): UpstreamReply {
  if (reply.body === null) {
    lease.release();
    return reply;
  }
  return { ...reply, body: new ReleasingBody(reply.body[Symbol.asyncIterator](), lease) };
}

class ReleasingBody implements AsyncIterableIterator<Uint8Array> {
  constructor(
    private readonly source: AsyncIterator<Uint8Array>,
    private readonly lease: Lease,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const read = await this.source.next();
      if (read.done === true) this.lease.release();
      return read;
    } catch (error) {
      this.lease.release();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.lease.release();
    await this.source.return?.();
    return { done: true, value: undefined };
  }
}
