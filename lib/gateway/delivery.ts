import { ANSWER_KEPT_BYTES_MAX, ANSWER_KEPT_MS } from '@/lib/domain/approval/approval-terms';
import type { ForwardContext } from './forward-context';
import type { AdmittedRequest, Settlement } from './stages/settle';
import type { SniffedOutcome } from './wire/outcome-sniffer';

interface Answer {
  readonly text: string | null;
  readonly bytes: number;
  readonly outcome: Exclude<SniffedOutcome, 'incomplete'>;
  readonly status: number;
}

/** Keeping is tried so often: the database may be away for a moment. */
const ATTEMPTS = 5;
const AGAIN_MS = 1_000;
const KEPT_WORDS = `The client left before the answer was written; it is kept for ${ANSWER_KEPT_MS / 60_000} minutes for an identical retry.`;
const TOO_LARGE_WORDS = 'The client left before the answer was written, and the answer is too large to be kept for a retry.';

/**
 * Sees to it that the answer of a call that used an approval reaches somebody. One that could not be written is kept for an
 * identical retry, before the outcome is recorded: whoever sees the end of the call finds its answer, on any node.
 */
export class Delivery {
  private answer: Answer | null = null;
  private left = false;

  private constructor(
    private readonly call: AdmittedRequest,
    private readonly approval: string,
    private readonly settlement: Settlement,
    private readonly context: ForwardContext,
  ) {}

  /** null for a call that used no approval: it can simply be made again. */
  static of(call: AdmittedRequest, settlement: Settlement, context: ForwardContext): Delivery | null {
    const found = 'pass' in call ? call.pass?.found : undefined;
    return found?.kind === 'approval' ? new Delivery(call, found.id, settlement, context) : null;
  }

  get isComplete(): boolean {
    return this.answer !== null;
  }

  /** The server has answered in full; `text` is null when it is too large to be kept. */
  complete(answer: Answer): void {
    this.answer = answer;
    if (this.left) void this.keep(answer);
  }

  /** What was handed on before has been written. */
  written(): void {
    const { answer } = this;
    if (answer === null || this.left) return;
    this.answer = null;
    this.settlement.settleSniffed(answer.outcome, answer.status);
  }

  /** The client left. true when the answer is here, and is now kept. */
  leave(): boolean {
    const { answer } = this;
    if (!this.left && answer !== null) void this.keep(answer);
    this.left = true;
    return answer !== null;
  }

  private async keep({ text, bytes, outcome, status }: Answer): Promise<void> {
    if (this.settlement.isSettled) return;
    const { approvals, log } = this.context.ports;
    const answer = { approval: this.approval, event: this.call.event, text, bytes };
    let note: string | null = null;
    for (let attempt = 1; note === null && attempt <= ATTEMPTS; attempt++) {
      try {
        await approvals.keep(answer);
        note = text === null ? TOO_LARGE_WORDS : KEPT_WORDS;
      } catch (error) {
        log.warn('an answer that could not be delivered was not kept', { event: this.call.event, attempt, error: String(error) });
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    this.settlement.settleSniffed(outcome, status, note ?? 'The client left before the answer was written, and it could not be kept.');
  }
}

/** Gathers the text of an answer up to the size that is kept. */
export class AnswerText {
  private readonly decoder = new TextDecoder();
  private text: string | null = '';
  bytes = 0;

  push(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    if (this.bytes > ANSWER_KEPT_BYTES_MAX) this.text = null;
    if (this.text !== null) this.text += this.decoder.decode(chunk, { stream: true });
  }

  /** null when it was too large. */
  end(): string | null {
    return this.text === null ? null : this.text + this.decoder.decode();
  }
}
