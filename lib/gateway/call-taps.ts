import type { JsonObject } from '@/lib/kernel/json';
import { AnswerText, type Delivery } from './delivery';
import { type Denial, type RpcId, refuse, refuseKilled } from './denial';
import type { Tail, Tap } from './relayed-body';
import { outcomeOf, StreamTap } from './session-tap';
import type { AdmittedRequest, Settlement } from './stages/settle';
import { joinBytes } from './wire/join-bytes';
import { idKey } from './wire/json-rpc';
import { OutcomeSniffer } from './wire/outcome-sniffer';
import { answerText } from './wire/respond';
import { encodeCut, encodeEvent } from './wire/sse';

/** Calls of one session whose result may still come on another stream; beyond that their outcome is unknown at once. */
const AWAITED_MAX = 256;

/** A call whose answer flows by. */
export interface WatchedCall {
  readonly call: AdmittedRequest;
  readonly settlement: Settlement;
  /** Of a call that used an approval. */
  readonly delivery: Delivery | null;
  readonly publicUrl: string;
  /** The client left in a revision in which that cancels nothing: whether to read on. */
  leave(): 'drain' | 'abort';
}

const encoder = new TextEncoder();

const refusalText = ({ call, publicUrl }: WatchedCall, denial: Denial): string => answerText(call, denial, call.event, publicUrl);

/** One JSON body: the result, or an error. */
export class CallJsonTap implements Tap {
  private readonly sniffer = new OutcomeSniffer();
  private readonly text: AnswerText | null;
  private left = false;

  constructor(
    private readonly watched: WatchedCall,
    private readonly status: number,
  ) {
    this.text = watched.delivery === null ? null : new AnswerText();
  }

  observe(chunk: Uint8Array): boolean {
    const { settlement } = this.watched;
    if (settlement.killed !== null) return false;
    settlement.bytes += chunk.length;
    this.sniffer.push(chunk);
    this.text?.push(chunk);
    return true;
  }

  finish(how: 'ended' | 'broken'): Tail {
    const { settlement } = this.watched;
    const { killed, bytes } = settlement;
    // Once a part of the result has gone out, a broken connection is the only honest answer.
    if (killed !== null)
      return bytes > 0 ? 'break' : encoder.encode(refusalText(this.watched, refuseKilled(killed, 'kill.cancelled').error));
    const outcome = this.sniffer.end();
    if (outcome !== 'incomplete' && this.status < 400) {
      this.delivered(outcome);
      return null;
    }
    if (this.status >= 400) settlement.settle('upstream_error', this.status, `The server answered HTTP ${this.status}.`);
    else
      settlement.settleWithoutResult(
        this.status,
        how === 'broken' || !this.sniffer.isClosed ? 'The answer broke off.' : 'The answer was no JSON-RPC response.',
      );
    if (how === 'ended' && this.sniffer.isClosed) return null;
    return bytes > 0 ? 'break' : encoder.encode(refusalText(this.watched, refuse('upstream.failed').error));
  }

  private delivered(outcome: 'ok' | 'tool_error' | 'rpc_error'): void {
    const { delivery, settlement } = this.watched;
    if (delivery === null || this.text === null) {
      settlement.settleSniffed(outcome, this.status);
      return;
    }
    delivery.complete({ text: this.text.end(), bytes: this.text.bytes, outcome, status: this.status });
    // Whoever asks for the end of the body has written what came before it.
    if (!this.left) delivery.written();
  }

  abandon(): 'drain' | 'abort' {
    const { call, settlement, delivery } = this.watched;
    this.left = true;
    const kept = delivery?.leave() === true;
    if (call.era !== 'modern') return kept ? 'drain' : this.watched.leave();
    settlement.cancelled = true;
    // In this era a client that leaves cancels. What the server has answered by then in full is its answer all the same.
    const outcome = this.sniffer.end();
    if (delivery !== null && outcome !== 'incomplete' && this.status < 400) this.delivered(outcome);
    else settlement.settleWithoutResult(this.status, '');
    return 'abort';
  }
}

/** A stream with the result last; questions and progress before it. */
export class CallStreamTap extends StreamTap {
  constructor(private readonly watched: WatchedCall) {
    const { call, settlement } = watched;
    super(call.session, (id) => (idKey(id) === idKey(call.message.id) ? settlement : call.session?.calls.get(idKey(id))), 200);
  }

  override observe(chunk: Uint8Array): boolean {
    const { settlement } = this.watched;
    if (settlement.killed !== null) return false;
    settlement.bytes += chunk.length;
    return super.observe(chunk);
  }

  pulled(): void {
    this.watched.delivery?.written();
  }

  override finish(how: 'ended' | 'broken'): Tail {
    const { settlement, delivery } = this.watched;
    this.observeEnd();
    this.release();
    const { killed } = settlement;
    if (killed !== null) return this.append(refusalText(this.watched, refuseKilled(killed, 'kill.cancelled').error));
    delivery?.written();
    if (settlement.isSettled || delivery?.isComplete === true) return null;
    const { cancelled } = settlement;
    if (!cancelled && this.mayComeElsewhere(how)) return null;
    settlement.settleWithoutResult(
      200,
      how === 'broken' ? 'The stream broke off before the result.' : 'The stream ended without a result.',
    );
    return cancelled ? null : this.append(refusalText(this.watched, refuse('upstream.failed').error));
  }

  /**
   * The client may fetch the result on another stream of its session, and the outcome is learned there: when this one can be
   * resumed, or when the server closed it without a word, which is how older servers send a client to the session's own stream.
   */
  private mayComeElsewhere(how: 'ended' | 'broken'): boolean {
    const { session, headers } = this.watched.call;
    const leftOpen = this.resumable || (this.silent && how === 'ended');
    return leftOpen && headers.sessionId !== null && session !== null && session.calls.size < AWAITED_MAX;
  }

  override abandon(): 'drain' | 'abort' {
    const { call, settlement, delivery } = this.watched;
    const kept = delivery?.leave() === true;
    // A session does not count as used because a server goes on with what its client left.
    this.release();
    if (call.era !== 'modern') return kept ? 'drain' : this.watched.leave();
    settlement.cancelled = true;
    if (!kept) settlement.settleWithoutResult(200, '');
    return 'abort';
  }

  protected override observeResponse(id: RpcId, message: JsonObject, data: string): void {
    const { call, delivery } = this.watched;
    if (delivery === null || idKey(id) !== idKey(call.message.id)) {
      super.observeResponse(id, message, data);
      return;
    }
    const text = new AnswerText();
    text.push(encoder.encode(data));
    delivery.complete({ text: text.end(), bytes: text.bytes, outcome: outcomeOf(message), status: 200 });
  }

  /** A message of ours behind whatever was sent so far; half an event before it becomes one that clients pass over. */
  private append(text: string): Uint8Array {
    const message = encodeEvent(text);
    if (this.mayAppend) return message;
    return joinBytes([encodeCut(), message]);
  }
}
