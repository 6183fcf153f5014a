import type { ApprovalRule } from '../../document';
import { durationSeconds } from '../../duration';
import { pointerTo } from '../../problem';
import { PLAIN_APPROVAL } from '../../rules/approval';
import { approversWords, explainApproval, whenWords } from '../explain-approval';
import type { ChangeEffect } from '../explanation';
import { durationWords } from '../words';
import { modeWords, observed } from './compare-rules';
import { rulesEffect, strongest } from './rule-order';
import { type Comparison, effectOf, inner, isEnforcedRule, type Say, type Side } from './side';

/** Differences between the questions that two blocks put to a person. */
export function compareApprovals({ before, after }: Comparison, say: Say): void {
  const one = approvalOf(before);
  const other = approvalOf(after);
  if (one === null && other === null) return;
  if (other === null && one !== null) {
    const enforced = isEnforcedRule(one.approval, before);
    say(enforced ? 'loosens' : 'neutral', `nobody is asked any more ${whenWords(one.approval)}`, one.pointer, 'before');
  } else if (one === null && other !== null) {
    const enforced = isEnforcedRule(other.approval, after);
    say(
      enforced ? 'tightens' : 'neutral',
      `new: ${observed(enforced)}${inner(explainApproval(other.approval)).slice(0, -1)}`,
      other.pointer,
    );
  } else if (one !== null && other !== null) compareQuestions(one, other, before, after, say);
}

interface Placed {
  readonly approval: ApprovalRule;
  readonly pointer: string;
}

function approvalOf({ block, pointer }: Side): Placed | null {
  const always = block.action === 'approve';
  if (block.approval === null) return always ? { approval: PLAIN_APPROVAL, pointer: pointerTo(pointer, 'action') } : null;
  return { approval: always ? { ...block.approval, when: [] } : block.approval, pointer: pointerTo(pointer, 'approval') };
}

function compareQuestions(one: Placed, other: Placed, before: Side, after: Side, say: Say): void {
  const was = isEnforcedRule(one.approval, before);
  const is = isEnforcedRule(other.approval, after);
  const tell = (effect: ChangeEffect, from: string, to: string, what: string) => {
    if (effect !== 'neutral' && from !== to) say(effectOf(effect, was, is), `${what} ${from} → ${to}`, other.pointer);
  };
  const [a, b] = [one.approval, other.approval];
  tell(rulesEffect('approval', a.when, b.when), whenWords(a), whenWords(b), 'a person is asked');
  tell(approversEffect(a, b), inner(approversWords(a)), inner(approversWords(b)), 'who is asked:');
  tell(longer(seconds(a.expires), seconds(b.expires)), durationWords(a.expires), durationWords(b.expires), 'time to approve:');
  tell(longer(seconds(a.reuse), seconds(b.reuse)), reuse(a), reuse(b), 'an approval holds for');
  if (was !== is && a.mode !== b.mode)
    say(was ? 'loosens' : 'tightens', `asking a person: ${modeWords(was)} → ${modeWords(is)}`, other.pointer);
}

/** More people to choose from, or fewer who must agree, opens access. */
function approversEffect(before: ApprovalRule, after: ApprovalRule): ChangeEffect {
  const all = (some: readonly string[], of: readonly string[]) => some.every((approver) => of.includes(approver));
  const fewer = all(after.approvers, before.approvers);
  const who: ChangeEffect = !fewer ? 'loosens' : all(before.approvers, after.approvers) ? 'neutral' : 'tightens';
  return strongest([who, after.count === before.count ? 'neutral' : after.count > before.count ? 'tightens' : 'loosens']);
}

function longer(before: number, after: number): ChangeEffect {
  return before === after ? 'neutral' : after > before ? 'loosens' : 'tightens';
}

/** `once` holds for no time. */
function seconds(duration: string): number {
  return durationSeconds(duration) ?? 0;
}

function reuse(approval: ApprovalRule): string {
  return approval.reuse === 'once' ? 'one call' : `the same arguments for ${durationWords(approval.reuse)}`;
}
