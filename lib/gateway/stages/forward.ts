import type { EngagedKill } from '@/lib/domain/kill-switch';
import { tellCancelled } from '../cancel-upstream';
import { type Denial, refuse, refuseKilled } from '../denial';
import type { ForwardContext } from '../forward-context';
import { killNow, subjectOf } from '../live-calls';
import { UpstreamFailure, type UpstreamReply } from '../ports';
import { discard, RelayedBody, type Tap } from '../relayed-body';
import type { GatewayResponse } from '../request';
import { send } from '../send';
import { StreamTap } from '../session-tap';
import { idKey } from '../wire/json-rpc';
import { OutcomeSniffer } from '../wire/outcome-sniffer';
import { refusalResponse, toolResultText } from '../wire/respond';
import { encodeEvent } from '../wire/sse';
import type { Admitted } from './admit';
import { Settlement } from './settle';

/** Calls of one session whose result may still come on another stream; beyond that their outcome is unknown at once. */
const AWAITED_MAX = 256;

/**
 * Sends the canonical text of what was decided on and streams the answer back byte for byte. Only an admitted call gets
 * here; whatever happens now closes its event.
 */
export async function forward(call: Admitted, context: ForwardContext): Promise<GatewayResponse> {
  const exchange = new Exchange(call, context);
  // Admitting took a while; from here on, whatever is engaged stops this call.
  const kill = killNow(call, context);
  if (kill !== null) return exchange.notSent(kill);
  let reply: UpstreamReply;
  try {
    reply = await send(call, context, call.session?.upstream ?? null, exchange.signal);
  } catch (error) {
    return exchange.failed(error);
  }
  return exchange.answer(reply);
}

class Exchange {
  private readonly controller = new AbortController();
  private readonly settlement: Settlement;
  private readonly key: string;
  private readonly forget: () => void;

  constructor(
    private readonly call: Admitted,
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
        if (session?.calls.get(this.key) === this.settlement) session.calls.delete(this.key);
        context.onSettled();
      },
      () => this.controller.abort(),
    );
    this.forget = context.live.add({ subject: subjectOf(call), stop: this.stop });
    if (session !== null && !session.calls.has(this.key)) session.calls.set(this.key, this.settlement);
    // In the modern era a closed stream is the cancellation; before, the client may come back for the result.
    if (era === 'modern') request.signal.addEventListener('abort', this.cancel, { once: true });
    if (era === 'modern' && request.signal.aborted) this.cancel();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  private readonly cancel = (): void => {
    this.settlement.cancelled = true;
    this.controller.abort();
  };

  /** A kill switch ends the call here, at the upstream and in the record; the answer is a refusal. */
  private readonly stop = (kill: EngagedKill): void => {
    this.settlement.kill(kill);
    tellCancelled(this.call, this.context);
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
    if (!(error instanceof UpstreamFailure)) this.context.ports.log.error('upstream adapter failed', { error: String(error) });
    if (this.settlement.cancelled) this.settlement.settleWithoutResult(null, '');
    else
      this.settlement.settle(
        sent ? 'unknown' : 'not_sent',
        null,
        sent ? 'The connection to the server was lost.' : 'The server could not be reached.',
      );
    return this.refused(refuse(sent ? 'upstream.failed' : 'upstream.unavailable').error);
  }

  answer(reply: UpstreamReply): GatewayResponse {
    const { status, body } = reply;
    const { killed } = this.settlement;
    if (killed !== null) {
      discard(body);
      return this.refused(refuseKilled(killed, 'kill.cancelled').error);
    }
    const type = reply.contentType?.toLowerCase() ?? '';
    if (status === 404 && this.call.session?.upstream.upstreamId != null) return this.lostSession(reply);
    const json = type.startsWith('application/json');
    const stream = status === 200 && type.startsWith('text/event-stream');
    const relayed =
      body !== null && (stream || (json && status !== 401 && status !== 403 && status < 500 && (status === 200 || status >= 400)));
    if (!relayed) return this.failedWith(reply);
    const headers: Record<string, string> = {
      'content-type': stream ? 'text/event-stream' : 'application/json',
      'x-callgate-event': this.call.event,
    };
    headers['cache-control'] = stream ? 'no-cache, no-transform' : 'no-store';
    if (stream) headers['x-accel-buffering'] = 'no';
    const tap = stream
      ? new CallStreamTap(this.call, this.settlement, this.context.publicUrl)
      : new CallJsonTap(this.call, this.settlement, status, this.context.publicUrl);
    return { status, headers, body: new RelayedBody(body, tap, () => this.controller.abort()) };
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

const encoder = new TextEncoder();

function killedText(call: Admitted, kill: EngagedKill, publicUrl: string): string {
  return toolResultText(call, refuseKilled(kill, 'kill.cancelled').error, call.event, publicUrl);
}

/** One JSON body: the result, or an error. */
class CallJsonTap implements Tap {
  private readonly sniffer = new OutcomeSniffer();

  constructor(
    private readonly call: Admitted,
    private readonly settlement: Settlement,
    private readonly status: number,
    private readonly publicUrl: string,
  ) {}

  observe(chunk: Uint8Array): boolean {
    if (this.settlement.killed !== null) return false;
    this.settlement.bytes += chunk.length;
    this.sniffer.push(chunk);
    return true;
  }

  finish(how: 'ended' | 'broken'): Uint8Array | null {
    const { killed, bytes } = this.settlement;
    // Once a part of the result has gone out, a broken body is the only honest answer.
    if (killed !== null) return bytes > 0 ? null : encoder.encode(killedText(this.call, killed, this.publicUrl));
    const outcome = this.sniffer.end();
    if (this.status >= 400) this.settlement.settle('upstream_error', this.status, `The server answered HTTP ${this.status}.`);
    else if (outcome !== 'incomplete') this.settlement.settleSniffed(outcome, this.status);
    else
      this.settlement.settleWithoutResult(this.status, how === 'broken' ? 'The answer broke off.' : 'The answer was no JSON-RPC response.');
    return null;
  }

  abandon(): 'drain' | 'abort' {
    if (this.call.era !== 'modern') return 'drain';
    this.settlement.cancelled = true;
    this.settlement.settleWithoutResult(this.status, '');
    return 'abort';
  }
}

/** A stream with the result last; questions and progress before it. */
class CallStreamTap extends StreamTap {
  constructor(
    private readonly call: Admitted,
    private readonly settlement: Settlement,
    private readonly publicUrl: string,
  ) {
    super(call.session, (id) => (idKey(id) === idKey(call.message.id) ? settlement : call.session?.calls.get(idKey(id))), 200);
  }

  override observe(chunk: Uint8Array): boolean {
    if (this.settlement.killed !== null) return false;
    this.settlement.bytes += chunk.length;
    return super.observe(chunk);
  }

  override finish(how: 'ended' | 'broken'): Uint8Array | null {
    this.observeEnd();
    this.release();
    const { killed } = this.settlement;
    if (killed !== null) return this.mayAppend ? encodeEvent(killedText(this.call, killed, this.publicUrl)) : null;
    if (this.settlement.isSettled) return null;
    const { cancelled } = this.settlement;
    if (!cancelled && this.mayComeElsewhere(how)) return null;
    this.settlement.settleWithoutResult(
      200,
      how === 'broken' ? 'The stream broke off before the result.' : 'The stream ended without a result.',
    );
    if (cancelled || !this.mayAppend) return null;
    return encodeEvent(toolResultText(this.call, refuse('upstream.failed').error, this.call.event, this.publicUrl));
  }

  /**
   * The client may fetch the result on another stream of its session, and the outcome is learned there: when this one can be
   * resumed, or when the server closed it without a word, which is how older servers send a client to the session's own stream.
   */
  private mayComeElsewhere(how: 'ended' | 'broken'): boolean {
    const { session, headers } = this.call;
    const leftOpen = this.resumable || (this.silent && how === 'ended');
    return leftOpen && headers.sessionId !== null && session !== null && session.calls.size < AWAITED_MAX;
  }

  override abandon(): 'drain' | 'abort' {
    if (this.call.era !== 'modern') return 'drain';
    this.release();
    this.settlement.cancelled = true;
    this.settlement.settleWithoutResult(200, '');
    return 'abort';
  }
}
