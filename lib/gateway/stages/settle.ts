import type { EventDecision, EventOutcome } from '@/lib/domain/audit-event';
import type { Charge } from '@/lib/domain/decision';
import type { EngagedKill } from '@/lib/domain/kill-switch';
import { REASONS, type Reason } from '@/lib/domain/reasons';
import type { ResultFlag } from '@/lib/domain/result-flags';
import { passedDecision, passedTarget } from '../audit';
import type { GatewayPorts } from '../ports';
import { tellEnd } from '../request-end';
import type { OpenCall } from '../sessions';
import type { SniffedOutcome } from '../wire/outcome-sniffer';
import type { Admitted } from './admit';
import type { AdmittedTarget } from './admit-target';

const NOTHING: readonly Charge[] = [];
const NOTE_MAX = 500;

/** What is in the record before it is sent: a call, or another request. */
export type AdmittedRequest = Admitted | AdmittedTarget;

/** What the record says of it, and what it was charged. */
function admissionOf(call: AdmittedRequest): { decision: EventDecision; reason: Reason; charges: readonly Charge[] } {
  if ('pass' in call) {
    const { decision, pass } = call;
    return { decision: passedDecision(call), reason: pass === null ? decision.reason : 'approval.granted', charges: decision.charges };
  }
  return passedTarget(call);
}

/** The one outcome of an admitted call. Whoever learns it first says it; later words change nothing. */
export class Settlement implements OpenCall {
  /** The client asked to cancel: a call that then ends without a result was cancelled. */
  cancelled = false;
  /** The kill switch that stopped the call while it was running. */
  killed: EngagedKill | null = null;
  /** Why the client got an error in place of the answer. */
  withheld: Reason | null = null;
  bytes = 0;
  private readonly flags = new Set<ResultFlag>();
  private settled = false;
  private readonly sentMs: number;

  constructor(
    private readonly call: AdmittedRequest,
    private readonly ports: GatewayPorts,
    private readonly onSettled: () => void,
    /** Lets go of the upstream's answer, if it is still being waited for. */
    readonly abort: () => void,
  ) {
    this.sentMs = ports.clock.monotonicMs();
  }

  get isSettled(): boolean {
    return this.settled;
  }

  flag(flags: readonly ResultFlag[]): void {
    for (const flag of flags) this.flags.add(flag);
  }

  /** Queues the outcome for the ledger; refunds charges that ask for it when the upstream failed the call for certain. */
  settle(outcome: EventOutcome, httpStatus: number | null, note: string | null = null): void {
    if (this.settled) return;
    this.settled = true;
    const now = this.ports.clock.monotonicMs();
    const upstreamMs = now - this.sentMs;
    const settlement = {
      event: this.call.event,
      outcome,
      httpStatus,
      upstreamMs,
      gatewayMs: now - this.call.startedMs - upstreamMs,
      policyMs: this.call.policyMs,
      admissionMs: this.call.admissionMs,
      resultBytes: this.bytes,
      note: this.noteWith(note)?.slice(0, NOTE_MAX) ?? null,
      ...(this.flags.size === 0 ? null : { flags: [...this.flags] }),
    };
    this.ports.ledger.settle(settlement, this.refund(outcome), this.call.policy?.id ?? null);
    const { decision, reason } = admissionOf(this.call);
    tellEnd(this.call, this.ports, {
      decision,
      reason,
      outcome,
      event: this.call.event,
      httpStatus,
      failure: outcome === 'ok' || outcome === 'cancelled' ? null : outcome,
    });
    this.onSettled();
  }

  /** An operator stopped the call: whatever still comes of it is not passed on. */
  kill(kill: EngagedKill): void {
    this.killed = kill;
    this.settle('cancelled', null, `kill.cancelled: the kill switch ${kill.id} stopped the call while it was running.`);
  }

  /** What the client got instead of the answer, where the record would otherwise read as if the tool had reported an error. */
  private noteWith(note: string | null): string | null {
    if (this.withheld === null) return note;
    return note === null ? REASONS[this.withheld].words : `${REASONS[this.withheld].words} ${note}`;
  }

  /** The outcome of a response that was seen. */
  settleSniffed(sniffed: Exclude<SniffedOutcome, 'incomplete'>, httpStatus: number | null, note: string | null = null): void {
    this.settle(sniffed === 'rpc_error' ? 'upstream_error' : sniffed, httpStatus, note);
  }

  /** The answer ended without a result. */
  settleWithoutResult(httpStatus: number | null, note: string): void {
    if (this.cancelled) this.settle('cancelled', httpStatus, 'The client cancelled the call.');
    else this.settle('unknown', httpStatus, note);
  }

  /** Unknown outcomes keep their charge: the call may well have done its work. So do errors that a tool itself reports. */
  private refund(outcome: EventOutcome): readonly Charge[] {
    if (outcome !== 'not_sent' && outcome !== 'upstream_error') return NOTHING;
    return admissionOf(this.call).charges.filter((charge) => charge.refundOnUpstreamError);
  }
}
