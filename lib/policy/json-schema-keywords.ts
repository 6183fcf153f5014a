import { RE2JS } from 're2js';
import type { Json, JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import { deepEqual } from './operators/equality';
import { isOfType, JSON_TYPES, lengthOf } from './operators/shape';

const PATTERN_TEXT_MAX = 8192;

/** One validation: how much it may still do, and how references are followed. */
export interface Run {
  checksLeft: number;
  depth: number;
  readonly resolve: (ref: string) => Node | null;
}
/** Three values throughout: what cannot be told must not come out as valid, nor turn valid under `not`. */
export type Node = (value: Json, run: Run) => boolean | undefined;

/** A schema that cannot be compiled; caught where compiling began. */
export class Unsupported extends Error {}

export type Make = (value: Json, schema: JsonObject, compile: (part: Json | undefined) => Node) => Node | null;

const number = (value: Json, keyword: string): number => {
  if (typeof value !== 'number') throw new Unsupported(`${keyword} takes a number`);
  return value;
};
const list = (value: Json, keyword: string): readonly Json[] => {
  if (!Array.isArray(value)) throw new Unsupported(`${keyword} takes a list`);
  return value as readonly Json[];
};
const members = (value: Json, keyword: string): JsonObject => {
  if (!isJsonObject(value)) throw new Unsupported(`${keyword} takes an object`);
  return value;
};
const bound =
  (keyword: string, holds: (value: number, limit: number) => boolean): Make =>
  (raw) => {
    const limit = number(raw, keyword);
    return (value) => typeof value !== 'number' || holds(value, limit);
  };
const size =
  (keyword: string, kind: 'string' | 'array' | 'object', holds: (size: number, limit: number) => boolean): Make =>
  (raw) => {
    const limit = number(raw, keyword);
    return (value) => !isOfType(value, kind) || holds(lengthOf(value) ?? 0, limit);
  };

/** One line a keyword. */
export const KEYWORDS: Readonly<Record<string, Make>> = {
  type: (raw) => {
    const types = typeof raw === 'string' ? [raw] : list(raw, 'type');
    if (!types.every((type) => (JSON_TYPES as readonly Json[]).includes(type))) throw new Unsupported('an unknown type');
    return (value) => types.some((type) => isOfType(value, type as string));
  },
  enum: (raw) => {
    const values = list(raw, 'enum');
    return (value) => values.some((item) => deepEqual(item, value));
  },
  const: (raw) => (value) => deepEqual(raw, value),
  minimum: bound('minimum', (value, limit) => value >= limit),
  maximum: bound('maximum', (value, limit) => value <= limit),
  exclusiveMinimum: bound('exclusiveMinimum', (value, limit) => value > limit),
  exclusiveMaximum: bound('exclusiveMaximum', (value, limit) => value < limit),
  multipleOf: bound('multipleOf', (value, step) => step > 0 && Number.isInteger(Number((value / step).toPrecision(15)))),
  minLength: size('minLength', 'string', (length, limit) => length >= limit),
  maxLength: size('maxLength', 'string', (length, limit) => length <= limit),
  minItems: size('minItems', 'array', (length, limit) => length >= limit),
  maxItems: size('maxItems', 'array', (length, limit) => length <= limit),
  minProperties: size('minProperties', 'object', (length, limit) => length >= limit),
  maxProperties: size('maxProperties', 'object', (length, limit) => length <= limit),
  pattern: (raw) => {
    const matches = pattern(raw);
    return (value) => (typeof value === 'string' ? matches(value) : true);
  },
  uniqueItems: (raw) => (raw !== true ? null : (value) => !Array.isArray(value) || unique(value as readonly Json[])),
  required: (raw) => {
    const keys = list(raw, 'required');
    return (value) => !isJsonObject(value) || keys.every((key) => typeof key === 'string' && Object.hasOwn(value, key));
  },
  properties: (_raw, schema, compile) => objectTest(schema, compile),
  patternProperties: (_raw, schema, compile) => ('properties' in schema ? null : objectTest(schema, compile)),
  additionalProperties: (_raw, schema, compile) =>
    'properties' in schema || 'patternProperties' in schema ? null : objectTest(schema, compile),
  propertyNames: (raw, _schema, compile) => {
    const test = compile(raw);
    return (value, run) => (isJsonObject(value) ? all(Object.keys(value), (key) => test(key, run)) : true);
  },
  dependentRequired: (raw) => {
    const needs = members(raw, 'dependentRequired');
    return (value) =>
      !isJsonObject(value) ||
      Object.keys(needs).every(
        (key) =>
          !Object.hasOwn(value, key) || list(needs[key] as Json, 'dependentRequired').every((other) => Object.hasOwn(value, String(other))),
      );
  },
  prefixItems: (raw, schema, compile) =>
    itemsTest(list(raw, 'prefixItems').map(compile), schema.items === undefined ? null : compile(schema.items)),
  items: (raw, schema, compile) => {
    if ('prefixItems' in schema) return null;
    if (!Array.isArray(raw)) return itemsTest([], compile(raw));
    return itemsTest((raw as readonly Json[]).map(compile), schema.additionalItems === undefined ? null : compile(schema.additionalItems));
  },
  additionalItems: () => null,
  allOf: (raw, _schema, compile) => {
    const tests = list(raw, 'allOf').map(compile);
    return (value, run) => all(tests, (test) => test(value, run));
  },
  anyOf: (raw, _schema, compile) => {
    const tests = list(raw, 'anyOf').map(compile);
    return (value, run) => negate(all(tests, (test) => negate(test(value, run))));
  },
  oneOf: (raw, _schema, compile) => {
    const tests = list(raw, 'oneOf').map(compile);
    return (value, run) => {
      const results = tests.map((test) => test(value, run));
      const matches = results.filter((result) => result === true).length;
      return matches > 1 ? false : results.includes(undefined) ? undefined : matches === 1;
    };
  },
  not: (raw, _schema, compile) => {
    const test = compile(raw);
    return (value, run) => negate(test(value, run));
  },
  $ref: (raw) => {
    if (typeof raw !== 'string') throw new Unsupported('$ref takes text');
    return (value, run) => run.resolve(raw)?.(value, run);
  },
};

function objectTest(schema: JsonObject, compile: (part: Json | undefined) => Node): Node {
  const named = schema.properties === undefined ? {} : members(schema.properties, 'properties');
  const tests = new Map(Object.keys(named).map((key) => [key, compile(named[key])]));
  const patterned = schema.patternProperties === undefined ? {} : members(schema.patternProperties, 'patternProperties');
  const patterns = Object.keys(patterned).map((text) => ({ matches: pattern(text), test: compile(patterned[text]) }));
  const rest = schema.additionalProperties === undefined ? null : compile(schema.additionalProperties);
  return (value, run) =>
    !isJsonObject(value) ||
    all(Object.keys(value), (key) => {
      const own = tests.get(key);
      const verdicts: (boolean | undefined)[] = own === undefined ? [] : [own(value[key] as Json, run)];
      for (const entry of patterns) {
        const matched = entry.matches(key);
        if (matched !== false) verdicts.push(matched === undefined ? undefined : entry.test(value[key] as Json, run));
      }
      if (verdicts.length === 0 && rest !== null) verdicts.push(rest(value[key] as Json, run));
      return all(verdicts, (verdict) => verdict);
    });
}

function itemsTest(first: readonly Node[], rest: Node | null): Node {
  return (value, run) =>
    !Array.isArray(value) ||
    all(
      (value as readonly Json[]).map((item, i) => ({ item, test: first[i] ?? rest })),
      ({ item, test }) => (test === null || test === undefined ? true : test(item, run)),
    );
}

function pattern(raw: Json): (text: string) => boolean | undefined {
  if (typeof raw !== 'string') throw new Unsupported('pattern takes text');
  try {
    const compiled = RE2JS.compile(raw);
    return (text) => (text.length > PATTERN_TEXT_MAX ? undefined : compiled.test(text));
  } catch {
    throw new Unsupported('a pattern is not RE2 syntax');
  }
}

function unique(items: readonly Json[]): boolean {
  if (items.length > 1000) return false;
  return items.every((item, i) => items.slice(i + 1).every((other) => !deepEqual(item, other)));
}

/** The weakest of three values: one false decides, else one unknown, else true. */
export function all<T>(items: readonly T[], test: (item: T) => boolean | undefined): boolean | undefined {
  let result: boolean | undefined = true;
  for (const item of items) {
    const verdict = test(item);
    if (verdict === false) return false;
    if (verdict === undefined) result = undefined;
  }
  return result;
}

function negate(verdict: boolean | undefined): boolean | undefined {
  return verdict === undefined ? undefined : !verdict;
}
