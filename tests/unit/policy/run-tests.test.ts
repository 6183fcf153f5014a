import { describe, expect, it } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { runPolicyTests } from '@/lib/policy/run-tests';
import { callOf, catalogueOf } from './policy-case';

const catalogue = catalogueOf([
  { name: 'pay', inputSchema: { type: 'object', properties: { amount: { type: 'number' }, to: { type: 'string' } } } },
  { name: 'list' },
]);
const server = { id: 'srv_1', slug: 'main' };
const NOW = Date.UTC(2026, 10, 20, 9, 30);

const run = (tests: readonly Json[], rest: Record<string, Json>) => {
  const { document, problems } = compilePolicy(JSON.stringify({ version: '1', default: 'deny', ...rest, tests }), catalogue);
  if (document === null) throw new Error(JSON.stringify(problems));
  return runPolicyTests(document, catalogue, server, NOW);
};
const pay = {
  deny_if: [{ path: 'args.amount', op: 'gt', value: 100, on_deny: 'Too much.' }],
  limits: [{ counter: 'spend', window: 'day', max: 1000, increment_from: 'args.amount' }],
  rate_limit: '5/minute',
};

describe('tests in a policy', () => {
  it('pass when the outcome, the rule and the sentence are as expected', () => {
    const results = run(
      [
        { name: 'small payments pass', tool: 'pay', arguments: { amount: 5 }, expect: 'allowed' },
        {
          name: 'large ones do not',
          tool: 'pay',
          arguments: { amount: 500 },
          expect: { outcome: 'denied', rule: '/tools/pay/deny_if/0', message: 'Too much.' },
        },
        { name: 'nothing else is listed', tool: 'list', expect: { outcome: 'denied', rule: '(default deny)' } },
      ],
      { tools: { pay } },
    );
    expect(results.map(({ passed, difference, pointer }) => ({ passed, difference, pointer }))).toEqual([
      { passed: true, difference: null, pointer: '/tests/0' },
      { passed: true, difference: null, pointer: '/tests/1' },
      { passed: true, difference: null, pointer: '/tests/2' },
    ]);
  });

  it('say what differs: the outcome, the rule that decided, the sentence', () => {
    const call = { tool: 'pay', arguments: { amount: 500 } };
    const results = run(
      [
        { name: 'a', ...call, expect: 'allowed' },
        { name: 'b', ...call, expect: { outcome: 'denied', rule: '/tools/pay/action' } },
        { name: 'c', ...call, expect: { outcome: 'denied', message: 'No.' } },
      ],
      { tools: { pay } },
    );
    expect(results.map((result) => result.difference)).toEqual([
      'Expected allowed; it is denied by /tools/pay/deny_if/0.',
      'Expected /tools/pay/action to decide; /tools/pay/deny_if/0 does.',
      'Expected the agent to read "No."; it reads "Too much.".',
    ]);
    expect(results.every((result) => !result.passed && result.decision.outcome === 'denied')).toBe(true);
  });

  it('start with the counters that they name, by counter or by rule', () => {
    const call = { tool: 'pay', arguments: { amount: 50 }, expect: { outcome: 'limited', rule: '/tools/pay/limits/0' } };
    const results = run(
      [
        { name: 'by counter', ...call, counters: { spend: 960 } },
        {
          name: 'by rule',
          ...call,
          counters: { '/tools/pay/rate_limit': 5 },
          expect: { outcome: 'limited', rule: '/tools/pay/rate_limit' },
        },
        { name: 'just enough', ...call, counters: { spend: 950 }, expect: 'allowed' },
        { name: 'empty', ...call, expect: 'allowed' },
      ],
      { tools: { pay } },
    );
    expect(results.map((result) => result.difference)).toEqual([null, null, null, null]);
  });

  it('say who calls, and when', () => {
    const tools = {
      list: {
        require: [
          { path: 'agent.environment', op: 'eq', value: 'prod' },
          { path: 'agent.labels.team', op: 'eq', value: 'pay' },
          { path: 'grant.scopes', op: 'contains', value: 'read' },
          { path: 'client.name', op: 'eq', value: 'cli' },
          { path: 'time.hour', op: 'lt', value: 12 },
        ],
      },
    };
    const known = {
      tool: 'list',
      agent: { slug: 'bot', environment: 'prod', labels: { team: 'pay' } },
      grant: { scopes: ['read'] },
      client: { name: 'cli' },
    };
    const results = run(
      [
        { name: 'known', ...known, expect: 'allowed' },
        { name: 'late', ...known, at: '2026-11-20T13:00:00Z', expect: { outcome: 'denied', rule: '/tools/list/require/4' } },
        { name: 'nobody', tool: 'list', expect: { outcome: 'denied', rule: '/tools/list/require/0' } },
      ],
      { tools },
    );
    expect(results.map((result) => result.difference)).toEqual([null, null, null]);
  });

  it('test what the policy refuses when it enforces; observing rules show as such', () => {
    const results = run(
      [
        { name: 'the policy as a whole', tool: 'list', expect: 'denied' },
        { name: 'one rule', tool: 'pay', arguments: { amount: 500 }, expect: 'observed_denied' },
        { name: 'one rule, expected to bind', tool: 'pay', arguments: { amount: 500 }, expect: 'denied' },
      ],
      { mode: 'observe', tools: { pay: { deny_if: [{ path: 'args.amount', op: 'gt', value: 100, mode: 'observe' }] } } },
    );
    expect(results.map((result) => result.difference)).toEqual([
      null,
      null,
      'Expected denied; it is observed_denied by /tools/pay/deny_if/0.',
    ]);
  });

  it('refuse undeclared arguments as the gateway does', () => {
    const [result] = run([{ name: 'a', tool: 'pay', arguments: { cc: 'x' }, expect: 'allowed' }], { tools: { pay: {} } });
    expect(result?.difference).toBe('Expected allowed; it is denied by (undeclared argument).');
  });

  it('change neither what is decided nor the compiled text', () => {
    const bare = compilePolicy(JSON.stringify({ version: '1', default: 'deny', tools: { pay } }), null);
    const tested = compilePolicy(
      JSON.stringify({ version: '1', default: 'deny', tools: { pay }, tests: [{ name: 'a', tool: 'pay', expect: 'allowed' }] }),
      null,
    );
    expect(tested.compiledText).toBe(bare.compiledText);
  });

  it.each<[string, Json, string, string]>([
    ['no outcome', { name: 'a', tool: 'pay', expect: 'alowed' }, 'outcome.unknown', '/tests/0/expect'],
    ['no expectation', { name: 'a', tool: 'pay' }, 'key.missing', '/tests/0'],
    ['an unknown key', { name: 'a', tool: 'pay', args: {}, expect: 'allowed' }, 'key.unknown', '/tests/0/args'],
    ['arguments that are no object', { name: 'a', tool: 'pay', arguments: [], expect: 'allowed' }, 'type.wrong', '/tests/0/arguments'],
    ['a time without an offset', { name: 'a', tool: 'pay', at: '2026-11-20T09:00:00', expect: 'allowed' }, 'time.wrong', '/tests/0/at'],
    ['a counter below 0', { name: 'a', tool: 'pay', counters: { c: -1 }, expect: 'allowed' }, 'counter.wrong', '/tests/0/counters'],
    [
      'an unknown key of the agent',
      { name: 'a', tool: 'pay', agent: { team: 'x' }, expect: 'allowed' },
      'key.unknown',
      '/tests/0/agent/team',
    ],
  ])('with %s are an error at its place', (_what, test, code, path) => {
    const { policy, problems } = compilePolicy(JSON.stringify({ version: '1', default: 'deny', tests: [test] }), null);
    expect(policy).toBeNull();
    expect(problems.map((problem) => [problem.code, problem.path])).toEqual([[code, path]]);
  });

  it('have names of their own', () => {
    const test = { name: 'a', tool: 'pay', expect: 'denied' };
    const { problems } = compilePolicy(JSON.stringify({ version: '1', default: 'deny', tests: [test, test] }), null);
    expect(problems.map((problem) => [problem.code, problem.path])).toEqual([['test.repeated', '/tests/1/name']]);
  });
});

it('the trace marks the steps of a rule that only observes', () => {
  const text = JSON.stringify({
    version: '1',
    default: 'deny',
    tools: {
      pay: {
        deny_if: [
          { path: 'args.amount', op: 'gt', value: 1, mode: 'observe' },
          { path: 'args.amount', op: 'gt', value: 9 },
        ],
      },
    },
  });
  const decision = compilePolicy(text, null).policy?.decide(callOf({ tool: 'pay', args: { amount: 5 } }), catalogue);
  expect(decision?.trace.map(({ rule, result: found, observed }) => ({ rule, found, observed }))).toEqual([
    { rule: '/tools/pay', found: 'pass', observed: undefined },
    { rule: '/tools/pay/deny_if/0', found: 'fail', observed: true },
    { rule: '/tools/pay/deny_if/1', found: 'pass', observed: undefined },
  ]);
});
