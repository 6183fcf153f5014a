import type { ConditionRule } from '../document';
import { explainCondition } from './explain-condition';

/** A rule of `require` or `deny_if` as a sentence, with what the agent reads. `reason` is the block's, for rules without a sentence of their own. */
export function explainRule(rule: ConditionRule, stage: 'require' | 'deny_if', reason: string | null = null): string {
  return `${ruleWords(rule, stage)}.${messageWords(rule.on_deny ?? reason)}`;
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
