import type { Json } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import type { Operator } from './operator';

export const JSON_TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'] as const;

/** Whether a value is of a JSON type; `integer` is a number without a fraction. */
export function isOfType(actual: Json, type: string): boolean {
  if (type === 'integer') return Number.isInteger(actual);
  if (actual === null) return type === 'null';
  if (Array.isArray(actual)) return type === 'array';
  return typeof actual === type;
}

/** Characters (code points) of a text, elements of a list, keys of an object; undefined for what has no length. */
export function lengthOf(actual: Json): number | undefined {
  if (typeof actual === 'string') {
    let characters = 0;
    for (const _ of actual) characters += 1;
    return characters;
  }
  if (Array.isArray(actual)) return actual.length;
  return isJsonObject(actual) ? Object.keys(actual).length : undefined;
}

const exists: Operator = {
  name: 'exists',
  holdsWhen: 'true: the value is present and not null; false: it is missing or null',
  valueSchema: { type: 'boolean' },
  judgesMissing: true,
  build: (value) => {
    if (typeof value !== 'boolean') return { mistake: '`exists` takes true or false.' };
    return (actual: Json | undefined) => (actual !== undefined && actual !== null) === value;
  },
};

const type: Operator = {
  name: 'type',
  holdsWhen: 'the value is of this JSON type',
  valueSchema: { enum: JSON_TYPES },
  build: (value) => {
    if (typeof value !== 'string' || !(JSON_TYPES as readonly string[]).includes(value)) {
      return { mistake: `\`type\` takes one of ${JSON_TYPES.join(', ')}.` };
    }
    return (actual) => isOfType(actual, value);
  },
};

const length = (name: string, holdsWhen: string, compare: (length: number, bound: number) => boolean): Operator => ({
  name,
  holdsWhen,
  valueSchema: { type: 'integer', minimum: 0 },
  build: (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
      return { mistake: `\`${name}\` takes a whole number of 0 or more.` };
    return (actual) => {
      const size = lengthOf(actual);
      return size === undefined ? undefined : compare(size, value);
    };
  },
});

const keysIn: Operator = {
  name: 'keys_in',
  holdsWhen: 'the object has no other keys than these',
  valueSchema: { type: 'array', items: { type: 'string' } },
  build: (value) => {
    if (!Array.isArray(value) || !value.every((key) => typeof key === 'string')) return { mistake: '`keys_in` takes a list of key names.' };
    const keys = new Set<string>(value as readonly string[]);
    return (actual) => (isJsonObject(actual) ? Object.keys(actual).every((key) => keys.has(key)) : undefined);
  },
};

export const shapeOperators: readonly Operator[] = [
  exists,
  type,
  length('length_lte', 'it has at most this many characters, elements or keys', (size, bound) => size <= bound),
  length('length_gte', 'it has at least this many characters, elements or keys', (size, bound) => size >= bound),
  keysIn,
];
