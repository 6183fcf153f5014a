import type { RuleBlock } from '../document';
import { compileNameGlob, isGlob } from '../glob';
import { pointerTo } from '../problem';
import { removal, setting } from './fixes';
import { isGuarded } from './guards';
import type { PlacedBlock } from './placed-block';
import type { Review } from './review-context';

/** Rules that nothing reaches: of hidden or denied tools; questions that are always asked; blocks that say nothing. */
export function reviewReach(review: Review): void {
  for (const placed of review.blocks) {
    const { owner, pointer, block, tools } = placed;
    if (owner !== 'all_tools' && pointer.startsWith('/tools/') && !isGlob(owner) && review.isHidden(owner)) {
      review.say({
        code: 'rule.unreachable',
        pointer,
        message: `"${owner}" is hidden, so this rule never decides.`,
        hint: 'remove the rule, or the name from `hide`',
        at: 'key',
        fixes: [removal(`Remove the rules of ${owner}`, pointer)],
      });
      continue;
    }
    if (isGlob(owner) && tools.length > 0 && tools.every((tool) => review.isHidden(tool.name))) {
      const message = `Every tool that "${owner}" decides is hidden.`;
      review.say({ severity: 'info', code: 'rule.unreachable', pointer, message, at: 'key', fixes: [removal('Remove it', pointer)] });
    }
    // Where the denial only observes, rules that enforce for themselves still decide.
    if (block.action === 'deny' && (block.mode ?? review.document.mode) === 'enforce') sayDead(review, pointer, block);
    if (block.action === 'approve' && (block.approval?.when.length ?? 0) > 0) {
      review.say({
        code: 'approval.always',
        pointer: `${pointer}/approval/when`,
        message: 'With "action": "approve" a person is asked each time; this `when` changes nothing.',
        hint: 'remove the action to ask only then',
        at: 'key',
        fixes: [
          removal('Ask only when it holds', pointerTo(pointer, 'action')),
          removal('Remove the conditions', `${pointer}/approval/when`),
        ],
      });
    }
    sayEmptyRules(review, pointer, block);
    sayNothing(review, placed);
  }
}

function sayEmptyRules(review: Review, pointer: string, block: RuleBlock): void {
  for (const [i, rule] of block.deny_if.entries()) {
    if (rule.conditions.length > 0) continue;
    const at = `${pointer}/deny_if/${i}`;
    review.say({
      code: 'rule.always',
      pointer: at,
      message: 'A rule without conditions always holds, so every call is denied here.',
      hint: 'write "action": "deny" if that is meant',
      fixes: [removal('Remove the rule', at)],
    });
  }
  for (const [i, rule] of block.require.entries()) {
    if (rule.conditions.length > 0) continue;
    const at = `${pointer}/require/${i}`;
    review.say({
      code: 'rule.always',
      pointer: at,
      message: 'A rule without conditions always holds, so it requires nothing.',
      hint: 'remove it',
      fixes: [removal('Remove the rule', at)],
    });
  }
}

/** A block that changes nothing: the tool is allowed anyway, and no glob or risk class would say otherwise. */
function sayNothing(review: Review, { owner, pointer, block, tools }: PlacedBlock): void {
  const { document } = review;
  const saysSomething =
    isGuarded(block) || block.redact.length > 0 || block.dispatch !== null || block.mode !== null || block.reason !== null;
  if (document.default !== 'allow' || !pointer.startsWith('/tools/') || saysSomething || isGlob(owner)) return;
  const elsewhere = Object.keys(document.tools).some((key) => isGlob(key) && compileNameGlob(key)(owner));
  const [tool] = tools;
  const classes = Object.keys(document.risk);
  const classed = tool === undefined ? classes.length > 0 : classes.includes(tool.dispatch?.opaque === true ? 'execute' : tool.category);
  if (elsewhere || classed) return;
  review.say({
    code: 'rule.nothing',
    pointer,
    message: `${owner} is allowed by the default; listing it changes nothing.`,
    hint: 'remove it, or say what is to be checked',
    at: 'key',
    fixes: [removal(`Remove ${owner}`, pointer), setting('Deny it', pointerTo(pointer, 'action'), 'deny')],
  });
}

function sayDead(review: Review, pointer: string, block: RuleBlock): void {
  const dead = (['require', 'deny_if', 'limits'] as const).filter((key) => block[key].length > 0) as string[];
  if (block.rate_limit !== null) dead.push('rate_limit');
  if (block.approval !== null) dead.push('approval');
  for (const key of dead) {
    review.say({
      code: key === 'approval' ? 'approval.unreachable' : 'rule.unreachable',
      pointer: pointerTo(pointer, key),
      message: `The tool is denied by its action, so \`${key}\` never decides.`,
      hint: `remove \`${key}\`, or the action`,
      at: 'key',
      fixes: [removal(`Remove ${key}`, pointerTo(pointer, key)), removal('Remove the action', pointerTo(pointer, 'action'))],
    });
  }
}
