import type { Mode, RuleBlock } from '../document';
import { pointerTo } from '../problem';
import { PLAIN_APPROVAL } from '../rules/approval';
import { explainApproval } from './explain-approval';
import { explainLimit } from './explain-limit';
import { explainRule, messageWords, ruleModeWords } from './explain-rule';
import type { Sentence } from './explanation';
import { pathWords, redactedWords } from './path-words';

/**
 * Everything a block says, in the order in which it is looked at. `subject` is what the block is about; every tool has no
 * state of its own.
 */
export function explainBlock(block: RuleBlock, pointer: string, subject: 'tool' | 'all_tools', policyMode: Mode): readonly Sentence[] {
  const mode = block.mode ?? policyMode;
  const rules = ruleSentences(block, pointer, mode);
  const state = subject === 'tool' ? stateSentence(block, pointer, rules.length > 0) : [];
  return [
    ...state,
    ...modeSentences(block, pointer, policyMode),
    ...rules,
    ...dispatchSentences(block, pointer),
    ...redactSentences(block, pointer),
  ];
}

/** `Allowed.`, `Allowed within these rules:`, `Denied.` */
function stateSentence(block: RuleBlock, pointer: string, hasRules: boolean): readonly Sentence[] {
  if (block.action === 'deny') return [{ text: `Denied.${messageWords(block.reason)}`, pointer: pointerTo(pointer, 'action') }];
  if (block.action === 'approve') return [];
  return [{ text: hasRules ? 'Allowed within these rules:' : 'Allowed.', pointer }];
}

function modeSentences(block: RuleBlock, pointer: string, policyMode: Mode): readonly Sentence[] {
  if (block.mode === null || block.mode === policyMode) return [];
  const text =
    block.mode === 'observe'
      ? 'Only observed: what these rules decide is recorded, and the call passes.'
      : 'Enforced, although the policy as a whole only observes.';
  return [{ text, pointer: pointerTo(pointer, 'mode') }];
}

function ruleSentences(block: RuleBlock, pointer: string, mode: Mode): readonly Sentence[] {
  const always = block.action === 'approve';
  const asked = block.approval ?? (always ? PLAIN_APPROVAL : null);
  // `action: "approve"` asks each time, whatever `when` says.
  const approval = asked !== null && always ? { ...asked, when: [] } : asked;
  const listed = [
    ...(['require', 'deny_if'] as const).flatMap((stage) =>
      block[stage].map((rule, i) => ({
        rule,
        text: explainRule(rule, stage, { reason: block.reason, mode }),
        pointer: `${pointerTo(pointer, stage)}/${i}`,
      })),
    ),
    ...block.limits.map((rule, i) => ({ rule, text: explainLimit(rule, true), pointer: `${pointerTo(pointer, 'limits')}/${i}` })),
    ...(block.rate_limit === null
      ? []
      : [{ rule: block.rate_limit, text: explainLimit(block.rate_limit, false), pointer: pointerTo(pointer, 'rate_limit') }]),
    ...(approval === null
      ? []
      : [
          { rule: approval, text: explainApproval(approval), pointer: pointerTo(pointer, block.approval === null ? 'action' : 'approval') },
        ]),
  ];
  return listed.flatMap(({ rule, text, pointer: place }) => {
    if (!decides(rule, block, mode)) return [];
    const said = 'conditions' in rule ? text : `${ruleModeWords(rule.mode, mode)}${text}`;
    return [{ text: said, pointer: place }];
  });
}

/** Beside a denial no rule decides anything, except those that enforce where the denial only observes. */
function decides(rule: { readonly mode: Mode | null }, block: RuleBlock, mode: Mode): boolean {
  return block.action !== 'deny' || (mode === 'observe' && rule.mode === 'enforce');
}

function dispatchSentences(block: RuleBlock, pointer: string): readonly Sentence[] {
  const { dispatch } = block;
  if (dispatch === null) return [];
  const text =
    dispatch === false
      ? 'Taken for a tool that runs no other tools, whatever was detected.'
      : `Runs the tool that ${pathWords(dispatch.tool, 'every')} names, ${
          dispatch.arguments === null
            ? 'with arguments that cannot be read'
            : `with ${pathWords(dispatch.arguments, 'every')} as its arguments`
        }: the rules for that tool apply as well.`;
  return [{ text, pointer: pointerTo(pointer, 'dispatch') }];
}

function redactSentences(block: RuleBlock, pointer: string): readonly Sentence[] {
  if (block.redact.length === 0) return [];
  return [{ text: `Never stored or shown: ${block.redact.map(redactedWords).join(', ')}.`, pointer: pointerTo(pointer, 'redact') }];
}
