import { expect, it } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { callOf, catalogueOf } from './policy-case';

/** 300 tools by name, each with conditions and a limit, and rules for all tools. */
function large(): { text: string; names: string[] } {
  const names = Array.from({ length: 300 }, (_, i) => `server__tool_${i}`);
  const block: Json = {
    require: [{ path: 'args.reason', op: 'exists', value: true }],
    deny_if: [
      { path: 'args.amount', op: 'gt', value: 1000 },
      {
        conditions: [
          { path: 'args.to', op: 'not_in', value: ['acct_1', 'acct_2'] },
          { path: 'args.amount', op: 'gt', value: 10 },
        ],
      },
    ],
    limits: [{ counter: 'spend', window: 'day', max: 5000, increment_from: 'args.amount' }],
  };
  const policy = {
    version: '1',
    default: 'deny',
    hide: ['secret_*'],
    all_tools: { rate_limit: '100/minute', redact: ['args.**.password'] },
    tools: Object.fromEntries(names.map((name) => [name, block])),
  };
  return { text: JSON.stringify(policy), names };
}

it('decides with its trace in a few microseconds, however many tools there are', () => {
  const { text, names } = large();
  const catalogue = catalogueOf(names.map((name) => ({ name })));
  const compiling = performance.now();
  const { policy } = compilePolicy(text, catalogue);
  const compileMs = performance.now() - compiling;
  const calls = names.map((tool) => callOf({ tool, args: { reason: 'x', amount: 5, to: 'acct_1' } }));
  const samples: number[] = [];
  for (let round = 0; round < 200; round += 1) {
    const started = performance.now();
    for (const call of calls) policy?.decide(call, catalogue);
    samples.push(((performance.now() - started) * 1000) / calls.length);
  }
  const median = samples.sort((a, b) => a - b)[samples.length >> 1] ?? 0;
  console.info(
    `policy of 300 tools: compiled in ${compileMs.toFixed(0)} ms, decided in ${median.toFixed(2)} µs (median of 200 rounds, trace of 7 steps included)`,
  );
  // Loose, for a busy machine: a decision that searches through all tools would take a hundred times as long.
  expect(median).toBeLessThan(60);
});
