import type { RuleBlock } from '../document';
import { isGlob } from '../glob';
import { pointerTo } from '../problem';
import type { Review } from './review-context';

/** Rules that nothing reaches: of hidden or denied tools, of shadowed globs; questions that are always or never asked. */
export function reviewReach(review: Review): void {
  for (const { owner, pointer, block, tools } of review.blocks) {
    if (owner !== 'all_tools' && pointer.startsWith('/tools/') && !isGlob(owner) && review.isHidden(owner)) {
      review.say(
        'warning',
        'rule.unreachable',
        pointer,
        `"${owner}" is hidden, so this rule never decides.`,
        'remove the rule, or the name from `hide`',
        'key',
      );
      continue;
    }
    if (isGlob(owner) && tools.length > 0 && tools.every((tool) => review.isHidden(tool.name))) {
      review.say('info', 'rule.unreachable', pointer, `Every tool that "${owner}" decides is hidden.`, undefined, 'key');
    }
    if (block.action === 'deny') sayDead(review, pointer, block);
    if (block.action === 'approve' && (block.approval?.when.length ?? 0) > 0) {
      review.say(
        'warning',
        'approval.always',
        `${pointer}/approval/when`,
        'With "action": "approve" a person is asked each time; this `when` changes nothing.',
        'remove the action to ask only then',
        'key',
      );
    }
    for (const [i, rule] of block.deny_if.entries()) {
      if (rule.conditions.length === 0)
        review.say(
          'warning',
          'rule.always',
          `${pointer}/deny_if/${i}`,
          'A rule without conditions always holds, so every call is denied here.',
          'write "action": "deny" if that is meant',
        );
    }
    for (const [i, rule] of block.require.entries()) {
      if (rule.conditions.length === 0)
        review.say(
          'warning',
          'rule.always',
          `${pointer}/require/${i}`,
          'A rule without conditions always holds, so it requires nothing.',
          'remove it',
        );
    }
  }
}

function sayDead(review: Review, pointer: string, block: RuleBlock): void {
  const dead = (['require', 'deny_if', 'limits'] as const).filter((key) => block[key].length > 0) as string[];
  if (block.rate_limit !== null) dead.push('rate_limit');
  if (block.approval !== null) dead.push('approval');
  for (const key of dead) {
    const code = key === 'approval' ? 'approval.unreachable' : 'rule.unreachable';
    review.say(
      'warning',
      code,
      pointerTo(pointer, key),
      `The tool is denied by its action, so \`${key}\` never decides.`,
      `remove \`${key}\`, or the action`,
      'key',
    );
  }
}
