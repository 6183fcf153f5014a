import type { EngagedKill } from '@/lib/domain/kill-switch';
import { CallJsonTap, CallStreamTap } from '../call-taps';
import { tellCancelled } from '../cancel-upstream';
import { Delivery } from '../delivery';
import { type Denial, refuse, refuseKilled } from '../denial';
import { statusFor } from '../exchange';
import type { ForwardContext } from '../forward-context';
import { killNow, subjectOf } from '../live-calls';
import { discard, endingWith, RelayedBody } from '../relayed-body';
import type { GatewayResponse } from '../request';
import { screenedAnswer } from '../results/screened-answer';
import { send } from '../send';
import { traceFacts } from '../trace';
import { CredentialFailure, UpstreamFailure, type UpstreamReply } from '../upstream-port';
import { idKey } from '../wire/json-rpc';
import { answerText, refusalResponse } from '../wire/respond';
import { type AdmittedRequest, Settlement } from './settle';

const LEFT_WORDS = 'The client left, and as many calls as may go on without their clients were running already: this one was cancelled.';

/**
 * Sends the canonical text of what was decided on and streams the answer back byte for byte. Only what was admitted gets
 * here; whatever happens now closes its event.
 */
export async function forward(call: AdmittedRequest, context: ForwardContext): Promise<GatewayResponse> {
  const exchange = new Exchange(call, context);
  // Admitting took a while; from here on, whatever is engaged stops this call.
  const kill = killNow(call, context);
  if (kill !== null) return exchange.notSent(kill);
  let reply: UpstreamReply;
  try {
    exchange.watch();
    reply = await send(call, context, call.session?.upstream ?? null, exchange.signal);
  } catch (error) {
    return exchange.failed(error);
  }
  return await exchange.answer(reply);
}

class Exchange {
  private readonly controller = new AbortController();
  private readonly settlement: Settlement;
  private readonly key: string;
  private readonly forget: () => void;
  /** Set while the call goes on without its client: how to make room for another one. */
  private room: (() => void) | null = null;
  private hasBody = false;
  /** Whether a client that leaves cancels by it. */
  private readonly cancels: boolean;

  constructor(
    private readonly call: AdmittedRequest,
    private readonly context: ForwardContext,
  ) {
    const { session, era, request, message } = call;
    this.key = idKey(message.id);
    context.onSent();
    this.settlement = new Settlement(
      call,
      context.ports,
      () => {
        this.forget();
        // An answer may be open for longer than its outcome is unknown.
        if (!this.hasBody) this.over();
        if (session?.calls.get(this.key) === this.settlement) session.calls.delete(this.key);
        context.onSettled();
      },
      () => this.controller.abort(),
    );
    this.forget = context.live.add({ subject: subjectOf(call), stop: this.stop });
    session?.began(this.key);
    if (session !== null && !session.calls.has(this.key)) session.calls.set(this.key, this.settlement);
    // In the modern era a closed stream is the cancellation; before, the client may come back for the result.
    const cancels = era === 'modern' || request.leg?.cancels === true;
    if (cancels) request.signal.addEventListener('abort', this.cancel, { once: true });
    if (cancels && request.signal.aborted) this.cancel();
    this.cancels = cancels;
  }

  /** The call is about to be sent: a client that leaves from here on, or has left, may cost a connection. */
  watch(): void {
    const { signal } = this.call.request;
    if (this.cancels) return;
    signal.addEventListener('abort', this.leave, { once: true });
    if (!signal.aborted) return;
    this.room = this.roomToLeave();
    if (this.room !== null) return;
    this.settlement.settle('not_sent', null, `${LEFT_WORDS} Nothing was sent.`);
    throw new UpstreamFailure('The client left.', false);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  private readonly cancel = (): void => {
    this.settlement.cancelled = true;
    tellCancelled(this.call, this.context, 'The client cancelled the call.');
    this.controller.abort();
  };

  /** The client may come back for the result, and the record has to say how the call ended; beyond its share it is cancelled. */
  private readonly leave = (): 'drain' | 'abort' => {
    if (this.settlement.isSettled) return 'abort';
    this.room ??= this.roomToLeave();
    if (this.room !== null) return 'drain';
    this.settlement.settle('unknown', null, `${LEFT_WORDS} Whether it had an effect is unknown.`);
    tellCancelled(this.call, this.context, 'The client left.');
    this.controller.abort();
    return 'abort';
  };

  private roomToLeave(): (() => void) | null {
    return this.context.left.add(this.call.server.id, this.call.grant.agent.id);
  }

  /** The call holds no connection any more. */
  private over(): void {
    this.call.request.signal.removeEventListener('abort', this.leave);
    this.room?.();
  }

  /** A kill switch ends the call here, at the upstream and in the record; the answer is a refusal. */
  private readonly stop = (kill: EngagedKill): void => {
    this.settlement.kill(kill);
    const refusal = refuseKilled(kill, 'kill.cancelled').error;
    this.call.session?.stop(this.key, answerText(this.call, refusal, this.call.event, this.context.publicUrl));
    tellCancelled(this.call, this.context, 'Stopped by an operator.');
    this.controller.abort();
  };

  /** The configuration changed between the decision and now: the record says that nothing was sent. */
  notSent(kill: EngagedKill): GatewayResponse {
    this.settlement.settle('not_sent', null, `kill.engaged: the kill switch ${kill.id} stopped the call before it was sent.`);
    return this.refused(refuseKilled(kill).error);
  }

  failed(error: unknown): GatewayResponse {
    const { killed } = this.settlement;
    if (killed !== null) return this.refused(refuseKilled(killed, 'kill.cancelled').error);
    const sent = !(error instanceof UpstreamFailure) || error.sent;
    const words = error instanceof CredentialFailure ? error.message : null;
    if (!(error instanceof UpstreamFailure))
      this.context.ports.log.error('upstream adapter failed', { error: String(error), event: this.call.event, ...traceFacts(this.call) });
    if (this.settlement.cancelled) this.settlement.settleWithoutResult(null, '');
    else
      this.settlement.settle(
        sent ? 'unknown' : 'not_sent',
        null,
        sent ? 'The connection to the server was lost.' : (words ?? 'The server could not be reached.'),
      );
    return this.refused(refuse(sent ? 'upstream.failed' : 'upstream.unavailable', { message: words }).error);
  }

  async answer(reply: UpstreamReply): Promise<GatewayResponse> {
    const { status } = reply;
    const { killed } = this.settlement;
    if (killed !== null) {
      discard(reply.body);
      return this.refused(refuseKilled(killed, 'kill.cancelled').error);
    }
    const type = reply.contentType?.toLowerCase() ?? '';
    if (status === 404 && this.call.session?.upstream.upstreamId != null) return this.lostSession(reply);
    const json = type.startsWith('application/json');
    const stream = status === 200 && type.startsWith('text/event-stream');
    const relayed =
      reply.body !== null && (stream || (json && status !== 401 && status !== 403 && status < 500 && (status === 200 || status >= 400)));
    if (!relayed) return this.failedWith(reply);
    let body: AsyncIterable<Uint8Array>;
    try {
      const screened = await screenedAnswer(this.call, this.context, this.settlement, reply, () => this.controller.abort());
      body = endingWith(screened.body as AsyncIterable<Uint8Array>, () => this.over());
      this.hasBody = true;
    } catch (error) {
      discard(reply.body);
      return this.failed(error);
    }
    const headers: Record<string, string> = {
      'content-type': stream ? 'text/event-stream' : 'application/json',
      'x-callgate-event': this.call.event,
    };
    headers['cache-control'] = stream ? 'no-cache, no-transform' : 'no-store';
    if (stream) headers['x-accel-buffering'] = 'no';
    const watched = {
      call: this.call,
      settlement: this.settlement,
      delivery: Delivery.of(this.call, this.settlement, this.context),
      publicUrl: this.context.publicUrl,
      leave: this.leave,
    };
    const tap = stream ? new CallStreamTap(watched) : new CallJsonTap(watched, status);
    return { status: statusFor(this.call, status), headers, body: new RelayedBody(body, tap, () => this.controller.abort()) };
  }

  /** The upstream forgot the session: the client has to begin again, and the call was certainly not made. */
  private lostSession(reply: UpstreamReply): GatewayResponse {
    discard(reply.body);
    this.settlement.settle('upstream_error', 404, 'The server no longer knows the session.');
    if (this.call.session !== null) this.context.sessions.drop(this.call.session);
    return this.refused(refuse('request.unknown_session').error);
  }

  /** An upstream's challenge or error page is about our credential or its health; it is not the client's to answer. */
  private failedWith(reply: UpstreamReply): GatewayResponse {
    discard(reply.body);
    const { status } = reply;
    this.settlement.settle('upstream_error', status, `The server answered HTTP ${status}.`);
    const turnedAway = status === 401 || status === 403;
    const message = turnedAway
      ? `The server refused the gateway's own credential (HTTP ${status}). The call was not made; an operator has to renew the credential.`
      : `The server answered HTTP ${status} instead of a result. Whether the call was made is unknown.`;
    return this.refused(refuse('upstream.failed', { message }).error);
  }

  private refused(denial: Denial): GatewayResponse {
    return refusalResponse(this.call, denial, this.call.event, this.context.publicUrl);
  }
}
