import type { EventDecision } from '@/lib/domain/audit-event';
import type { Decision, Outcome } from '@/lib/domain/decision';
import type { RecordedCall } from './recorded-call';

/** How a call went or would go, as far as a policy decides it. */
export type SimulatedState = Exclude<EventDecision, 'refused' | 'unavailable'>;

/** Families of reasons that a policy gives; all others come from the gateway, the network or an operator. */
const POLICY_REASONS = /^(policy|argument|dispatch|limit|approval)\./;

/**
 * What the policy made of a recorded call; null when no policy was asked, or its answer did not come to bear (the tool was
 * not approved, the request malformed, the audit database away). Such a call says nothing about any policy.
 */
export function recordedState(call: Pick<RecordedCall, 'decision' | 'reason'>): SimulatedState | null {
  // What the policy of the time did not speak of passed.
  if (call.reason === 'request.ungoverned') return 'allowed';
  if (!POLICY_REASONS.test(call.reason)) return null;
  // The gateway refuses undeclared arguments after every policy that would let the call pass; "try a call" names it denied too.
  if (call.decision === 'refused') return call.reason === 'argument.undeclared' ? 'denied' : null;
  return call.decision === 'unavailable' ? null : call.decision;
}

/** A decision of the engine in the same words. */
export function decidedState(decision: Pick<Decision, 'outcome' | 'observed'>): SimulatedState {
  return decision.observed && decision.outcome !== 'allowed' ? `observed_${decision.outcome}` : decision.outcome;
}

/** What the agent meets: whatever is only observed passes. */
export function effectOf(state: SimulatedState): Outcome {
  switch (state) {
    case 'observed_denied':
    case 'observed_hidden':
    case 'observed_limited':
    case 'observed_needs_approval':
      return 'allowed';
    default:
      return state;
  }
}
