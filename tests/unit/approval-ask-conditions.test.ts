import { describe, expect, it } from 'vitest';
import { askAlternatives, type KeptRequest } from '@/lib/domain/approval/ask-conditions';
import type { JsonObject } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { REDACTED } from '@/lib/policy/redact';
import { seeded } from '../fixtures/argument-mutations';
import { callOf, catalogueOf } from './policy/policy-case';

const yes = (args: JsonObject | null): KeptRequest => ({ args, outcome: 'approved' });
const no = (args: JsonObject | null): KeptRequest => ({ args, outcome: 'denied' });
const of = (requests: readonly KeptRequest[]) => askAlternatives(requests, REDACTED);
/** 1, 2, … 100. */
const hundred = Array.from({ length: 100 }, (_, i) => yes({ amount: i + 1 }));

/** What the engine makes of the condition: how many of the requests a policy with it would have asked for. */
function askedByEngine(condition: object, requests: readonly KeptRequest[]): { asked: number; letsThroughDenied: boolean } {
  const catalogue = catalogueOf([{ name: 'pay' }]);
  const text = JSON.stringify({ version: '1', default: 'deny', tools: { pay: { approval: { when: [condition] } } } });
  const { policy } = compilePolicy(text, catalogue);
  if (policy === null) throw new Error(text);
  const asks = requests.map(
    ({ args }) => args === null || policy.decide(callOf({ tool: 'pay', args: args as JsonObject }), catalogue).outcome === 'needs_approval',
  );
  return { asked: asks.filter(Boolean).length, letsThroughDenied: requests.some(({ outcome }, i) => outcome === 'denied' && !asks[i]) };
}

describe('a narrower condition for a rule that asks too much', () => {
  it('is the usual highest number, below everything that was denied, counted over the requests', () => {
    expect(of(hundred)).toEqual([{ condition: { path: 'args.amount', op: 'gt', value: 96 }, asked: 4, unanswered: 0, range: [1, 100] }]);
    expect(of([...hundred, no({ amount: 51 })])[0]).toMatchObject({ condition: { value: 50 }, asked: 51 });
    // What was denied at 1 leaves no threshold.
    expect(of([...hundred, no({ amount: 1 })])).toEqual([]);
    // Denied without the argument is asked about all the same.
    expect(of([...hundred, no({ other: 1 })])[0]).toMatchObject({ condition: { value: 96 }, asked: 5 });
  });

  it('is the most common texts that nobody ever denied', () => {
    const requests = [
      ...Array.from({ length: 40 }, () => yes({ currency: 'usd' })),
      ...Array.from({ length: 30 }, () => yes({ currency: 'eur' })),
      ...Array.from({ length: 30 }, (_, i) => yes({ currency: `c${i}` })),
    ];
    expect(of(requests)).toEqual([
      { condition: { path: 'args.currency', op: 'not_in', value: ['usd', 'eur'] }, asked: 30, unanswered: 0, range: null },
    ]);
    expect(of([...requests, no({ currency: 'usd' })])[0]?.condition).toEqual({ path: 'args.currency', op: 'not_in', value: ['eur'] });
    expect(of([...requests, { args: { currency: 'eur' }, outcome: 'expired' }])[0]).toMatchObject({ asked: 30, unanswered: 1 });
  });

  it('is none when nobody can tell what was denied, when little is known, when it spares little or is redacted', () => {
    expect(of([...hundred, no(null)])).toEqual([]);
    expect(of(hundred.slice(0, 19))).toEqual([]);
    expect(of(hundred.map(() => yes(null)))).toEqual([]);
    expect(of(hundred.map((_, i) => yes({ id: `id-${i}` })))).toEqual([]);
    expect(of(hundred.map(() => yes({ pin: REDACTED })))).toEqual([]);
    expect(of([...hundred, ...Array.from({ length: 900 }, () => yes(null))])).toEqual([]);
    expect(of(hundred.map((_, i) => yes({ 'a.b': i, '"x"': i })))).toEqual([]);
  });

  it('agrees with the policy engine on random requests, and never lets through what was denied', () => {
    const random = seeded(5);
    let suggested = 0;
    for (let round = 0; round < 200; round++) {
      const requests = Array.from({ length: 80 }, (): KeptRequest => {
        const odd = random();
        const amount = odd < 0.02 ? '12' : odd < 0.04 ? null : Math.floor(random() * 500);
        const args: JsonObject = {
          ...(random() < 0.97 ? { amount } : {}),
          to: random() < 0.02 ? ['a'] : `t${Math.floor(random() * random() * 12)}`,
          deep: { n: Math.floor(random() * 9) },
        };
        const outcome = random() < 0.03 ? 'denied' : random() < 0.03 ? 'expired' : 'approved';
        return { args: outcome === 'approved' && random() < 0.05 ? null : args, outcome };
      });
      for (const { condition, asked } of of(requests)) {
        suggested += 1;
        expect(askedByEngine(condition, requests), JSON.stringify(condition)).toEqual({ asked, letsThroughDenied: false });
      }
    }
    expect(suggested).toBeGreaterThan(100);
  });
});
