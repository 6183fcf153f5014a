import type { JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import { compileSchema, type SchemaTest } from '../json-schema';
import type { Operator } from './operator';

/** A tool's own schema is compiled when a call first needs it; the catalogue keeps the object as long as it lives. */
const ofTools = new WeakMap<JsonObject, SchemaTest | null>();

function toolSchema(schema: JsonObject | null | undefined): SchemaTest | null {
  if (schema === null || schema === undefined) return null;
  const known = ofTools.get(schema);
  if (known !== undefined) return known;
  const compiled = compileSchema(schema);
  const test = typeof compiled === 'function' ? compiled : null;
  ofTools.set(schema, test);
  return test;
}

const matchesSchema: Operator = {
  name: 'matches_schema',
  holdsWhen: "the value is valid: with `true` against the tool's own input schema, else against this JSON Schema",
  valueSchema: { anyOf: [{ const: true }, { type: 'object' }] },
  build: (value) => {
    if (value === true) return (actual, facts) => toolSchema(facts.tool?.inputSchema)?.(actual);
    if (!isJsonObject(value)) return { mistake: '`matches_schema` takes true or a JSON Schema.' };
    const compiled = compileSchema(value);
    return typeof compiled === 'function' ? compiled : { mistake: compiled.mistake };
  },
};

export const schemaOperators: readonly Operator[] = [matchesSchema];
