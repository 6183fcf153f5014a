import { type ApprovalDifference, differencesBetween } from '@/lib/domain/approval/approval-binding';
import { staleWords } from '@/lib/domain/approval/approval-words';
import { REASONS, type Reason } from '@/lib/domain/reasons';
import type { Result } from '@/lib/kernel/result';
import { askOf } from '../approval-ask';
import { type Denial, refuse } from '../denial';
import type { RequestFacts } from '../facts';
import type { ForwardContext } from '../forward-context';
import type { ApprovalAsk } from '../ports';
import { type Decided, decide } from './decide';
import { grant } from './grant';
import { presentGrant } from './present-grant';

/**
 * Asks everything again that was asked before a person did: grant, agent, server, tool, policy, in the newest state there
 * is. The approval ends as stale when the call is refused now, or is no longer the one that was shown.
 */
export async function reconsider(
  call: Decided,
  asked: ApprovalAsk,
  approval: string,
  context: ForwardContext,
): Promise<Result<Decided, Denial>> {
  const { ports } = context;
  const again = await decideAgain(call, context);
  if (!again.ok) {
    // That this node is behind, or the session over, says nothing about the call that was shown.
    const { reason } = again.error;
    if (reason !== 'policy.stale' && !reason.startsWith('request.')) await ports.approvals.outdated(approval, [nowRefused(reason)]);
    return again;
  }
  const { decision } = again.value;
  if (decision.passes || decision.approval === null) return again;
  const now = askOf(again.value, decision.approval, ports);
  if (now.digest === asked.digest) return again;
  const differences = differencesBetween(asked.binding, now.binding);
  await ports.approvals.outdated(approval, differences);
  return refuse('approval.stale', { message: staleWords(differences) });
}

async function decideAgain(call: Decided, { ports, sessions }: ForwardContext): Promise<Result<Decided, Denial>> {
  const snapshot = await ports.snapshots.latest();
  if (snapshot === null) return refuse('policy.stale');
  const facts: RequestFacts = call;
  const held = presentGrant(facts, snapshot, ports.clock.nowMs());
  if (!held.ok) return held;
  facts.snapshot = snapshot;
  facts.grant = held.value;
  const granted = grant(call, ports, sessions);
  if (!granted.ok) return granted;
  return decide(granted.value, ports);
}

/** What changed, as far as a refusal tells. */
function nowRefused(reason: Reason): ApprovalDifference {
  return { what: concernOf(reason), was: 'as it was', is: `refused: ${REASONS[reason].words}` };
}

function concernOf(reason: Reason): ApprovalDifference['what'] {
  if (reason === 'grant.agent_suspended' || reason === 'anomaly.paused') return 'agent';
  if (reason === 'identity.owner_disabled') return 'owner';
  if (reason.startsWith('identity.') || reason.startsWith('grant.')) return 'grant';
  if (reason.startsWith('server.')) return 'server';
  return reason.startsWith('tool.') ? 'definition' : 'policy';
}
