import { describe, expect, it } from 'vitest';
import type { CatalogueTool } from '@/lib/domain/decision';
import type { JsonObject } from '@/lib/kernel/json';
import { compileDocument } from '@/lib/policy/compile';
import { applyCounters } from '@/lib/policy/decide-with-counters';
import { withDeclaredArguments } from '@/lib/policy/declared-arguments';
import { readPolicyText } from '@/lib/policy/read-document';
import { toBeAllowed } from '@/lib/policy/to-be-allowed';
import { randomCall, randomCatalogue, randomPolicy, Seeded } from '../policy/generate-policy';
import { callOf, catalogueOf } from '../policy/policy-case';

function suggest(
  block: object,
  args: JsonObject,
  rest: { used?: number; tool?: Partial<CatalogueTool>; policy?: object; at?: string } = {},
): string[] {
  const text = JSON.stringify({ version: '1', default: 'deny', tools: { pay: block }, ...rest.policy });
  const { document, list } = readPolicyText(text);
  if (document === null) throw new Error(JSON.stringify(list.problems));
  const catalogue = catalogueOf([{ name: 'pay', ...rest.tool }]);
  return toBeAllowed(compileDocument(document), callOf({ tool: 'pay', args, at: rest.at }), catalogue, () => rest.used ?? 0).map(
    ({ outcome, text: words }) => `${outcome}: ${words}`,
  );
}

const REFUND = {
  require: [
    { path: 'args.reason', op: 'exists', value: true },
    { path: 'args.currency', op: 'in', value: ['usd', 'eur'] },
  ],
  deny_if: [{ path: 'args.amount', op: 'gt', value: 500 }],
  approval: { when: [{ path: 'args.amount', op: 'gt', value: 100 }] },
};

describe('what would have to change for a call to be allowed', () => {
  it('gives the range of a number that is allowed, and the one that is put to a person', () => {
    expect(suggest(REFUND, { reason: 'r', currency: 'usd', amount: 725 })).toEqual([
      'allowed: amount ≤ 100',
      'needs_approval: 100 < amount ≤ 500',
    ]);
    expect(suggest(REFUND, { reason: 'r', currency: 'usd', amount: 300 })).toEqual(['allowed: amount ≤ 100']);
  });

  it('names every change that is needed together', () => {
    expect(suggest(REFUND, { currency: 'gbp', amount: 725 })).toEqual([
      'allowed: give reason and currency is usd or eur and amount ≤ 100',
      'needs_approval: give reason and currency is usd or eur and 100 < amount ≤ 500',
    ]);
  });

  it('says nothing of a call that is allowed, and that no arguments help where none do', () => {
    expect(suggest(REFUND, { reason: 'r', currency: 'usd', amount: 5 })).toEqual([]);
    expect(suggest({ action: 'deny' }, {})).toEqual(['never: Cannot be allowed with other arguments: the tool is denied.']);
    expect(suggest({}, {}, { policy: { hide: ['pay'] } })).toEqual(['never: Cannot be allowed with other arguments: the tool is hidden.']);
    expect(suggest({}, {}, { policy: { tools: {} } })[0]).toContain('is not listed');
    expect(suggest({ require: [{ path: 'agent.environment', op: 'eq', value: 'prod' }] }, {})[0]).toContain('never: No other arguments');
  });

  it('reads open and closed ends, single values and gaps from the rules', () => {
    expect(suggest({ deny_if: [{ path: 'args.n', op: 'lte', value: 3 }] }, { n: 1 })).toEqual(['allowed: n > 3']);
    expect(suggest({ require: [{ path: 'args.n', op: 'eq', value: 7 }] }, { n: 1 })).toEqual(['allowed: n = 7']);
    expect(
      suggest(
        {
          require: [
            { path: 'args.n', op: 'gte', value: 2 },
            { path: 'args.n', op: 'lt', value: 2.5 },
          ],
        },
        { n: 9 },
      ),
    ).toEqual(['allowed: 2 ≤ n < 2.5']);
    expect(suggest({ require: [{ path: 'args.items[*].price', op: 'lte', value: 10 }] }, { items: [{ price: 3 }, { price: 12 }] })).toEqual(
      ["allowed: every item's price ≤ 10"],
    );
  });

  it('takes a bound from another argument, and an amount from what a limit has left', () => {
    expect(suggest({ require: [{ path: 'args.n', op: 'lte', value: 'args.top' }] }, { n: 9, top: 4 })).toEqual(['allowed: n ≤ 4']);
    const limits = [{ counter: 'spend', window: 'day', max: 100, increment_from: 'args.amount' }];
    expect(suggest({ limits }, { amount: 50 }, { used: 80 })).toEqual(['allowed: 0 ≤ amount ≤ 20']);
    expect(suggest({ limits: [{ counter: 'c', window: 'day', max: 1 }] }, {}, { used: 1 })[0]).toContain('until it resets');
  });

  it('leaves out what the tool does not declare, and what must be missing', () => {
    const tool = { inputSchema: { type: 'object', properties: { a: { type: 'string' } } } };
    expect(suggest({}, { a: 'x', b: 1 }, { tool })).toEqual(['allowed: leave out b']);
    expect(suggest({ deny_if: [{ path: 'args.force', op: 'exists', value: true }] }, { force: true })).toEqual([
      'allowed: leave out force',
    ]);
  });

  it('uses the words of the rule where no value can be named', () => {
    expect(suggest({ require: [{ path: 'args.path', op: 'path_within', value: '/srv' }] }, { path: '/etc/passwd' })).toEqual([
      'allowed: path is inside "/srv"',
    ]);
    expect(suggest({ deny_if: [{ path: 'args.q', op: 'contains', value: 'drop' }] }, { q: 'drop it' })).toEqual([
      'allowed: q does not contain drop',
    ]);
  });

  it('carries arguments that really come to what it says, for every generated call that gets a suggestion', () => {
    let tried = 0;
    for (let seed = 0; seed < 3000; seed += 1) {
      const r = new Seeded(seed);
      const { document } = readPolicyText(JSON.stringify(randomPolicy(r)));
      if (document === null) continue;
      const catalogue = randomCatalogue(r);
      const policy = compileDocument(document);
      const used = (key: string) => key.length % 5;
      for (let i = 0; i < 10; i += 1) {
        const call = randomCall(r);
        for (const { outcome, example } of toBeAllowed(policy, call, catalogue, used)) {
          if (example === null) continue;
          tried += 1;
          const came = withDeclaredArguments(
            applyCounters(policy.decide({ ...call, args: example }, catalogue), used),
            example,
            catalogue.get(call.tool),
          );
          expect(came.outcome, `seed ${seed}`).toBe(outcome);
        }
      }
    }
    expect(tried).toBeGreaterThan(300);
  }, 60_000);
});
