import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { MANIFEST } from '@/lib/policy/manifest';
import { OPERATORS } from '@/lib/policy/operators/registry';
import { runPolicyTests } from '@/lib/policy/run-tests';
import { readPolicyExamples } from '../../../scripts/docs/policy-examples';
import { policyReference } from '../../../scripts/docs/policy-reference';
import { callOf } from './policy-case';

const docs = join(import.meta.dirname, '../../../docs');
const examples = readPolicyExamples(join(docs, 'examples/policy'));
const server = { id: 'srv_1', slug: 'main' };
const NOW = Date.UTC(2026, 10, 20, 9, 30);

describe('the reference of the policy language', () => {
  it('is what `npm run docs:policy` writes', () => {
    const template = readFileSync(join(docs, 'templates/policy-language.md'), 'utf8');
    expect(readFileSync(join(docs, 'policy-language.md'), 'utf8')).toBe(policyReference(template, examples));
  });

  it.each([...examples.policies.values()])('example $name does what it says', ({ document, catalogue }) => {
    expect(document.tests.length).toBeGreaterThan(1);
    const results = runPolicyTests(document, catalogue, server, NOW);
    expect(results.flatMap(({ name, difference }) => (difference === null ? [] : [`${name}: ${difference}`]))).toEqual([]);
  });

  it.each([...examples.policies.values()])(
    'example $name has no error with its tools, and no argument or name misspelt',
    ({ text, catalogue }) => {
      const { problems } = compilePolicy(text, catalogue);
      expect(problems.filter(({ severity, code }) => severity === 'error' || code.endsWith('.unknown'))).toEqual([]);
    },
  );

  it('has an example for every key of the language', () => {
    const texts = [...examples.policies.values()].map(({ text }) => text).join('\n');
    const missing = Object.values(MANIFEST).flatMap((keys) => Object.keys(keys).filter((key) => !texts.includes(`"${key}":`)));
    expect([...new Set(missing)]).toEqual([]);
  });

  it('redacts what the example of redaction says', () => {
    const example = examples.policies.get('redact');
    const decision = compilePolicy(example?.text ?? '', null).policy?.decide(
      callOf({ tool: 'pay', args: { card: { number: 'none' }, password: 'x' } }),
      example?.catalogue ?? new Map(),
    );
    expect(decision?.redact).toEqual(expect.arrayContaining(['args.card.number', 'args.notes[*].text', 'args.**.password']));
    expect(JSON.stringify(decision?.trace)).not.toContain('"none"');
  });
});

describe('the examples of operators', () => {
  /** What a lone condition does to a call in `require` and in `deny_if`. */
  const outcomes = (op: string, value: Json, actual: Json) =>
    ['require', 'deny_if'].map((stage) => {
      const text = JSON.stringify({ version: '1', default: 'deny', tools: { t: { [stage]: [{ path: 'args.v', op, value }] } } });
      const { policy, problems } = compilePolicy(text, null);
      if (policy === null) throw new Error(JSON.stringify(problems));
      return policy.decide(callOf({ tool: 't', args: { v: actual } }), new Map([['t', { ...tool }]])).outcome;
    });
  const tool = { name: 't', category: 'write', risk: 'medium', status: 'active', digest: '', dispatch: null, inputSchema: null } as const;

  it('are there for every operator', () => {
    expect(Object.keys(examples.operators)).toEqual([...OPERATORS.keys()]);
  });

  it.each(Object.entries(examples.operators))('%s', (op, { value, holds, fails, undecided = [] }) => {
    for (const actual of holds) expect(outcomes(op, value, actual), JSON.stringify(actual)).toEqual(['allowed', 'denied']);
    for (const actual of fails) expect(outcomes(op, value, actual), JSON.stringify(actual)).toEqual(['denied', 'allowed']);
    for (const actual of undecided) expect(outcomes(op, value, actual), JSON.stringify(actual)).toEqual(['denied', 'denied']);
  });
});

describe('the examples of errors', () => {
  it.each(examples.errors)('$code: $text', ({ text, code, hint }) => {
    const { policy, problems } = compilePolicy(text, null);
    expect(policy).toBeNull();
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    if (hint !== undefined) expect(problems[0]?.hint).toBe(hint);
    expect(problems[0]?.line).toBe(1);
  });
});
