import type { EngagedKill } from '@/lib/domain/kill-switch';
import { fail, ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse, refuseKilled } from './denial';
import type { ForwardContext } from './forward-context';
import { killNow, subjectOf } from './live-calls';
import { discard, endingWith } from './relayed-body';
import type { GatewayResponse } from './request';
import { screenedReply } from './results/screened-reply';
import { send } from './send';
import type { Granted } from './stages/grant';
import { CredentialFailure, UpstreamFailure, type UpstreamReply, type UpstreamSession } from './upstream-port';
import { LEGACY_VERSIONS, MODERN_VERSION, refuseVersion } from './wire/eras';

/** An upstream's answer to something other than a tool call, fit to be passed on, and the way to let go of it. */
export interface Answer {
  readonly reply: UpstreamReply;
  readonly kind: 'json' | 'stream' | 'empty';
  readonly abort: () => void;
}

/**
 * Sends any message that is not a tool call. Refuses what must not reach the client: challenges for our credential, error
 * pages, and the end of an upstream session, which ends ours.
 */
export async function exchange(call: Granted, context: ForwardContext, session: UpstreamSession | null): Promise<Result<Answer, Denial>> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const { signal, leg } = call.request;
  // Nothing is recorded of it, so nothing is lost when it is let go of with its client; what tells the server something still goes there.
  if (call.era === 'modern' || leg?.cancels === true || call.message.kind === 'request') {
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  }
  let killed: EngagedKill | null = killNow(call, context);
  if (killed !== null) return refuseKilled(killed);
  const stop = (kill: EngagedKill): void => {
    killed = kill;
    abort();
  };
  const forget = context.live.add({ subject: subjectOf(call), stop });
  try {
    const reply = await send(call, context, session, controller.signal);
    const answer = readAnswer(call, context, reply, abort);
    if (!answer.ok || answer.value.kind === 'empty' || reply.body === null) {
      forget();
      return answer;
    }
    const screened = await screenedReply(call, context, reply, abort);
    return ok({ ...answer.value, reply: { ...answer.value.reply, body: endingWith(screened.body as AsyncIterable<Uint8Array>, forget) } });
  } catch (error) {
    forget();
    // What has come of an answer that cannot be looked at is not read by anybody.
    abort();
    return killed === null ? fail(failureOf(error, context)) : refuseKilled(killed, 'kill.cancelled');
  }
}

function readAnswer(call: Granted, context: ForwardContext, reply: UpstreamReply, abort: () => void): Result<Answer, Denial> {
  const { status } = reply;
  const type = reply.contentType?.toLowerCase() ?? '';
  if (status === 404 && call.session?.upstream.upstreamId != null) {
    discard(reply.body);
    context.sessions.drop(call.session);
    return refuse('request.unknown_session');
  }
  const succeeded = status >= 200 && status < 300;
  if (succeeded && call.message.kind !== 'request') {
    discard(reply.body);
    return ok({ reply, kind: 'empty', abort });
  }
  const turnedAway = status === 401 || status === 403 || status >= 500 || status < 200;
  if (!turnedAway && reply.body !== null) {
    if (type.startsWith('application/json')) return ok({ reply: { ...reply, status: statusFor(call, status) }, kind: 'json', abort });
    if (status === 200 && type.startsWith('text/event-stream')) return ok({ reply, kind: 'stream', abort });
  }
  discard(reply.body);
  if (call.message.method === 'server/discover' && NOT_UNDERSTOOD.has(status)) return refuseVersion(MODERN_VERSION, LEGACY_VERSIONS);
  return refuse('upstream.failed', { message: `The server answered HTTP ${status}.`, data: { upstreamStatus: status } });
}

/**
 * The status that goes with an answer. To a client with a session 404 says that the session is gone and that nothing was done, so that it begins
 * anew and sends the request again; of a server without sessions it says neither.
 */
export function statusFor({ session }: Granted, status: number): number {
  return status === 404 && session !== null ? 200 : status;
}

/**
 * What servers of the stateful revisions answer to `server/discover` when they have no JSON-RPC error for it. A client that
 * knows both eras begins again with `initialize` when it is told which revisions there are.
 */
const NOT_UNDERSTOOD = new Set([400, 404, 405, 406, 415, 422]);

/** The refusal for a hop that failed. */
export function failureOf(error: unknown, context: ForwardContext): Denial {
  if (error instanceof CredentialFailure) return refuse('upstream.unavailable', { message: error.message }).error;
  if (error instanceof UpstreamFailure && !error.sent)
    return refuse('upstream.unavailable', { message: 'The server could not be reached.' }).error;
  if (!(error instanceof UpstreamFailure)) context.ports.log.error('upstream adapter failed', { error: String(error) });
  return refuse('upstream.failed', { message: 'The connection to the server was lost.' }).error;
}

export const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const;
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;
export const ACCEPTED: GatewayResponse = { status: 202, headers: {}, body: null };
