import { describe, expect, it } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { reviewCases } from './review-cases';
import { catalogue } from './review-world';

const review = (rest: Record<string, Json>, tools = catalogue) =>
  compilePolicy(JSON.stringify({ version: '1', default: 'deny', ...rest }), tools).problems;
const amount = (op: string, value: Json) => ({ path: 'args.amount', op, value });

describe('warnings, with a place and a way out', () => {
  it.each(reviewCases)('$name', ({ rest, code, path, hint, fixes }) => {
    const found = review(rest).filter((problem) => problem.code === code);
    expect(found.map((problem) => problem.path)).toEqual([path]);
    expect(found[0]?.fixes?.map((fix) => fix.title) ?? []).toEqual(fixes);
    expect(found[0]?.message).toMatch(/^\S.*[.!?]$/);
    if (hint !== undefined) expect(`${found[0]?.message} ${found[0]?.hint}`).toMatch(hint);
    expect(found[0]?.severity).not.toBe('error');
  });

  it.each<[string, Record<string, Json>]>([
    [
      'a guarded policy',
      {
        tools: {
          list_refunds: {},
          create_refund: { require: [amount('lte', 500)], deny_if: [amount('lt', 1)] },
          delete_all: { action: 'deny' },
        },
      },
    ],
    [
      'a dispatcher that declares',
      { tools: { call_tool: { dispatch: { tool: 'args.tool_name', arguments: 'args.arguments' }, rate_limit: '5/minute' } } },
    ],
    [
      'limits that each decide',
      {
        tools: {
          list_refunds: {
            limits: [
              { counter: 'a', window: 'hour', max: 10 },
              { counter: 'b', window: 'day', max: 50 },
              { counter: 'c', window: '90s', max: 9 },
            ],
          },
        },
      },
    ],
    ['a required range', { tools: { create_refund: { require: [amount('gte', 1), amount('lte', 10)] } } }],
    ['a question below the block', { tools: { create_refund: { deny_if: [amount('gt', 500)], approval: { when: [amount('gt', 100)] } } } }],
    [
      'a requirement that says in words what another one tests too',
      {
        tools: {
          create_refund: { require: [{ path: 'args.amount', op: 'exists', value: true, on_deny: 'Say how much.' }, amount('lte', 9)] },
        },
      },
    ],
    [
      'a stricter sentence that is read first',
      { tools: { create_refund: { deny_if: [{ ...amount('gt', 500), on_deny: 'Ask finance.' }, amount('gt', 100)] } } },
    ],
    [
      'a rule that is measured beside the one it would replace',
      { tools: { create_refund: { deny_if: [amount('gt', 500), { ...amount('gt', 100), mode: 'observe' }] } } },
    ],
    ['two conditions that meet', { tools: { create_refund: { deny_if: [{ conditions: [amount('gt', 5), amount('lt', 100)] }] } } }],
    ['a tool whose like is closed by the default only', { tools: { transfer_refund: {} } }],
  ])('%s is left alone', (_name, rest) => {
    expect(review(rest).map(({ code, path }) => ({ code, path }))).toEqual([]);
  });

  it('nothing that needs a catalogue is said without one, and errors come alone', () => {
    expect(compilePolicy('{"version":"1","default":"deny","tools":{"no_such":{}}}', null).problems).toEqual([]);
    expect(compilePolicy('{"version":"1","default":"deny","tools":{"no_such":{"x":1}}}', catalogue).problems.map((p) => p.code)).toEqual([
      'key.unknown',
    ]);
  });
});
