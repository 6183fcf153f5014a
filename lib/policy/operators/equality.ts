import type { Json } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import type { Operator, OperatorTest } from './operator';

/** Deep equality of JSON values: types are distinct (`1` is not `"1"`), order counts in lists and not in objects. */
export function deepEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => deepEqual(item as Json, (b as readonly Json[])[i]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && deepEqual(a[key], b[key]));
}

const eq: Operator = {
  name: 'eq',
  holdsWhen: 'the value equals this one; types are distinct, `1` is not `"1"`',
  valueSchema: {},
  build: (value) => (actual) => deepEqual(actual, value),
};

const neq: Operator = {
  name: 'neq',
  holdsWhen: 'the value is present and differs from this one',
  valueSchema: {},
  build: (value) => (actual) => !deepEqual(actual, value),
};

const LIST_OR_PATH = { type: ['array', 'string'] };

const membership = (name: string, holdsWhen: string, wanted: boolean): Operator => ({
  name,
  holdsWhen,
  valueSchema: LIST_OR_PATH,
  build: (value, context) => {
    if (Array.isArray(value)) return inList(value as readonly Json[], wanted);
    if (typeof value !== 'string')
      return { mistake: `\`${name}\` takes a list, or the path of one.`, hint: `write [${JSON.stringify(value)}]` };
    const reader = context.readerOf(value);
    if (typeof reader !== 'function') return { ...reader, hint: reader.hint ?? `for one literal write ["${value.slice(0, 40)}"]` };
    return (actual, facts) => {
      const list = reader(facts);
      return Array.isArray(list) ? list.some((item) => deepEqual(item as Json, actual)) === wanted : undefined;
    };
  },
});

function inList(list: readonly Json[], wanted: boolean): OperatorTest {
  const scalars = new Set<Json>(list.filter((item) => typeof item !== 'object' || item === null));
  const others = list.filter((item) => typeof item === 'object' && item !== null);
  return (actual) => (scalars.has(actual) || others.some((item) => deepEqual(item, actual))) === wanted;
}

export const equalityOperators: readonly Operator[] = [
  eq,
  neq,
  membership('in', 'the value is in the list', true),
  membership('not_in', 'the value is present and not in the list', false),
];
