import type { ConditionRule, Mode } from '../document';
import { explainCondition } from './explain-condition';

/**
 * A rule of `require` or `deny_if` as a sentence, with what the agent reads. `block` is what the rule's block says for rules
 * that say nothing of their own.
 */
export function explainRule(rule: ConditionRule, stage: 'require' | 'deny_if', block: BlockWords = {}): string {
  return `${ruleModeWords(rule.mode, block.mode)}${ruleWords(rule, stage)}.${messageWords(rule.on_deny ?? block.reason ?? null)}`;
}

/** What a block passes on to its rules. */
export interface BlockWords {
  readonly reason?: string | null;
  readonly mode?: Mode;
}

/** `Only observed: `, or nothing for a rule that does as its block. */
export function ruleModeWords(mode: Mode | null, block: Mode = 'enforce'): string {
  if (mode === null || mode === block) return '';
  return mode === 'observe' ? 'Only observed: ' : 'Enforced: ';
}

/** The rule alone, without full stop and without what the agent reads. */
export function ruleWords(rule: Pick<ConditionRule, 'conditions'>, stage: 'require' | 'deny_if'): string {
  if (rule.conditions.length === 0)
    return stage === 'require' ? 'A requirement without conditions always holds' : 'Denied whatever the call is';
  const conditions = rule.conditions.map((condition) => explainCondition(condition, stage)).join(' and ');
  return `Denied ${stage === 'require' ? 'unless' : 'when'} ${conditions}`;
}

/** ` The agent reads "…".`, or nothing when the agent gets the usual sentence. */
export function messageWords(message: string | null): string {
  return message === null ? '' : ` The agent reads ${JSON.stringify(message)}.`;
}
