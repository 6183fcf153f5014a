import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Json } from '@/lib/kernel/json';
import type { Condition } from '../../document';
import { parseIsoTime } from '../../iso-time';
import { above, below } from './intervals';
import { ALL, type Part, type TextTest } from './part';
import { except, type Kind, numbers, only, type ValueSet } from './value-set';

/** For which values a condition holds, and for which it does not. Where it cannot be evaluated it is in neither. */
export interface ConditionSets {
  readonly holds: ValueSet;
  readonly fails: ValueSet;
}

/** The sets of a condition, or null where its other side is another path and so depends on the call. */
export function setsOf(condition: Condition): ConditionSets | null {
  const { op, value } = condition;
  switch (op) {
    case 'eq':
      return { holds: only([value]), fails: except([value]) };
    case 'neq':
      return { holds: except([value]), fails: only([value]) };
    case 'in':
    case 'not_in': {
      if (!Array.isArray(value)) return null;
      const list = value as readonly Json[];
      return op === 'in' ? { holds: only(list), fails: except(list) } : { holds: except(list), fails: only(list) };
    }
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return orderSets(op, value);
    case 'exists': {
      const there: ValueSet = { boolean: ALL, number: ALL, string: ALL, array: ALL, object: ALL };
      const absent: ValueSet = { missing: ALL, null: ALL };
      return value === true ? { holds: there, fails: absent } : { holds: absent, fails: there };
    }
    case 'type':
      return typeof value === 'string' ? typeSets(value) : null;
    case 'length_lte':
    case 'length_gte':
      return typeof value === 'number' ? lengthSets(op, value) : null;
    case 'starts_with':
    case 'ends_with':
      return typeof value === 'string' ? pair(textPart(op, value, false), textPart(op, value, true), ['string']) : null;
    case 'contains':
      return containsSets(value);
    default:
      return pair(
        named(op, value, false),
        named(op, value, true),
        op === 'keys_in' ? ['object'] : op === 'matches_schema' ? EVERY_VALUE : ['string'],
      );
  }
}

const EVERY_VALUE: readonly Kind[] = ['null', 'boolean', 'number', 'string', 'array', 'object'];

function pair(holds: Part, fails: Part, kinds: readonly Kind[]): ConditionSets {
  return {
    holds: Object.fromEntries(kinds.map((kind) => [kind, holds])),
    fails: Object.fromEntries(kinds.map((kind) => [kind, fails])),
  };
}

function named(op: string, value: Json, not: boolean): Part {
  return { kind: 'named', name: `${op} ${canonicalJson(value)}`, not };
}

function textPart(test: TextTest, text: string, not: boolean): Part {
  return { kind: 'text', test, text, not };
}

function orderSets(op: 'lt' | 'lte' | 'gt' | 'gte', value: Json): ConditionSets | null {
  const at = typeof value === 'number' ? value : typeof value === 'string' ? parseIsoTime(value) : null;
  if (at === null) return null;
  const upper = op === 'lt' || op === 'lte';
  const closed = op === 'lte' || op === 'gte';
  const inside = upper ? below(at, closed) : above(at, closed);
  const outside = upper ? above(at, !closed) : below(at, !closed);
  if (typeof value === 'number') return { holds: { number: numbers(inside) }, fails: { number: numbers(outside) } };
  return pair({ kind: 'span', of: 'time', intervals: inside }, { kind: 'span', of: 'time', intervals: outside }, ['string']);
}

function lengthSets(op: 'length_lte' | 'length_gte', value: number): ConditionSets {
  const inside = op === 'length_lte' ? below(value, true) : above(value, true);
  const outside = op === 'length_lte' ? above(value, false) : below(value, false);
  const kinds = ['string', 'array', 'object'] as const;
  return pair({ kind: 'span', of: 'length', intervals: inside }, { kind: 'span', of: 'length', intervals: outside }, kinds);
}

function typeSets(type: string): ConditionSets {
  if (type === 'integer') {
    const others: ValueSet = { null: ALL, boolean: ALL, string: ALL, array: ALL, object: ALL };
    return { holds: { number: named('type', type, false) }, fails: { ...others, number: named('type', type, true) } };
  }
  const rest = EVERY_VALUE.filter((kind) => kind !== type);
  return { holds: { [type]: ALL }, fails: Object.fromEntries(rest.map((kind) => [kind, ALL])) };
}

function containsSets(value: Json): ConditionSets {
  const lists = pair(named('contains', value, false), named('contains', value, true), ['array']);
  if (typeof value !== 'string') return lists;
  const texts = pair(textPart('contains', value, false), textPart('contains', value, true), ['string']);
  return { holds: { ...lists.holds, ...texts.holds }, fails: { ...lists.fails, ...texts.fails } };
}
