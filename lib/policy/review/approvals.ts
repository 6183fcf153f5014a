import { removal, setting } from './fixes';
import type { PlacedBlock } from './placed-block';
import type { Review } from './review-context';
import { bringsAbout, excludesEachOther, rulesOut, type Term, termsOf } from './terms';

/** Approvals that no call gets to, that every call gets to although they have conditions, or that all tools wait for. */
export function reviewApprovals(review: Review): void {
  const everywhere = review.everywhere === null ? [] : termsOf(review, review.everywhere).gates;
  for (const placed of review.blocks) {
    if (placed.block.action === 'deny' || placed.block.approval === null) continue;
    const { gates, approval } = termsOf(review, placed);
    if (approval.length > 0 && placed.block.action !== 'approve')
      reviewWhen(review, placed, approval, placed === review.everywhere ? gates : [...gates, ...everywhere]);
  }
  reviewEverywhere(review);
}

function reviewWhen(review: Review, placed: PlacedBlock, when: readonly Term[], gates: ReturnType<typeof termsOf>['gates']): void {
  const pointer = `${placed.pointer}/approval`;
  const remove = removal('Remove the approval', pointer);
  const barrier = gates.find((gate) => when.some((term) => rulesOut(gate, term)));
  if (barrier !== undefined) {
    const at = barrier.at.alone ? barrier.at.rulePointer : barrier.at.pointer;
    review.say({
      code: 'approval.unreachable',
      pointer: `${pointer}/when`,
      message: `${barrier.at.rulePointer} denies every call that this approval would ask about, so nobody is ever asked.`,
      hint: 'loosen that rule for calls that a person may approve, or remove the approval',
      at: 'key',
      fixes: [remove, removal(`Remove ${at}`, at)],
    });
    return;
  }
  const pair = when.flatMap((a, i) => when.slice(i + 1).filter((b) => excludesEachOther(a, b)))[0];
  if (pair !== undefined) {
    review.say({
      code: 'approval.unreachable',
      pointer: `${pointer}/when`,
      message: `No value of \`${pair.at.condition.path}\` fulfils all these conditions, so a person is asked only where it cannot be compared.`,
      hint: 'conditions of `when` hold together',
      at: 'key',
      fixes: [removal('Remove one of the two', pair.at.pointer), remove],
    });
    return;
  }
  if (!when.every((term) => gates.some((gate) => bringsAbout(gate, term)))) return;
  review.say({
    code: 'approval.always',
    pointer: `${pointer}/when`,
    message: 'Every call that gets past the other rules fulfils these conditions, so a person is asked each time.',
    hint: 'raise the threshold, or say so by removing `when`',
    at: 'key',
    fixes: [removal('Remove the conditions', `${pointer}/when`)],
  });
}

/** People who are asked about everything stop reading. */
function reviewEverywhere(review: Review): void {
  const placed = review.everywhere;
  const approval = placed?.block.approval ?? null;
  if (placed === null || approval === null || approval.when.length > 0 || approval.mode === 'observe') return;
  const reads = placed.tools.filter((tool) => tool.category === 'read' && !review.isHidden(tool.name)).length;
  const what = reads === 0 ? 'Every call of every tool' : `Every call of every tool, also of the ${reads} that only read,`;
  const when = [{ path: 'tool.risk', op: 'in', value: ['high', 'critical'] }];
  // `"approval": true` has no place for conditions.
  const isObject = review.kindAt('/all_tools/approval') === 'object';
  const title = 'Ask for high and critical risk only';
  review.say({
    code: 'approval.everything',
    pointer: '/all_tools/approval',
    message: `${what} asks a person. People who are asked about everything soon approve everything.`,
    hint: 'ask for tools of high risk only',
    at: 'key',
    fixes: [isObject ? setting(title, '/all_tools/approval/when', when) : setting(title, '/all_tools/approval', { when })],
  });
}
