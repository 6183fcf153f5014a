import type { CallFacts, Decision, TargetDecision } from '@/lib/domain/decision';
import { factsOfTarget, type TargetMethod } from '@/lib/domain/target-methods';
import type { CompiledPolicy } from './compiled-policy';

/** A decision on a tool call or on another request, which has no class of risk. */
export type AnyDecision = Omit<Decision, 'category' | 'risk'>;

/** What rules look at for a request that is no tool call: its name as they have it, and `args`. */
export function targetFacts(method: TargetMethod, call: CallFacts): CallFacts {
  const { kind, ask } = factsOfTarget(method);
  return { ...call, tool: ask ?? call.tool, args: kind === 'resources' ? { uri: call.tool } : call.args };
}

/** Decides a request that is no tool call as the gateway does; what the policy does not speak of passes. */
export function decideRequest(policy: CompiledPolicy, method: TargetMethod, call: CallFacts): AnyDecision {
  const facts = targetFacts(method, call);
  const decided = policy.decideTarget(factsOfTarget(method).kind, facts) ?? UNGOVERNED;
  return { ...decided, approval: null, tools: [facts.tool] };
}

const UNGOVERNED: TargetDecision = {
  outcome: 'allowed',
  passes: true,
  observed: false,
  reason: 'request.ungoverned',
  rule: '(not governed)',
  message: null,
  charges: [],
  redact: [],
  trace: [],
};
