import { describe, expect, it } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { catalogueOf } from './policy-case';

const catalogue = catalogueOf([
  {
    name: 'create_refund',
    category: 'financial',
    risk: 'critical',
    inputSchema: {
      type: 'object',
      properties: { amount: { type: 'number' }, reason: { type: 'string' }, card: { type: 'object', properties: { number: {} } } },
      required: ['amount'],
    },
  },
  { name: 'list_refunds', category: 'read', risk: 'low' },
  { name: 'delete_all', category: 'destructive', risk: 'critical' },
  { name: 'call_tool', category: 'execute', risk: 'high', dispatch: { tool: 'args.tool_name', arguments: 'args.arguments' } },
]);
const review = (rest: Record<string, Json>, tools = catalogue) =>
  compilePolicy(JSON.stringify({ version: '1', default: 'deny', ...rest }), tools).problems.map(({ severity, code, path, hint }) => ({
    severity,
    code,
    path,
    hint,
  }));
const amount = (op: string, value: Json) => ({ path: 'args.amount', op, value });

describe('warnings, with a place and a way out', () => {
  it.each<[string, Record<string, Json>, string, string, RegExp?]>([
    ['an unknown tool', { tools: { create_refnd: {} } }, 'tool.unknown', '/tools/create_refnd', /`create_refund`/],
    ['an unknown hidden tool', { hide: ['delete_al'] }, 'tool.unknown', '/hide/0', /`delete_all`/],
    ['a glob without a tool', { tools: { 'slack__*': {} } }, 'tool.no_match', '/tools/slack__*'],
    [
      'an unknown argument',
      { tools: { create_refund: { require: [{ path: 'args.amuont', op: 'lte', value: 5 }] } } },
      'argument.unknown',
      '/tools/create_refund/require/0/path',
      /`amount`/,
    ],
    [
      'an unknown argument further in',
      { tools: { create_refund: { deny_if: [{ conditions: [{ path: 'args.card.nubmer', op: 'exists', value: true }] }] } } },
      'argument.unknown',
      '/tools/create_refund/deny_if/0/conditions/0/path',
      /`number`/,
    ],
    [
      'an unknown argument of a limit',
      { tools: { create_refund: { limits: [{ counter: 'c', window: 'day', max: 5, increment_from: 'args.amounts' }] } } },
      'argument.unknown',
      '/tools/create_refund/limits/0/increment_from',
      /`amount`/,
    ],
    [
      'a test on an optional argument',
      { tools: { create_refund: { deny_if: [{ path: 'args.reason', op: 'contains', value: 'x' }] } } },
      'argument.optional',
      '/tools/create_refund/deny_if/0/path',
      /exists/,
    ],
    ['a rule of a hidden tool', { hide: ['list_*'], tools: { list_refunds: {} } }, 'rule.unreachable', '/tools/list_refunds', /remove/],
    [
      'a condition of a denied tool',
      { tools: { delete_all: { action: 'deny', require: [amount('eq', 1)] } } },
      'rule.unreachable',
      '/tools/delete_all/require',
      /remove/,
    ],
    [
      'an approval of a denied tool',
      { tools: { delete_all: { action: 'deny', approval: true } } },
      'approval.unreachable',
      '/tools/delete_all/approval',
    ],
    [
      'a condition of an approval that always asks',
      { tools: { create_refund: { action: 'approve', approval: { when: [amount('gt', 5)] } } } },
      'approval.always',
      '/tools/create_refund/approval/when',
    ],
    ['a critical tool without anything', { tools: { delete_all: {} } }, 'tool.unguarded', '/tools/delete_all', /add/],
    ['a critical tool that a glob allows', { tools: { 'delete_*': {} } }, 'tool.unguarded', '/tools/delete_*'],
    ['a critical tool that its class allows', { risk: { destructive: {} } }, 'tool.unguarded', '/risk/destructive'],
    ['critical tools that the default allows', { default: 'allow' }, 'tool.unguarded', '/default', /list them/],
    [
      'a dispatcher that says nothing',
      { tools: { call_tool: { rate_limit: '10/minute' } } },
      'dispatch.undeclared',
      '/tools/call_tool',
      /"dispatch": \{ "tool": "args.tool_name", "arguments": "args.arguments" \}/,
    ],
    [
      'a dispatcher said to be none',
      { tools: { call_tool: { dispatch: false, rate_limit: '1/day' } } },
      'dispatch.disowned',
      '/tools/call_tool/dispatch',
    ],
    [
      'requirements that exclude each other',
      { tools: { create_refund: { require: [amount('gt', 500)], deny_if: [amount('gt', 100)] } } },
      'rule.contradiction',
      '/tools/create_refund/deny_if/0',
    ],
    [
      'a block that another one swallows',
      { tools: { create_refund: { deny_if: [amount('gt', 500), amount('gt', 100)] } } },
      'rule.shadowed',
      '/tools/create_refund/deny_if/0',
    ],
    [
      'a limit that never fires',
      {
        tools: {
          create_refund: {
            limits: [
              { counter: 'a', window: 'hour', max: 100 },
              { counter: 'b', window: 'day', max: 50 },
            ],
          },
        },
      },
      'limit.redundant',
      '/tools/create_refund/limits/0',
    ],
    [
      'a limit that all tools undercut',
      { all_tools: { rate_limit: '5/minute' }, tools: { create_refund: { rate_limit: '10/minute' } } },
      'limit.redundant',
      '/tools/create_refund/rate_limit',
    ],
    [
      'a block that always holds',
      { tools: { create_refund: { deny_if: [{ conditions: [] }] } } },
      'rule.always',
      '/tools/create_refund/deny_if/0',
    ],
    [
      'a pattern with an open end',
      { tools: { create_refund: { require: [{ path: 'args.reason', op: 'regex', value: 'refund.*' }] } } },
      'pattern.unanchored',
      '/tools/create_refund/require/0/value',
    ],
  ])('%s', (_name, rest, code, path, hint) => {
    const found = review(rest).filter((problem) => problem.code === code);
    expect(found.map((problem) => problem.path)).toEqual([path]);
    if (hint !== undefined) expect(found[0]?.hint).toMatch(hint);
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
  ])('%s is left alone', (_name, rest) => {
    expect(review(rest)).toEqual([]);
  });

  it('nothing that needs a catalogue is said without one, and errors come alone', () => {
    expect(compilePolicy('{"version":"1","default":"deny","tools":{"no_such":{}}}', null).problems).toEqual([]);
    expect(compilePolicy('{"version":"1","default":"deny","tools":{"no_such":{"x":1}}}', catalogue).problems.map((p) => p.code)).toEqual([
      'key.unknown',
    ]);
  });
});
