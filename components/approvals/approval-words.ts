import type { Approval } from '@/components/shared/api/wire';
import { RISK_LEVELS } from '@/lib/domain/risk';

/** Least time first; of equal seconds the riskier one. */
export function byUrgency(a: Approval, b: Approval): number {
  const left = Math.floor(Date.parse(a.expiresAt) / 1000) - Math.floor(Date.parse(b.expiresAt) / 1000);
  return left !== 0 ? left : RISK_LEVELS.indexOf(b.risk) - RISK_LEVELS.indexOf(a.risk);
}

/** A name that can be read and typed as it is. */
const TYPABLE = /^[\w./:-]{1,40}$/;

/** What somebody types to approve a critical call: the tool's name, or the end of the request's id where that name could be read as something else. */
export function wordToType({ id, tool, innerTool }: Pick<Approval, 'id' | 'tool' | 'innerTool'>): string {
  const name = innerTool ?? tool;
  return TYPABLE.test(name) ? name : id.slice(-6);
}

/** What became of it, in a sentence; null while people can decide. */
export function outcomeWords(approval: Approval): string | null {
  const by = approval.decidedBy === null ? '' : ` by ${approval.decidedBy}`;
  switch (approval.status) {
    case 'pending':
      return null;
    case 'approved':
      return `Approved${by}. It waits for the agent to call again with the same arguments.`;
    case 'consumed':
      return `Approved${by}. The call was let through.`;
    case 'denied':
      return `Denied${by}${approval.decidedReason === null ? '.' : `: ${approval.decidedReason}`}`;
    case 'expired':
      return approval.decidedAt === null
        ? 'Nobody decided in time, so it was denied.'
        : `Approved${by}, but the call did not come in time.`;
    case 'withdrawn':
      return 'Taken back.';
    case 'stale':
      return 'No longer what was shown, so it cannot be approved.';
  }
}

/** One word for lists. */
export const STATUS_WORDS: Record<Approval['status'], string> = {
  pending: 'Waiting',
  approved: 'Approved',
  consumed: 'Let through',
  denied: 'Denied',
  expired: 'Expired',
  withdrawn: 'Taken back',
  stale: 'Outdated',
};
