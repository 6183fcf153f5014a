import type { Mode, RuleBlock } from '../document';
import { pointerTo } from '../problem';
import { PLAIN_APPROVAL } from '../rules/approval';
import { explainApproval } from './explain-approval';
import { explainLimit } from './explain-limit';
import { explainRule, messageWords } from './explain-rule';
import type { Sentence } from './explanation';
import { pathWords, redactedWords } from './path-words';

/**
 * Everything a block says, in the order in which it is looked at. `subject` is what the block is about; every tool has no
 * state of its own.
 */
export function explainBlock(block: RuleBlock, pointer: string, subject: 'tool' | 'all_tools', policyMode: Mode): readonly Sentence[] {
  const rules = block.action === 'deny' ? [] : ruleSentences(block, pointer);
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

function ruleSentences(block: RuleBlock, pointer: string): readonly Sentence[] {
  const conditions = (['require', 'deny_if'] as const).flatMap((stage) =>
    block[stage].map((rule, i) => ({ text: explainRule(rule, stage, block.reason), pointer: `${pointerTo(pointer, stage)}/${i}` })),
  );
  const limits = block.limits.map((limit, i) => ({ text: explainLimit(limit, true), pointer: `${pointerTo(pointer, 'limits')}/${i}` }));
  const rate =
    block.rate_limit === null ? [] : [{ text: explainLimit(block.rate_limit, false), pointer: pointerTo(pointer, 'rate_limit') }];
  return [...conditions, ...limits, ...rate, ...approvalSentences(block, pointer)];
}

/** `action: "approve"` asks each time, whatever `when` says. */
function approvalSentences(block: RuleBlock, pointer: string): readonly Sentence[] {
  const always = block.action === 'approve';
  const approval = block.approval ?? (always ? PLAIN_APPROVAL : null);
  if (approval === null) return [];
  const text = explainApproval(always ? { ...approval, when: [] } : approval);
  return [{ text, pointer: pointerTo(pointer, block.approval === null ? 'action' : 'approval') }];
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
