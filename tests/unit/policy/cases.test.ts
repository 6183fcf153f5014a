import { describe, expect, it } from 'vitest';
import { REASONS } from '@/lib/domain/reasons';
import { compilePolicy } from '@/lib/policy/compile';
import { plainCharge } from './naive-charges';
import { naiveDecide } from './naive-evaluator';
import { callOf, caseFiles, catalogueOf } from './policy-case';

const files = caseFiles();
const operatorsOfEngineOnly = /"op":"matches_schema"/;

describe.each(files)('$name: $about', ({ cases, catalogue }) => {
  it.each(cases)('$sentence', ({ policy, call, expect: expected, catalogue: own, naive }) => {
    const tools = catalogueOf(own ?? catalogue ?? []);
    const text = JSON.stringify(policy);
    const { policy: compiled, problems } = compilePolicy(text, tools);
    expect(problems.filter((problem) => problem.severity === 'error')).toEqual([]);
    const decision = compiled?.decide(callOf(call), tools);
    expect(decision).toMatchObject({ passes: expected.outcome === 'allowed', ...expected });
    expect(decision?.trace.filter((step) => step.decided === true)).toHaveLength(expected.outcome === 'allowed' ? 0 : 1);
    if (expected.charges !== undefined) expect(decision?.charges).toHaveLength(expected.charges.length);
    if (naive === false || operatorsOfEngineOnly.test(text)) return;
    const other = naiveDecide(policy, callOf(call), tools);
    const { outcome, reason, rule, passes, observed } = other;
    expect({ outcome, reason, rule, passes, observed }).toEqual({
      outcome: decision?.outcome,
      reason: decision?.reason,
      rule: decision?.rule,
      passes: decision?.passes,
      observed: decision?.observed,
    });
    expect(other.message ?? (other.outcome === 'allowed' ? null : REASONS[reason as keyof typeof REASONS].words)).toBe(decision?.message);
    expect(other.charges).toEqual(decision?.charges.map(plainCharge));
  });
});

it('every case says something of its own', () => {
  for (const { name, cases } of files) expect(new Set(cases.map((one) => one.sentence)).size, name).toBe(cases.length);
});
