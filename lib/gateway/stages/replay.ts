import { ok, type Result } from '@/lib/kernel/result';
import { replayedIntent } from '../audit';
import { clockedAsync } from '../clocked';
import { type Denial, type RpcId, refuse } from '../denial';
import { JSON_HEADERS } from '../exchange';
import type { ForwardContext } from '../forward-context';
import { type KeptAnswer, LedgerUnavailable } from '../ports';
import type { GatewayResponse } from '../request';
import { withId } from '../wire/answer-id';
import type { Decided } from './decide';

/**
 * Answers an identical retry with what the server answered to the call that ran: nothing runs, and the record names the
 * event of the one that did. The answer is kept until it was written to somebody.
 */
export async function replay(call: Decided, kept: KeptAnswer, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  const { ports } = context;
  const text = kept.text === null ? null : withId(kept.text, call.message.id as RpcId);
  try {
    if (text === null) {
      await ports.approvals.forget(kept.approval);
      return refuse('approval.consumed', {
        message: `An identical call was approved and has run (${kept.event}). Its result could not be delivered, and with ${kept.bytes} bytes is too large to be kept.`,
      });
    }
    const request = { intent: replayedIntent(call, kept), charges: [] };
    const { event } = await clockedAsync(call, 'admissionMs', ports, () => ports.ledger.admit(request));
    settleReplay(call, event, kept, context);
    const body = new ReplayedBody(text, () => {
      ports.approvals.forget(kept.approval).catch((error: unknown) => {
        ports.log.warn('a delivered answer is kept until its time is over', { event: kept.event, error: String(error) });
      });
    });
    return ok({ status: 200, headers: { ...JSON_HEADERS, 'x-callgate-event': event }, body });
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) ports.log.error('a kept answer could not be given', { error: String(error) });
    return refuse('audit.unavailable');
  }
}

/** The record of a call that never went out, and why it did not have to. */
function settleReplay(call: Decided, event: string, kept: KeptAnswer, { ports }: ForwardContext): void {
  const settlement = {
    event,
    outcome: 'not_sent' as const,
    httpStatus: null,
    upstreamMs: null,
    gatewayMs: ports.clock.monotonicMs() - call.startedMs,
    policyMs: call.policyMs,
    admissionMs: call.admissionMs,
    resultBytes: kept.bytes,
    note: `The answer of ${kept.event} was delivered; nothing was executed.`,
  };
  ports.ledger.settle(settlement, [], call.policy.id);
}

const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined };

/** One text; whoever asks for more after it has written it. */
class ReplayedBody implements AsyncIterableIterator<Uint8Array> {
  private state: 'start' | 'given' | 'over' = 'start';

  constructor(
    private readonly text: string,
    private readonly onWritten: () => void,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.state === 'start') {
      this.state = 'given';
      return { done: false, value: new TextEncoder().encode(this.text) };
    }
    if (this.state === 'given') this.onWritten();
    this.state = 'over';
    return DONE;
  }

  /** The client left again: the answer stays for the next retry. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    this.state = 'over';
    return DONE;
  }
}
