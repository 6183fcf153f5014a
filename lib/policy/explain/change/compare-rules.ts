import type { Json } from '@/lib/kernel/json';
import type { ConditionRule } from '../../document';
import { deepEqual } from '../../operators/equality';
import { pointerTo } from '../../problem';
import { predicateWords } from '../explain-condition';
import { ruleWords } from '../explain-rule';
import { pair, rulesEffect } from './rule-order';
import { type Comparison, effectOf, inner, isEnforcedRule, type Say } from './side';

interface Placed {
  readonly rule: ConditionRule;
  readonly pointer: string;
}

/** Differences between the `require` or `deny_if` rules of two blocks. */
export function compareRules({ before, after }: Comparison, stage: 'require' | 'deny_if', say: Say): void {
  const place = (side: Comparison['before']): Placed[] =>
    side.block[stage].map((rule, i) => ({ rule, pointer: `${pointerTo(side.pointer, stage)}/${i}` }));
  const { pairs, removed, added } = pair(place(before), place(after), [
    (a, b) => deepEqual(a.rule as unknown as Json, b.rule as unknown as Json),
    (a, b) => deepEqual(a.rule.conditions as unknown as Json, b.rule.conditions as unknown as Json),
    (a, b) => rulesEffect(stage, a.rule.conditions, b.rule.conditions) === 'neutral',
    (a, b) => pathsOf(a.rule) === pathsOf(b.rule),
  ]);
  for (const one of removed) {
    const enforced = isEnforcedRule(one.rule, before);
    say(enforced ? 'loosens' : 'neutral', `no longer ${observed(enforced)}${inner(ruleWords(one.rule, stage))}`, one.pointer, 'before');
  }
  for (const [one, other] of pairs) {
    const was = isEnforcedRule(one.rule, before);
    const is = isEnforcedRule(other.rule, after);
    const change = rulesEffect(stage, one.rule.conditions, other.rule.conditions);
    if (change !== 'neutral') say(effectOf(change, was, is), changedWords(one.rule, other.rule, stage), other.pointer);
    if (was !== is && one.rule.mode !== other.rule.mode)
      say(was ? 'loosens' : 'tightens', `${inner(ruleWords(other.rule, stage))}: ${modeWords(was)} → ${modeWords(is)}`, other.pointer);
    if ((one.rule.on_deny ?? '') !== (other.rule.on_deny ?? ''))
      say(
        'neutral',
        `${inner(ruleWords(other.rule, stage))}: the agent reads ${quoted(one.rule.on_deny)} → ${quoted(other.rule.on_deny)}`,
        other.pointer,
      );
  }
  for (const one of added) {
    const enforced = isEnforcedRule(one.rule, after);
    say(enforced ? 'tightens' : 'neutral', `new: ${observed(enforced)}${inner(ruleWords(one.rule, stage))}`, one.pointer);
  }
}

function changedWords(before: ConditionRule, after: ConditionRule, stage: 'require' | 'deny_if'): string {
  const [one, more] = before.conditions;
  const [other, others] = after.conditions;
  const start = inner(ruleWords(before, stage));
  const single = one !== undefined && other !== undefined && more === undefined && others === undefined;
  if (single && one.path === other.path && one.timezone === other.timezone && one.path !== 'time.weekday' && one.path !== 'args')
    return `${start} → ${predicateWords(other.op, other.value)}`;
  return `${start} → ${inner(ruleWords(after, stage))}`;
}

function pathsOf(rule: ConditionRule): string {
  return rule.conditions
    .map((condition) => condition.path)
    .sort()
    .join(' ');
}

export function observed(enforced: boolean): string {
  return enforced ? '' : 'only observed: ';
}

export function modeWords(enforced: boolean): string {
  return enforced ? 'enforced' : 'only observed';
}

export function quoted(message: string | null): string {
  return message === null ? 'the usual sentence' : JSON.stringify(message);
}
