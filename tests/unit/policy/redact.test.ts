import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { REDACTED, redactArguments } from '@/lib/policy/redact';
import { callOf, catalogueOf } from './policy-case';

describe('redactArguments', () => {
  it.each<[string, JsonObject, string[], JsonObject]>([
    ['a place', { card: { number: '4111', exp: '1' } }, ['args.card.number'], { card: { number: REDACTED, exp: '1' } }],
    ['whatever stands there', { card: { number: [1, { a: 2 }] } }, ['args.card.number'], { card: { number: REDACTED } }],
    ['nothing where nothing is', { a: 1 }, ['args.card.number', 'args.a.b'], { a: 1 }],
    ['every element', { list: [{ p: 1, q: 2 }, { p: 3 }, 4] }, ['args.list[*].p'], { list: [{ p: REDACTED, q: 2 }, { p: REDACTED }, 4] }],
    ['one element', { list: [1, 2] }, ['args.list[1]'], { list: [1, REDACTED] }],
    [
      'any depth',
      { password: 1, a: { password: 2, b: [{ password: 3 }] }, c: 4 },
      ['args.**.password'],
      { password: REDACTED, a: { password: REDACTED, b: [{ password: REDACTED }] }, c: 4 },
    ],
    [
      'any depth in the middle',
      { x: { y: { k: { v: 1 } }, k: { v: 2 } }, k: { v: 3 } },
      ['args.x.**.k.v'],
      { x: { y: { k: { v: REDACTED } }, k: { v: REDACTED } }, k: { v: 3 } },
    ],
    ['a quoted key', { 'a.b': 1 }, ['args["a.b"]'], { 'a.b': REDACTED }],
    ['everything', { a: 1 }, ['args'], {}],
    ['everything, when the path cannot be read', { a: 1, b: 2 }, ['args..a'], { a: REDACTED, b: REDACTED }],
    ['nothing inherited', { a: {} }, ['args.a.toString'], { a: {} }],
  ])('%s', (_name, args, paths, expected) => {
    const before = structuredClone(args);
    expect(redactArguments(args, paths)).toEqual(expected);
    expect(args).toEqual(before);
  });
});

describe('a trace never shows what is redacted', () => {
  const secret = 'sk-SECRET-41d8';
  const catalogue = catalogueOf([
    { name: 'pay' },
    { name: 'call_tool', dispatch: { tool: 'args.tool_name', arguments: 'args.arguments' } },
  ]);
  const conditions: Json[] = [
    { path: 'args.card.number', op: 'starts_with', value: '4' },
    { path: 'args.card', op: 'keys_in', value: ['number'] },
    { path: 'args.list[*].key', op: 'neq', value: 'x' },
    { path: 'args.list[0].key', op: 'neq', value: 'y' },
    { path: 'args.deep.password', op: 'neq', value: '' },
    { path: 'args.list', op: 'length_lte', value: 5 },
    { path: 'args', op: 'length_gte', value: 1 },
    { path: 'args.amount', op: 'gt', value: 1 },
  ];
  const args = { card: { number: secret }, list: [{ key: secret }], deep: { password: secret }, amount: 5 };
  const redact = ['args.card.number', 'args.list[*].key', 'args.**.password'];
  const traceOf = (policy: JsonObject, tool: string, given: JsonObject) => {
    const decision = compilePolicy(JSON.stringify({ version: '1', default: 'deny', ...policy }), catalogue).policy?.decide(
      callOf({ tool, args: given }),
      catalogue,
    );
    return { text: JSON.stringify(decision), decision };
  };

  it.each<[string, JsonObject]>([
    ['redacted by the tool', { tools: { pay: { redact, deny_if: [{ conditions }] } } }],
    ['redacted by all_tools', { all_tools: { redact }, tools: { pay: { deny_if: [{ conditions }] } } }],
    ['tested by all_tools', { all_tools: { deny_if: [{ conditions }] }, tools: { pay: { redact } } }],
    ['tested by an approval', { tools: { pay: { redact, approval: { when: conditions } } } }],
    ['tested by a requirement', { tools: { pay: { redact, require: conditions } } }],
  ])('%s', (_name, policy) => {
    const { text, decision } = traceOf(policy, 'pay', args);
    expect(text).not.toContain(secret);
    expect(text).toContain(REDACTED);
    expect([...(decision?.redact ?? [])].sort()).toEqual([...redact].sort());
  });

  it('also inside a dispatcher, and says where from the outermost arguments on', () => {
    const inner = traceOf({ tools: { call_tool: {}, pay: { redact, deny_if: [{ conditions }] } } }, 'call_tool', {
      tool_name: 'pay',
      arguments: args,
    });
    expect(inner.text).not.toContain(secret);
    expect(inner.decision?.redact).toContain('args.arguments.card.number');
    const outer = traceOf(
      {
        tools: {
          call_tool: { redact: ['args.arguments.card', 'args.arguments.list[*].key', 'args.arguments.deep'] },
          pay: { deny_if: [{ conditions }] },
        },
      },
      'call_tool',
      { tool_name: 'pay', arguments: args },
    );
    expect(outer.text).not.toContain(secret);
    expect(redactArguments({ tool_name: 'pay', arguments: args }, inner.decision?.redact ?? [])).toEqual({
      tool_name: 'pay',
      arguments: { card: { number: REDACTED }, list: [{ key: REDACTED }], deep: { password: REDACTED }, amount: 5 },
    });
  });

  it('shows other values, shortened, and never the inside of lists and objects', () => {
    const { decision } = traceOf(
      {
        tools: {
          pay: {
            require: [
              { path: 'args.amount', op: 'gt', value: 1 },
              { path: 'args.long', op: 'length_gte', value: 1 },
              { path: 'args.list', op: 'length_gte', value: 1 },
            ],
          },
        },
      },
      'pay',
      { ...args, long: 'x'.repeat(500) },
    );
    expect(decision?.trace.map((step) => step.actual)).toEqual([undefined, 5, `${'x'.repeat(200)}…`, '«list of 1»']);
  });
});
