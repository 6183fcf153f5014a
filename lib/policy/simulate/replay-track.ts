import { type CounterState, refund, rollCounter } from '@/lib/domain/counters/counter-state';
import { decideAdmission, type TakenCharge } from '@/lib/domain/counters/decide-admission';
import type { ApprovalDemand, CallFacts, Catalogue, Charge } from '@/lib/domain/decision';
import type { JsonObject } from '@/lib/kernel/json';
import type { CompiledPolicy } from '../compiled-policy';
import { type AnyDecision, decideRequest } from '../decide-request';
import { undeclaredArgument } from '../declared-arguments';
import type { CannotTellReason } from './cannot-tell';
import { isBefore, type RecordedCall, type TrailPlace } from './recorded-call';
import { decidedState, recordedState, type SimulatedState } from './simulated-state';
import type { WatchedArguments } from './watched-arguments';

/** What a policy would have made of a call, or why that cannot be told. */
export type TrackVerdict =
  | { readonly told: true; readonly state: SimulatedState; readonly rule: string; readonly approval: ApprovalDemand | null }
  | { readonly told: false; readonly reason: CannotTellReason };

interface PendingRefund {
  readonly place: TrailPlace;
  readonly charge: Charge;
  readonly windowStartMs: number;
  readonly chargedAtMs: number;
}

/** With more counters than this, those of windows that have passed are let go of; beyond the second number, the oldest too. */
const COUNTERS_SWEPT = 20_000;
const COUNTERS_MAX = 200_000;

/**
 * One policy with counters of its own, asked call by call in the order of the trail. It walks as the gateway does: policy,
 * undeclared arguments, the question to a person, then the counters, all or none; refunds come when the recorded outcome did.
 */
export class ReplayTrack {
  readonly #policy: CompiledPolicy;
  readonly #catalogue: Catalogue;
  readonly #counters = new Map<string, CounterState>();
  readonly #refunds: PendingRefund[] = [];
  #sweepAbove = COUNTERS_SWEPT;
  /** Counters were forgotten although their window had not passed: limits are then underestimated. */
  forgotCounters = false;

  /** Every tool of `catalogue` is to be active: whether a definition is approved is not the policy's business. */
  constructor(policy: CompiledPolicy, catalogue: Catalogue) {
    this.#policy = policy;
    this.#catalogue = catalogue;
  }

  decide(call: RecordedCall, facts: CallFacts, args: WatchedArguments): TrackVerdict {
    this.#giveBackUntil(call);
    args.reset();
    const { request } = call;
    const decision: AnyDecision =
      request === null ? this.#policy.decide(facts, this.#catalogue) : decideRequest(this.#policy, request.method, facts);
    const missing = args.missing();
    if (missing !== null) return { told: false, reason: missing };
    if (!decision.passes && decision.outcome !== 'needs_approval') return told(decision);
    const undeclared = request === null && this.#isUndeclared(call, facts.args);
    const missingNow = args.missing();
    if (missingNow !== null) return { told: false, reason: missingNow };
    if (undeclared) return { told: true, state: 'denied', rule: '(undeclared argument)', approval: null };
    // The gateway turns to a person before it turns to the counters, and what waits for a person has charged nothing.
    return decision.passes ? this.#admit(call, decision) : told(decision);
  }

  /** A call that got past the gateway's own check has no such argument, even where its arguments are unknown today. */
  #isUndeclared(call: RecordedCall, args: JsonObject): boolean {
    const recorded = recordedState(call);
    const passedCheck = recorded !== null && recorded !== 'denied' && recorded !== 'hidden';
    if (passedCheck) return false;
    return undeclaredArgument(args, this.#catalogue.get(call.tool ?? '')?.inputSchema ?? null) !== null;
  }

  #admit(call: RecordedCall, decision: AnyDecision): TrackVerdict {
    const { charges } = decision;
    if (charges.length === 0) return told(decision);
    const keys = charges.map((charge) => charge.key);
    for (const key of keys) if (!this.#counters.has(key)) this.#counters.set(key, newCounter(key));
    const verdict = decideAdmission(charges, keys, this.#counters, call.at);
    if (!verdict.admitted) return { told: true, state: 'limited', rule: verdict.exhausted.charge.rule, approval: null };
    this.#expectRefunds(call, verdict.taken);
    if (this.#counters.size > this.#sweepAbove) this.#sweep(call.at);
    // Only what the policy itself lets pass without a word is then named after the limit, as in the ledger.
    if (verdict.observed !== null && decision.outcome === 'allowed')
      return { told: true, state: 'observed_limited', rule: verdict.observed.charge.rule, approval: null };
    return told(decision);
  }

  #expectRefunds(call: RecordedCall, taken: readonly TakenCharge[]): void {
    const { settled } = call;
    if (settled === null || (settled.outcome !== 'upstream_error' && settled.outcome !== 'not_sent')) return;
    for (const { charge, windowStartMs } of taken) {
      if (!charge.refundOnUpstreamError) continue;
      const pending = { place: settled, charge, windowStartMs, chargedAtMs: call.at };
      // Almost always the last: outcomes are recorded roughly in the order of their calls.
      let at = this.#refunds.length;
      while (at > 0 && (this.#refunds[at - 1] as PendingRefund).place.at > settled.at) at--;
      this.#refunds.splice(at, 0, pending);
    }
  }

  #giveBackUntil(call: TrailPlace): void {
    while (this.#refunds.length > 0) {
      const { place, charge, windowStartMs, chargedAtMs } = this.#refunds[0] as PendingRefund;
      if (place.at > call.at || !isBefore(place, call)) return;
      this.#refunds.shift();
      const state = this.#counters.get(charge.key);
      if (state === undefined) continue;
      if (charge.align === 'sliding') rollCounter(state, charge, place.at);
      refund(state, charge, windowStartMs, chargedAtMs);
    }
  }

  #sweep(nowMs: number): void {
    for (const [key, state] of this.#counters) if (state.windowEndMs <= nowMs) this.#counters.delete(key);
    if (this.#counters.size > COUNTERS_MAX) this.forgotCounters = true;
    // A tenth more than needed, so that this does not come round with every new counter.
    const kept = this.forgotCounters ? COUNTERS_MAX * 0.9 : COUNTERS_MAX;
    for (const key of this.#counters.keys()) {
      if (this.#counters.size <= kept) break;
      this.#counters.delete(key);
    }
    this.#sweepAbove = Math.min(COUNTERS_MAX, Math.max(COUNTERS_SWEPT, this.#counters.size * 2));
  }
}

function told(decision: AnyDecision): TrackVerdict {
  return { told: true, state: decidedState(decision), rule: decision.rule, approval: decision.approval };
}

function newCounter(key: string): CounterState {
  return { key, used: 0, windowStartMs: 0, windowEndMs: 0, log: null, latest: null, policyId: '', max: 0, raise: null, closed: null };
}
