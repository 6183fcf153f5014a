import type { Json } from '@/lib/kernel/json';
import type { Condition } from '../../document';
import { parseIsoTime } from '../../iso-time';
import { deepEqual } from '../../operators/equality';
import { looksAtClock } from '../explain-condition';

/** How the values that pass one condition lie to those that pass another; null where that cannot be told. */
export type ConditionOrder = 'same' | 'narrower' | 'wider' | null;

/**
 * Compares what two conditions hold for. Told only for conditions that cannot be evaluated on exactly the same values, so
 * that the answer is good for `require` (where such a value is refused) and for `deny_if` (where it is refused too).
 */
export function conditionOrder(a: Condition, b: Condition): ConditionOrder {
  if (a.path !== b.path) return null;
  if (a.timezone !== b.timezone && (looksAtClock(a) || looksAtClock(b))) return null;
  if (a.op === b.op && deepEqual(a.value, b.value)) return 'same';
  for (const family of FAMILIES) {
    const left = family(a);
    const right = family(b);
    if (left === null || right === null) continue;
    const inside = left.within(right as never);
    const around = right.within(left as never);
    return inside && around ? 'same' : inside ? 'narrower' : around ? 'wider' : null;
  }
  return null;
}

/** A set of values; `within` asks whether all of them lie in another set of the same family. */
interface ValueSet {
  readonly within: (other: never) => boolean;
}

const FAMILIES: readonly ((condition: Condition) => ValueSet | null)[] = [
  (condition) => bound(condition, (value) => (typeof value === 'number' ? value : null)),
  (condition) => bound(condition, (value) => (typeof value === 'string' ? parseIsoTime(value) : null)),
  members,
  (condition) => lengths(condition),
  (condition) => texts(condition, 'starts_with', (one, other) => one.startsWith(other)),
  (condition) => texts(condition, 'ends_with', (one, other) => one.endsWith(other)),
  (condition) => lists(condition, 'keys_in'),
  (condition) => lists(condition, 'host_in'),
  (condition) => lists(condition, 'cidr'),
  types,
];

interface Bound extends ValueSet {
  readonly upper: boolean;
  readonly at: number;
  readonly included: boolean;
}

function makeBound(upper: boolean, at: number, included: boolean): Bound {
  const within = (other: Bound): boolean => {
    if (other.upper !== upper) return false;
    if (at === other.at) return !included || other.included;
    return upper ? at < other.at : at > other.at;
  };
  return { upper, at, included, within };
}

function bound({ op, value }: Condition, read: (value: Json) => number | null): Bound | null {
  const at = read(value);
  if (at === null || !['lt', 'lte', 'gt', 'gte'].includes(op)) return null;
  return makeBound(op.startsWith('l'), at, op.endsWith('te'));
}

function lengths({ op, value }: Condition): Bound | null {
  return typeof value === 'number' && op.startsWith('length_') ? makeBound(op === 'length_lte', value, true) : null;
}

interface Members extends ValueSet {
  readonly items: readonly Json[];
  /** Everything but the items. */
  readonly others: boolean;
}

function members({ op, value }: Condition): Members | null {
  const items =
    op === 'eq' || op === 'neq' ? [value] : (op === 'in' || op === 'not_in') && Array.isArray(value) ? (value as readonly Json[]) : null;
  if (items === null) return null;
  const others = op === 'neq' || op === 'not_in';
  const has = (list: readonly Json[], item: Json) => list.some((one) => deepEqual(one, item));
  const within = (other: Members): boolean => {
    if (others) return other.others && other.items.every((item) => has(items, item));
    return items.every((item) => has(other.items, item) !== other.others);
  };
  return { items, others, within };
}

interface Texts extends ValueSet {
  readonly value: string;
}

function texts({ op, value }: Condition, wanted: string, isInside: (one: string, other: string) => boolean): Texts | null {
  if (op !== wanted || typeof value !== 'string') return null;
  return { value, within: (other: Texts) => isInside(value, other.value) };
}

interface Lists extends ValueSet {
  readonly items: readonly Json[];
}

function lists({ op, value }: Condition, wanted: string): Lists | null {
  if (op !== wanted || !Array.isArray(value)) return null;
  const items = value as readonly Json[];
  return { items, within: (other: Lists) => items.every((item) => other.items.includes(item)) };
}

function types({ op, value }: Condition): Texts | null {
  if (op !== 'type' || typeof value !== 'string') return null;
  return { value, within: (other: Texts) => value === other.value || (value === 'integer' && other.value === 'number') };
}
