import type { Condition } from '../../document';
import type { ChangeEffect } from '../explanation';
import { type ConditionOrder, conditionOrder } from './condition-order';

/** What it does to access when the conditions of a rule change. Conditions of one rule hold together. */
export function rulesEffect(
  stage: 'require' | 'deny_if' | 'approval',
  before: readonly Condition[],
  after: readonly Condition[],
): ChangeEffect {
  const tighter = refusesAll(stage, after, before);
  const looser = refusesAll(stage, before, after);
  return tighter && looser ? 'neutral' : tighter ? 'tightens' : 'loosens';
}

/** Whether a rule with `these` conditions refuses every call that one with `those` refuses. */
function refusesAll(stage: 'require' | 'deny_if' | 'approval', these: readonly Condition[], those: readonly Condition[]): boolean {
  if (stage === 'require') return those.every((one) => these.some((other) => is(conditionOrder(other, one), 'narrower')));
  return these.every((one) => those.some((other) => is(conditionOrder(one, other), 'wider')));
}

function is(order: ConditionOrder, wanted: 'narrower' | 'wider'): boolean {
  return order === 'same' || order === wanted;
}

/** The loosest of several effects: one opening is enough. */
export function strongest(effects: Iterable<ChangeEffect>): ChangeEffect {
  let found: ChangeEffect = 'neutral';
  for (const effect of effects) {
    if (effect === 'loosens') return effect;
    if (effect === 'tightens') found = effect;
  }
  return found;
}

/** Pairs what is alike on both sides; each of `same` in turn, the strictest first. What finds no partner was removed or added. */
export function pair<T>(
  before: readonly T[],
  after: readonly T[],
  same: readonly ((one: T, other: T) => boolean)[],
): { readonly pairs: readonly (readonly [T, T])[]; readonly removed: readonly T[]; readonly added: readonly T[] } {
  const pairs: (readonly [T, T])[] = [];
  const left = new Set(before);
  const right = new Set(after);
  for (const alike of same) {
    for (const one of left) {
      const other = [...right].find((candidate) => alike(one, candidate));
      if (other === undefined) continue;
      pairs.push([one, other]);
      left.delete(one);
      right.delete(other);
    }
  }
  return { pairs, removed: [...left], added: [...right] };
}
