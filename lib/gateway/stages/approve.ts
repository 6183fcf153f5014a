import { deniedWords } from '@/lib/domain/approval/approval-words';
import type { ApprovalDemand } from '@/lib/domain/decision';
import { ok, type Result } from '@/lib/kernel/result';
import { askOf } from '../approval-ask';
import { type Denial, refuse } from '../denial';
import type { ForwardContext } from '../forward-context';
import type { Waiting } from '../held-calls';
import { type ApprovalAsk, type ApprovalPass, type AskedApproval, type KeptAnswer, LedgerUnavailable } from '../ports';
import { traced, traceFacts } from '../trace';
import { awaitDecision, verdict } from './await-decision';
import { askOrWait } from './await-end';
import type { Decided } from './decide';
import { reconsider } from './reconsider';

declare const approved: unique symbol;
/** A call that needs no person, or one that a person let through. */
export interface Approved extends Decided {
  /** What lets it through, used up or counted by the admission; null when it needs no person. */
  readonly pass: { readonly ask: ApprovalAsk; readonly found: ApprovalPass } | null;
  readonly [approved]: true;
}

/** The same call ran before, and its answer is still to be delivered. */
export interface Answered {
  readonly call: Decided;
  readonly kept: KeptAnswer;
}

/**
 * Finds what lets the call through, or asks a person and holds the call. Nobody's consent outlives what was shown: after
 * the waiting everything is decided anew, and the admission looks once more whether anything has changed since.
 */
export async function approve(
  call: Decided,
  context: ForwardContext,
  waiting: Waiting | null,
): Promise<Result<Approved | Answered, Denial>> {
  const demand = demandOf(call);
  if (demand === null) return ok(letThrough(call, null));
  try {
    const ask = askOf(call, demand, context.ports);
    const answer = await askOrWait(call, ask, context, waiting);
    if (!('kind' in answer)) return answer;
    switch (answer.kind) {
      case 'kept':
        return ok({ call, kept: answer.kept });
      case 'pass':
        return ok(letThrough(call, { ask, found: answer.pass }));
      case 'pending': {
        const decided = await traced(call, 'approval wait', () => awaitDecision(call, answer.approval, context, waiting));
        return decided.ok ? await afterApproval(call, ask, answer.approval, context, waiting) : decided;
      }
      case 'denied':
        return refuse('approval.denied', {
          message: deniedWords(answer.reason),
          approval: answer.approval,
          retryAfterMs: Math.max(0, answer.retryAtMs - context.ports.clock.nowMs()),
        });
      case 'paused':
        return refuse('approval.paused', { retryAfterMs: Math.max(0, answer.retryAtMs - context.ports.clock.nowMs()) });
      case 'backlog':
        return refuse('approval.backlog', { message: `${answer.pendingMax} calls of this agent wait for a person already.` });
    }
  } catch (error) {
    if (!(error instanceof LedgerUnavailable))
      context.ports.log.error('asking for approval failed', { error: String(error), ...traceFacts(call) });
    return refuse('audit.unavailable');
  }
}

/**
 * The call once more, decided under the newest configuration. Still the one that was approved: it goes on with its pass.
 * Needs no person any more: it goes on without one. Anything else ends the approval, with what differs named.
 */
export async function reaffirm(
  call: Decided,
  ask: ApprovalAsk,
  found: ApprovalPass,
  context: ForwardContext,
): Promise<Result<Approved, Denial>> {
  const again = await reconsider(call, ask, found.approval, context);
  if (!again.ok) return again;
  return ok(letThrough(again.value, demandOf(again.value) === null ? null : { ask, found }));
}

/** What the call needs, or null when it may go on. */
function demandOf({ decision }: Decided): ApprovalDemand | null {
  if (decision.passes) return null;
  if (decision.approval === null) throw new Error('a decision asks for a person and does not say for whom');
  return decision.approval;
}

/** An identical call may have used the approval meanwhile; then an exception may let this one through, and nothing else. */
async function afterApproval(
  call: Decided,
  ask: ApprovalAsk,
  approval: AskedApproval,
  context: ForwardContext,
  waiting: Waiting | null,
): Promise<Result<Approved, Denial>> {
  // Whoever left meanwhile is not acted for; the approval waits for an identical call.
  const hasLeft = (): boolean => waiting?.left === true;
  if (hasLeft()) return refuse('approval.needed', { approval });
  const { approvals } = context.ports;
  const found = await approvals.find(ask);
  if (found === null) {
    // Used by an identical call, unless it was taken back or ended since.
    const ended = verdict(await approvals.standing(approval.id), approval, context);
    return ended.ok ? refuse('approval.consumed', { approval }) : ended;
  }
  const again = await reaffirm(call, ask, found, context);
  return again.ok && hasLeft() ? refuse('approval.needed', { approval }) : again;
}

function letThrough(call: Decided, pass: Approved['pass']): Approved {
  return Object.assign(call, { pass }) as unknown as Approved;
}
