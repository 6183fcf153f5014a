import { describe, expect, it } from 'vitest';
import type { JsonObject } from '@/lib/kernel/json';
import { compileSchema } from '@/lib/policy/json-schema';
import { MANIFEST } from '@/lib/policy/manifest';
import { OPERATORS } from '@/lib/policy/operators/registry';
import { policyJsonSchema } from '@/lib/policy/policy-schema';
import { caseFiles } from './policy-case';

// Editors' own keywords, and `if`/`then`, which only sharpen what they offer.
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !['markdownEnumDescriptions', 'allowComments', 'allowTrailingCommas'].includes(key))
      .map(([key, child]) => [key, plain(child)]),
  );
}

const schema = plain(policyJsonSchema(['pay', 'read_it'])) as {
  properties: { tools: { properties: object } };
  $defs: Record<string, { properties: Record<string, { description?: string; enum?: string[] }>; allOf?: unknown }>;
};

describe("the editor's schema", () => {
  it('has every section, key and operator of the language, each with words', () => {
    for (const [section, keys] of Object.entries(MANIFEST)) {
      const definition = section === 'policy' ? (schema as unknown as (typeof schema.$defs)[string]) : schema.$defs[section];
      for (const key of Object.keys(keys)) expect(definition?.properties[key]?.description, `${section}.${key}`).toMatch(/\w/);
    }
    expect(schema.$defs.condition?.properties.op?.enum).toEqual([...OPERATORS.keys()]);
  });

  it('offers the names of the tools', () => {
    expect(Object.keys(schema.properties.tools.properties)).toEqual(['pay', 'read_it']);
  });

  it('accepts every policy of the cases, and refuses misspelt ones', () => {
    const condition = { ...schema.$defs.condition };
    delete condition.allOf;
    const test = compileSchema({ ...schema, $defs: { ...schema.$defs, condition } } as unknown as JsonObject);
    if (typeof test !== 'function') throw new Error(test.mistake);
    for (const { name, cases } of caseFiles())
      for (const { policy, sentence } of cases) expect(test(policy), `${name}: ${sentence}`).toBe(true);
    for (const wrong of [
      { version: '1' },
      { version: '1', default: 'no' },
      { version: '1', default: 'deny', tolls: {} },
      { version: '1', default: 'deny', tools: { a: { denyIf: [] } } },
      { version: '1', default: 'deny', tools: { a: { limits: [{ counter: 'c', window: 'day', max: 0 }] } } },
    ]) {
      expect(test(wrong as unknown as JsonObject), JSON.stringify(wrong)).toBe(false);
    }
  });
});
