import { describe, expect, it } from 'vitest';
import type { JsonObject } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { applyCounters } from '@/lib/policy/decide-with-counters';
import { callOf, catalogueOf } from './policy-case';

const catalogue = catalogueOf([{ name: 'pay' }]);
const decide = (policy: JsonObject, args: JsonObject = {}) => {
  const decision = compilePolicy(JSON.stringify({ version: '1', default: 'deny', ...policy }), catalogue).policy?.decide(
    callOf({ tool: 'pay', args }),
    catalogue,
  );
  if (decision === undefined) throw new Error('the policy does not compile');
  return decision;
};
const limit = { counter: 'c', window: 'minute', max: 10, on_deny: 'wait a minute' };
const key = '["c","minute","grant","grt_1"]';
const used = (n: number) => (asked: string) => (asked === key ? n : undefined);

describe('a decision with counters', () => {
  it('passes up to the maximum and not one more', () => {
    const decision = decide({ tools: { pay: { limits: [limit] } } });
    for (const n of [0, 5, 9]) expect(applyCounters(decision, used(n))).toBe(decision);
    const refused = applyCounters(decision, used(10));
    expect(refused).toMatchObject({
      outcome: 'limited',
      passes: false,
      observed: false,
      reason: 'limit.exhausted',
      rule: '/tools/pay/limits/0',
      message: 'wait a minute',
    });
    expect(refused.trace.filter((step) => step.decided === true)).toMatchObject([
      { stage: 'limit', rule: '/tools/pay/limits/0', result: 'fail' },
    ]);
    expect(applyCounters(decision, () => undefined).outcome).toBe('allowed');
  });

  it('counts amounts', () => {
    const decision = decide({ tools: { pay: { limits: [{ ...limit, max: 100, increment_from: 'args.amount' }] } } }, { amount: 60 });
    expect(applyCounters(decision, used(40)).outcome).toBe('allowed');
    expect(applyCounters(decision, used(41)).outcome).toBe('limited');
  });

  it('two limits on one counter both count', () => {
    const decision = decide({ tools: { pay: { limits: [{ ...limit, max: 100 }] } }, all_tools: { limits: [{ ...limit, max: 10 }] } });
    expect(applyCounters(decision, used(8)).outcome).toBe('allowed');
    expect(applyCounters(decision, used(9))).toMatchObject({ outcome: 'limited', rule: '/all_tools/limits/0' });
  });

  it('a used-up limit comes before a question', () => {
    const decision = decide({ tools: { pay: { action: 'approve', limits: [limit] } } });
    expect(applyCounters(decision, used(0)).outcome).toBe('needs_approval');
    expect(applyCounters(decision, used(10))).toMatchObject({ outcome: 'limited', approval: null, passes: false });
  });

  it('what is denied stays denied', () => {
    const decision = decide({ tools: { pay: { limits: [limit], deny_if: [{ conditions: [] }] } } });
    expect(applyCounters(decision, used(10))).toBe(decision);
  });

  it('a limit that only observes says so and lets pass', () => {
    const decision = decide({ mode: 'observe', tools: { pay: { limits: [limit] } } });
    expect(applyCounters(decision, used(10))).toMatchObject({ outcome: 'limited', passes: true, observed: true });
  });
});
