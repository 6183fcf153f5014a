import { fail, ok, type Result } from '@/lib/kernel/result';

/**
 * Where a request for approval stands. `approved` waits for the call it was given for; `consumed` is an approval that let
 * its call through; `stale` is one whose call would no longer be the one that was shown.
 */
export const APPROVAL_STATUSES = ['pending', 'approved', 'denied', 'expired', 'consumed', 'withdrawn', 'stale'] as const;
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

/** The part of an approval that events change. */
export interface ApprovalState {
  readonly status: ApprovalStatus;
  /** How many different people have to agree. */
  readonly votesNeeded: number;
  /** Ids of those who agreed so far. */
  readonly approvedBy: readonly string[];
}

export type ApprovalEvent =
  | { readonly kind: 'approve'; readonly by: string }
  | { readonly kind: 'deny'; readonly by: string }
  | { readonly kind: 'expire' }
  | { readonly kind: 'consume' }
  | { readonly kind: 'withdraw' }
  /** Policy, definition, grant or agent is no longer what was shown. */
  | { readonly kind: 'change' };

export type ApprovalRefusal =
  /** The event means nothing in this status: somebody or time was first. */
  | 'over'
  /** This person has agreed already; two votes of one person are one. */
  | 'voted_already'
  /** Not all who are needed have agreed yet. */
  | 'not_approved';

/**
 * The one place that says what may follow what. Pure: adapters and verbs apply the answer under the row's lock. A first of
 * two votes changes nothing but the list; any denial ends the request; what is over stays over.
 */
export function advance(state: ApprovalState, event: ApprovalEvent): Result<ApprovalState, ApprovalRefusal> {
  if (state.status === 'pending') return fromPending(state, event);
  if (state.status === 'approved') return fromApproved(state, event);
  return fail('over');
}

function fromPending(state: ApprovalState, event: ApprovalEvent): Result<ApprovalState, ApprovalRefusal> {
  switch (event.kind) {
    case 'approve': {
      if (state.approvedBy.includes(event.by)) return fail('voted_already');
      const approvedBy = [...state.approvedBy, event.by];
      return ok({ ...state, approvedBy, status: approvedBy.length >= state.votesNeeded ? 'approved' : 'pending' });
    }
    case 'deny':
      return ok({ ...state, status: 'denied' });
    case 'expire':
      return ok({ ...state, status: 'expired' });
    case 'withdraw':
      return ok({ ...state, status: 'withdrawn' });
    case 'change':
      return ok({ ...state, status: 'stale' });
    case 'consume':
      return fail('not_approved');
  }
}

/** Approved and not used: only its one call, its end, or taking it back can follow; a late vote changes nothing. */
function fromApproved(state: ApprovalState, event: ApprovalEvent): Result<ApprovalState, ApprovalRefusal> {
  switch (event.kind) {
    case 'consume':
      return ok({ ...state, status: 'consumed' });
    case 'expire':
      return ok({ ...state, status: 'expired' });
    case 'withdraw':
      return ok({ ...state, status: 'withdrawn' });
    case 'change':
      return ok({ ...state, status: 'stale' });
    case 'approve':
    case 'deny':
      return fail('over');
  }
}

/** true when nothing can happen to it any more. */
export function isOver(status: ApprovalStatus): boolean {
  return status !== 'pending' && status !== 'approved';
}
