import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Condition } from '../document';
import type { PlacedBlock } from './placed-block';
import type { PlacedCondition } from './places';
import type { Review } from './review-context';
import { type ConditionSets, setsOf } from './sets/condition-sets';
import { isDisjoint, isSubset, type ValueSet } from './sets/value-set';

/** A condition with what is known of the values that it holds for. */
export interface Term {
  readonly at: PlacedCondition;
  /** Conditions with the same key look at the same value. */
  readonly key: string;
  /** null where the other side depends on the call. */
  readonly sets: ConditionSets | null;
  /** Looks at every element of a list, of which there may be none. */
  readonly every: boolean;
}

/** A term that a call has to meet to get past its rule, with the values that do. */
export interface Gate extends Term {
  readonly passes: ValueSet;
}

/** A rule of `deny_if` whose conditions hold together. */
export interface DenyRule {
  readonly pointer: string;
  readonly terms: readonly Term[];
}

/** What a block has a call meet, in the order of the text. What only observes binds nothing and is left out. */
export interface Terms {
  readonly gates: readonly Gate[];
  readonly denials: readonly DenyRule[];
  readonly approval: readonly Term[];
}

export function termsOf(review: Review, placed: PlacedBlock): Terms {
  const gates: Gate[] = [];
  const denials = new Map<string, Term[]>();
  const approval: Term[] = [];
  for (const at of review.conditionsOf(placed)) {
    if (at.observes) continue;
    const term = termOf(at);
    if (at.stage === 'approval') approval.push(term);
    if (at.stage === 'require' && term.sets !== null) gates.push({ ...term, sets: term.sets, passes: term.sets.holds });
    if (at.stage !== 'deny_if') continue;
    if (at.alone && term.sets !== null) gates.push({ ...term, sets: term.sets, passes: term.sets.fails });
    const others = denials.get(at.rulePointer);
    if (others === undefined) denials.set(at.rulePointer, [term]);
    else others.push(term);
  }
  return { gates, denials: [...denials].map(([pointer, terms]) => ({ pointer, terms })), approval };
}

function termOf(at: PlacedCondition): Term {
  const { path, timezone } = at.condition;
  const key = timezone !== null && path.startsWith('time.') ? `${path} ${timezone}` : path;
  return { at, key, sets: setsOf(at.condition), every: path.includes('[*]') };
}

/** Whether a call that passes the gate surely does not fulfil a condition of `deny_if` or `approval.when`. */
export function rulesOut(gate: Gate, term: Term): boolean {
  return gate.key === term.key && term.sets !== null && isSubset(gate.passes, term.sets.fails);
}

/** Whether a call that passes the gate surely fulfils a condition of `deny_if` or `approval.when`. */
export function bringsAbout(gate: Gate, term: Term): boolean {
  return gate.key === term.key && !term.every && term.sets !== null && isDisjoint(gate.passes, term.sets.fails);
}

/** Whether what fulfils the first condition of a `deny_if` fulfils the second, where it cannot be evaluated too. */
export function implies(a: Term, b: Term): boolean {
  if (a.key !== b.key) return false;
  if (textOf(a.at.condition) === textOf(b.at.condition)) return true;
  return a.sets !== null && b.sets !== null && isSubset(b.sets.fails, a.sets.fails);
}

/** Whether no value that can be compared fulfils both. */
export function excludesEachOther(a: Term, b: Term): boolean {
  return a.key === b.key && !a.every && a.sets !== null && b.sets !== null && isDisjoint(a.sets.holds, b.sets.holds);
}

function textOf({ op, value }: Condition): string {
  return `${op} ${canonicalJson(value)}`;
}
