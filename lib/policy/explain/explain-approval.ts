import type { ApprovalRule } from '../document';
import { explainCondition } from './explain-condition';
import { bareWords } from './value-words';
import { durationWords, listWords } from './words';

/** An approval as a sentence: who is asked when, how long they have, and what happens then. */
export function explainApproval(approval: ApprovalRule): string {
  const asked = approval.count === 1 ? 'is asked' : 'are asked';
  const parts = [`${approversWords(approval)} ${asked} ${whenWords(approval)}; ${expiryWords(approval)}`];
  if (approval.reuse !== 'once') parts.push(reuseWords(approval));
  return `${parts.join('; ')}.`;
}

/** `A person with the role approver`, `2 people with the role approver`, `Ana or a person with the role …`. */
export function approversWords(approval: Pick<ApprovalRule, 'approvers' | 'count'>): string {
  const named = (kind: 'role:' | 'user:') =>
    [...new Set(approval.approvers)]
      .filter((approver) => approver.startsWith(kind))
      .map((approver) => bareWords(approver.slice(kind.length)));
  const roles = named('role:').sort();
  const people = named('user:').sort();
  const withRole = roles.length === 0 ? [] : [`with the role ${listWords(roles, 'or')}`];
  if (approval.count === 1) {
    const who = listWords([...withRole.map((words) => `a person ${words}`), ...people], 'or');
    return `${who.slice(0, 1).toUpperCase()}${who.slice(1)}`;
  }
  return `${approval.count} different people (${listWords([...withRole, ...people], 'or')})`;
}

export function whenWords(approval: Pick<ApprovalRule, 'when'>): string {
  if (approval.when.length === 0) return 'each time';
  return `when ${approval.when.map((condition) => explainCondition(condition, 'approval')).join(' and ')}`;
}

export function expiryWords(approval: Pick<ApprovalRule, 'expires'>): string {
  return `they have ${durationWords(approval.expires)}, then it is denied`;
}

export function reuseWords(approval: Pick<ApprovalRule, 'reuse'>): string {
  return approval.reuse === 'once'
    ? 'an approval holds for one call'
    : `an approval holds for the same arguments for ${durationWords(approval.reuse)}`;
}
