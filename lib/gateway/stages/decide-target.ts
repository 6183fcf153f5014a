import type { CallFacts, TargetDecision } from '@/lib/domain/decision';
import type { RequestFacts } from '../facts';
import type { NamedTarget } from '../target';

/** Asks the policy that the facts hold. */
export function decideTarget(facts: RequestFacts, target: NamedTarget, at: number): TargetDecision | null {
  const { policy, grant, server } = facts;
  if (policy === null || grant === null || server === null) return null;
  const { agent, scopes, purpose, id } = grant;
  const call: CallFacts = {
    tool: target.name,
    args: target.args,
    at,
    server,
    agent,
    grant: { id, scopes, purpose },
    client: facts.client,
    session: facts.session?.id ?? null,
  };
  return policy.compiled.decideTarget(target.kind, call);
}
