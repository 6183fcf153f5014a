import type { Reason } from '../reasons';
import { type ApprovalDifference, differenceSentence } from './approval-binding';

/** Where people decide on a request, and until when they can. */
export interface ApprovalPlace {
  readonly id: string;
  readonly url: string;
  readonly expiresAt: string;
}

export interface ApprovalSentenceFacts {
  readonly retryAfterMs: number | null;
  /** Slug of the policy that asks. */
  readonly policy: string | null;
  readonly place: ApprovalPlace | null;
}

/**
 * What the agent reads of a call that a person has to approve, or did not approve: what, why, what to do. `words` are the
 * author's, the approver's or the reason's own; never the caller's or the upstream's.
 */
export function approvalSentence(reason: Reason, words: string, facts: ApprovalSentenceFacts): string {
  const why = /[.!?]$/.test(words) ? words : `${words}.`;
  if (reason === 'approval.needed') return `Approval needed by policy: ${why} The call was NOT EXECUTED. ${pendingWords(facts)}`;
  if (reason === 'approval.running')
    return `Approved before: ${why} It was NOT EXECUTED again. When it has ended, an identical call gets its result if nobody else got it, and otherwise asks a person again.`;
  return `Not approved: ${why} The call was NOT EXECUTED. ${adviceOf(reason, facts.retryAfterMs)}`;
}

/** What a person's denial tells the agent; null when no reason was given. */
export function deniedWords(reason: string | null): string | null {
  return reason === null || reason === '' ? null : `A person denied this call: ${reason}`;
}

/** The reason's words with what differs; null without any. */
export function staleWords(differences: readonly ApprovalDifference[]): string | null {
  if (differences.length === 0) return null;
  return `What was shown for approval is no longer what would run. ${differences.map(differenceSentence).join(' ')}`;
}

function pendingWords({ policy, place }: ApprovalSentenceFacts): string {
  if (place === null) return 'Approvals are decided by a person in the Callgate console; tell the user.';
  return (
    `Approval ${place.id}${policy === null ? '' : ` (policy ${policy})`} is pending until ${place.expiresAt}. Tell the user to decide it at ${place.url}. ` +
    'After the approval call this tool again with exactly the same arguments: an identical call attaches to this request, and runs once when it is approved. ' +
    'Do not change the arguments and do not use another tool to work around this.'
  );
}

function adviceOf(reason: Reason, retryAfterMs: number | null): string {
  switch (reason) {
    case 'approval.denied':
      return 'Do not retry it, and do not work around it with other arguments or another tool; tell the user.';
    case 'approval.backlog':
      return 'Wait until they are decided; tell the user.';
    case 'approval.paused':
      return `Try again in ${Math.ceil((retryAfterMs ?? 0) / 1000)} seconds at the earliest; tell the user.`;
    case 'approval.consumed':
      return 'Call again only if it has to be done once more; that asks a person again.';
    default:
      return 'An identical call asks a person again; tell the user before you do that.';
  }
}
