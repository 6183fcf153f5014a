import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Json } from '@/lib/kernel/json';
import type { Condition } from '../document';
import type { PlacedBlock } from './placed-block';
import type { PlacedCondition } from './places';
import type { Review } from './review-context';
import { type ConditionSets, setsOf } from './sets/condition-sets';
import { isDisjoint, isSubset, type ValueSet } from './sets/value-set';

/** A condition with what is known of the values that it holds for. */
export class Term {
  /** Conditions with the same key look at the same value. */
  readonly key: string;
  /** Looks at every element of a list, of which there may be none. */
  readonly every: boolean;
  private known: ConditionSets | null | undefined;

  constructor(readonly at: PlacedCondition) {
    const { path, timezone } = at.condition;
    this.key = timezone !== null && path.startsWith('time.') ? `${path} ${timezone}` : path;
    this.every = path.includes('[*]');
  }

  /** null where the other side depends on the call. Made when first asked for: most conditions have nothing to compare with. */
  get sets(): ConditionSets | null {
    if (this.known === undefined) this.known = setsOf(this.at.condition);
    return this.known;
  }
}

/** A term that a call has to meet to get past its rule. */
export class Gate extends Term {
  /** The values that get past it; null where that depends on the call. */
  get passes(): ValueSet | null {
    return (this.at.stage === 'require' ? this.sets?.holds : this.sets?.fails) ?? null;
  }
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
    const term = new Term(at);
    if (at.stage === 'approval') approval.push(term);
    if (at.stage === 'require' || (at.stage === 'deny_if' && at.alone)) gates.push(new Gate(at));
    if (at.stage !== 'deny_if') continue;
    const others = denials.get(at.rulePointer);
    if (others === undefined) denials.set(at.rulePointer, [term]);
    else others.push(term);
  }
  return { gates, denials: [...denials].map(([pointer, terms]) => ({ pointer, terms })), approval };
}

/** Whether a call that passes the gate surely does not fulfil a condition of `deny_if` or `approval.when`. */
export function rulesOut(gate: Gate, term: Term): boolean {
  return gate.key === term.key && gate.passes !== null && term.sets !== null && isSubset(gate.passes, term.sets.fails);
}

/** Whether a call that passes the gate surely fulfils a condition of `deny_if` or `approval.when`. */
export function bringsAbout(gate: Gate, term: Term): boolean {
  return gate.key === term.key && !term.every && gate.passes !== null && term.sets !== null && isDisjoint(gate.passes, term.sets.fails);
}

/** Whether what fulfils the first condition of a `deny_if` fulfils the second, where it cannot be evaluated too. */
export function implies(a: Term, b: Term): boolean {
  if (a.key !== b.key) return false;
  if (textOf(a.at.condition) === textOf(b.at.condition)) return true;
  return a.sets !== null && b.sets !== null && isSubset(b.sets.fails, a.sets.fails);
}

/** Whether surely no value gets past both gates. */
export function areExclusive(a: Gate, b: Gate): boolean {
  if (a.key !== b.key || a.every || b.every) return false;
  // A gate alone lets nothing past only when it chooses among nothing; telling so needs no sets.
  if (a === b && !isEmptyList(a.at.condition.value)) return false;
  return a.passes !== null && b.passes !== null && isDisjoint(a.passes, b.passes);
}

/** Whether what gets past the first gate surely gets past the second. */
export function isNarrower(a: Gate, b: Gate): boolean {
  if (a.key !== b.key || a.every !== b.every) return false;
  return a.passes !== null && b.passes !== null && isSubset(a.passes, b.passes);
}

function isEmptyList(value: Json): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Whether no value that can be compared fulfils both. */
export function excludesEachOther(a: Term, b: Term): boolean {
  return a.key === b.key && !a.every && a.sets !== null && b.sets !== null && isDisjoint(a.sets.holds, b.sets.holds);
}

function textOf({ op, value }: Condition): string {
  return `${op} ${canonicalJson(value)}`;
}
