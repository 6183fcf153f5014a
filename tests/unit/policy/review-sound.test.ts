import { expect, it } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { applyEdits } from '@/lib/policy/edit/text-edit';
import { Seeded } from './generate-policy';
import { callOf, catalogueOf } from './policy-case';

/** One tool with rules on few values, so that they meet each other often. */
const catalogue = catalogueOf([{ name: 't' }]);
const VALUES: readonly (Json | undefined)[] = [
  undefined,
  null,
  0,
  1,
  2,
  3,
  2.5,
  '',
  'a',
  'ab',
  'b',
  true,
  [],
  ['a'],
  [1, 'a'],
  {},
  { a: 1 },
  '2026-01-02T00:00:00Z',
];

function condition(r: Seeded): Json {
  const path = r.pick(['args.x', 'args.x', 'args.y', 'args.x[*]']);
  const op = r.pick([
    'eq',
    'neq',
    'in',
    'not_in',
    'lt',
    'lte',
    'gt',
    'gte',
    'contains',
    'starts_with',
    'exists',
    'type',
    'length_lte',
    'length_gte',
    'keys_in',
  ]);
  const some = () => r.pick<Json>([0, 1, 2, 3, 'a', 'ab', null, true]);
  const value: Record<string, () => Json> = {
    in: () => r.some(3, some),
    not_in: () => r.some(3, some),
    starts_with: () => r.pick(['', 'a', 'ab', 'b']),
    contains: () => r.pick<Json>(['', 'a', 'b', 1]),
    exists: () => r.chance(0.5),
    type: () => r.pick(['string', 'number', 'integer', 'array', 'null']),
    length_lte: () => r.below(3),
    length_gte: () => r.below(3),
    keys_in: () => r.pick<Json>([['a'], []]),
    eq: some,
    neq: some,
  };
  return { path, op, value: (value[op] ?? (() => r.pick<Json>([0, 1, 2, 3, '2026-01-01T00:00:00Z'])))() };
}

function policyText(r: Seeded): string {
  const rule = (): Json => (r.chance(0.6) ? condition(r) : { conditions: [condition(r), ...r.some(2, () => condition(r))] });
  const block = { require: r.some(2, rule), deny_if: r.some(3, rule) };
  const approval = r.chance(0.4) ? { approval: { when: [condition(r), ...r.some(1, () => condition(r))] } } : {};
  const all = r.chance(0.3) ? { all_tools: { require: r.some(1, rule), deny_if: r.some(1, rule) } } : {};
  return JSON.stringify({ version: '1', default: 'deny', ...all, tools: { t: { ...block, ...approval } } }, null, 1);
}

const calls = VALUES.flatMap((x) =>
  VALUES.map((y) => callOf({ tool: 't', args: { ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) } })),
);
const outcomesOf = (text: string) => {
  const { policy, problems } = compilePolicy(text, catalogue);
  if (policy === null) throw new Error(JSON.stringify(problems));
  return calls.map((call) => policy.decide(call, catalogue).outcome);
};

/** What a finding claims of every call, put to the test with some hundred; the claim of a fix is that nothing but the finding goes. */
it('what the review says of rules against each other is true of every call that is tried', { timeout: 120_000 }, () => {
  const seen = new Map<string, number>();
  for (let seed = 1; seed <= 2500; seed += 1) {
    const text = policyText(new Seeded(seed));
    for (const { code, path, fixes } of compilePolicy(text, catalogue).problems) {
      const place = `seed ${seed}: ${code} at ${path} in ${text}`;
      const isWhen = path.startsWith('/tools/t/approval/when');
      if (code === 'rule.contradiction' && path.startsWith('/tools/'))
        expect(new Set(outcomesOf(text)), place).toEqual(new Set(['denied']));
      else if (code === 'rule.shadowed') expect(outcomesOf(applyEdits(text, fixes?.[0]?.edits ?? [])), place).toEqual(outcomesOf(text));
      else if (code === 'approval.unreachable' && fixes?.[0]?.title === 'Remove the approval')
        expect(outcomesOf(applyEdits(text, fixes[0].edits)), place).toEqual(outcomesOf(text));
      else if (code === 'approval.always' && isWhen)
        expect(outcomesOf(applyEdits(text, fixes?.[0]?.edits ?? [])), place).toEqual(outcomesOf(text));
      else continue;
      seen.set(code, (seen.get(code) ?? 0) + 1);
    }
  }
  for (const code of ['rule.contradiction', 'rule.shadowed', 'approval.unreachable', 'approval.always'])
    expect(seen.get(code) ?? 0, code).toBeGreaterThan(20);
});
