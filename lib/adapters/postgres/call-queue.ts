import type { PassClaim } from '@/lib/domain/approval/approval-pass';
import type { AuditIntent } from '@/lib/domain/audit-event';
import type { Charge } from '@/lib/domain/decision';
import { type Admission, LedgerUnavailable, type PassRefused } from '@/lib/gateway/ports';
import type { PreparedArguments } from './argument-store';
import { counterKey } from './counter-key';

/** A call that waits for its commit. */
export interface PendingCall {
  /** `admit` may charge and expects an outcome; `record` only writes. */
  readonly kind: 'admit' | 'record';
  readonly intent: AuditIntent;
  readonly charges: readonly Charge[];
  /** Counter identities, in the order of `charges`. */
  readonly keys: readonly string[];
  readonly policyId: string;
  /** What lets a call through that needs a person; used by the commit itself, or the call is not admitted. */
  readonly pass: PassClaim | null;
  readonly args: PreparedArguments;
  /** Monotonic milliseconds after which nobody waits any more. */
  readonly deadlineMs: number;
  readonly resolve: (admission: Admission | PassRefused) => void;
  readonly reject: (error: LedgerUnavailable) => void;
  /** Set once the caller has its answer; a commit that comes later must not lead to anything. */
  answered: boolean;
}

/** A call as its caller hands it over, with what follows from its intent and charges. */
export function pendingCall(call: Omit<PendingCall, 'keys' | 'policyId' | 'answered'>): PendingCall {
  const policyId = call.intent.policy?.id ?? '';
  return { ...call, policyId, keys: call.charges.map((charge) => counterKey(policyId, charge)), answered: false };
}

/** Rows of one commit at most; more would only make the first of them wait. */
export const BATCH_CALLS_MAX = 256;
/** Argument text of one commit at most. */
const BATCH_CHARACTERS_MAX = 1_000_000;

/** Calls in the order of their arrival, bounded; each leaves by commit or by its deadline. */
export class CallQueue {
  #waiting: PendingCall[] = [];

  constructor(private readonly callsMax: number) {}

  get length(): number {
    return this.#waiting.length;
  }

  /** false when the queue is full. */
  push(call: PendingCall): boolean {
    if (this.#waiting.length >= this.callsMax) return false;
    this.#waiting.push(call);
    return true;
  }

  /** The next batch, of at most `callsMax` calls; at least one when any waits. */
  next(callsMax = BATCH_CALLS_MAX): PendingCall[] {
    let characters = 0;
    let count = 0;
    while (count < this.#waiting.length && count < callsMax) {
      characters += this.#waiting[count]?.args.plaintext?.length ?? 0;
      if (count > 0 && characters > BATCH_CHARACTERS_MAX) break;
      count++;
    }
    if (count === this.#waiting.length) {
      const all = this.#waiting;
      this.#waiting = [];
      return all;
    }
    return this.#waiting.splice(0, count);
  }

  /** Puts calls back in front whose transaction certainly was not committed; they keep their deadline. */
  putBack(calls: readonly PendingCall[]): void {
    const open = calls.filter((call) => !call.answered);
    if (open.length > 0) this.#waiting = [...open, ...this.#waiting];
  }

  /** Rejects everything whose deadline has passed. */
  expire(nowMs: number): void {
    if (this.#waiting.length === 0 || (this.#waiting[0] as PendingCall).deadlineMs > nowMs) return;
    const late = this.#waiting.filter((call) => call.deadlineMs <= nowMs);
    this.#waiting = this.#waiting.filter((call) => call.deadlineMs > nowMs);
    for (const call of late) rejectCall(call, 'the audit database did not commit in time');
  }

  rejectAll(message: string): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (const call of all) rejectCall(call, message);
  }
}

/** Answers a call once with `LedgerUnavailable`. */
export function rejectCall(call: PendingCall, message: string, cause?: unknown): void {
  if (call.answered) return;
  call.answered = true;
  call.reject(new LedgerUnavailable(message, { cause }));
}
