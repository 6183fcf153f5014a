import { expect } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import { catalogueOf } from './policy-case';

/** What the review tests look at: two payments, reads, a deletion and tools that run tools. */
export const catalogue = catalogueOf([
  {
    name: 'create_refund',
    category: 'financial',
    risk: 'critical',
    inputSchema: {
      type: 'object',
      properties: {
        amount: { type: 'number' },
        reason: { type: 'string' },
        currency: { type: 'string', enum: ['usd', 'eur', 'nok'] },
        ids: { type: 'array', items: { type: 'string' } },
        card: { type: 'object', properties: { number: {} } },
      },
      required: ['amount', 'currency', 'ids'],
    },
  },
  { name: 'transfer_refund', category: 'financial', risk: 'medium' },
  { name: 'list_refunds', category: 'read', risk: 'low' },
  { name: 'fetch_page', category: 'read', risk: 'low' },
  { name: 'delete_all', category: 'destructive', risk: 'critical' },
  { name: 'call_tool', category: 'execute', risk: 'high', dispatch: { tool: 'args.tool_name', arguments: 'args.arguments' } },
  { name: 'run_code', category: 'execute', risk: 'high', dispatch: { tool: 'args.code', arguments: null, opaque: true } },
]);

export interface ReviewCase {
  readonly name: string;
  readonly rest: Record<string, Json>;
  readonly code: string;
  readonly path: string;
  readonly hint?: RegExp;
  /** The titles of the fixes that are offered. */
  readonly fixes: readonly unknown[];
}

const amount = (op: string, value: Json) => ({ path: 'args.amount', op, value });
const currency = (op: string, value: Json) => ({ path: 'args.currency', op, value });
const url = (op: string, value: Json) => ({ path: 'args.url', op, value });
const refund = (block: Record<string, Json>): Record<string, Json> => ({ tools: { create_refund: block } });
const page = (block: Record<string, Json>): Record<string, Json> => ({ tools: { fetch_page: block } });

const limit = (counter: string, window: string, max: number, rest: Record<string, Json> = {}) => ({ counter, window, max, ...rest });
const REMOVE = expect.stringMatching(/^Remove /);
const GUARDS = ['Ask a person each time', 'Limit it to 10 calls a minute', 'Deny it'];

type Row = [name: string, rest: Record<string, Json>, code: string, path: string, fixes: readonly unknown[], hint?: RegExp];

const rows: readonly Row[] = [
  // Names
  [
    'an unknown tool',
    { tools: { create_refnd: {} } },
    'tool.unknown',
    '/tools/create_refnd',
    ['Rename it to create_refund', 'Remove the rules of create_refnd'],
    /`create_refund`/,
  ],
  [
    'an unknown hidden tool',
    { hide: ['delete_al'] },
    'tool.unknown',
    '/hide/0',
    ['Change it to delete_all', 'Remove delete_al'],
    /`delete_all`/,
  ],
  ['a glob without a tool', { tools: { 'slack__*': {} } }, 'tool.no_match', '/tools/slack__*', [REMOVE]],
  [
    'a test of an unknown tool',
    { tests: [{ name: 't', tool: 'list_refund', expect: 'denied' }] },
    'tool.unknown',
    '/tests/0/tool',
    ['Change it to list_refunds'],
    /`list_refunds`/,
  ],
  // Arguments
  [
    'an unknown argument',
    refund({ require: [{ path: 'args.amuont', op: 'lte', value: 5 }] }),
    'argument.unknown',
    '/tools/create_refund/require/0/path',
    ['Change it to amount', REMOVE],
    /`amount`/,
  ],
  [
    'an unknown argument further in',
    refund({ deny_if: [{ conditions: [{ path: 'args.card.nubmer', op: 'exists', value: true }] }] }),
    'argument.unknown',
    '/tools/create_refund/deny_if/0/conditions/0/path',
    ['Change it to number', REMOVE],
    /`number`/,
  ],
  [
    'an unknown argument of a limit',
    refund({ limits: [limit('c', 'day', 5, { increment_from: 'args.amounts' })] }),
    'argument.unknown',
    '/tools/create_refund/limits/0/increment_from',
    ['Change it to amount', REMOVE],
    /`amount`/,
  ],
  [
    'a block on an optional argument',
    refund({ deny_if: [{ path: 'args.reason', op: 'eq', value: '1', on_deny: 'Why?' }] }),
    'argument.optional',
    '/tools/create_refund/deny_if/0/path',
    ['Let calls without it pass', 'Require args.reason'],
    /exists/,
  ],
  [
    'a grouped block on an optional argument',
    refund({ deny_if: [{ conditions: [{ path: 'args.reason', op: 'eq', value: '1' }] }] }),
    'argument.optional',
    '/tools/create_refund/deny_if/0/conditions/0/path',
    ['Let calls without it pass', 'Require args.reason'],
  ],
  [
    'a requirement on an optional argument',
    refund({ require: [{ path: 'args.reason', op: 'length_gte', value: 3 }] }),
    'argument.optional',
    '/tools/create_refund/require/0/path',
    ['Require args.reason'],
  ],
  [
    'a question about an optional argument',
    refund({ approval: { when: [{ path: 'args.reason', op: 'eq', value: 'other' }] } }),
    'argument.optional',
    '/tools/create_refund/approval/when/0/path',
    ['Ask only when it is there', 'Require args.reason'],
  ],
  [
    'a text operator on a number',
    refund({ require: [amount('length_lte', 500)] }),
    'argument.type',
    '/tools/create_refund/require/0/op',
    ['Use lte', REMOVE],
  ],
  [
    'an order of texts as if they were numbers',
    refund({ deny_if: [{ conditions: [currency('gte', 3)] }] }),
    'argument.type',
    '/tools/create_refund/deny_if/0/conditions/0/op',
    ['Compare its length', REMOVE],
  ],
  [
    'a number that is written as a text',
    refund({ deny_if: [amount('eq', '100')] }),
    'argument.type',
    '/tools/create_refund/deny_if/0/value',
    ['Change it to 100'],
  ],
  [
    'an element of another type',
    refund({ deny_if: [{ path: 'args.ids[*]', op: 'in', value: [7] }] }),
    'argument.type',
    '/tools/create_refund/deny_if/0/value/0',
    ['Change it to "7"'],
  ],
  [
    'a choice that the tool does not have',
    refund({ require: [currency('in', ['usd', 'eurr'])] }),
    'argument.choice',
    '/tools/create_refund/require/0/value/1',
    ['Change it to "eur"'],
    /"eur"/,
  ],
  // Reach
  [
    'a rule of a hidden tool',
    { hide: ['list_*'], tools: { list_refunds: {} } },
    'rule.unreachable',
    '/tools/list_refunds',
    [REMOVE],
    /remove/,
  ],
  [
    'a condition of a denied tool',
    { tools: { delete_all: { action: 'deny', require: [amount('eq', 1)] } } },
    'rule.unreachable',
    '/tools/delete_all/require',
    [REMOVE, 'Remove the action'],
    /remove/,
  ],
  [
    'an approval of a denied tool',
    { tools: { delete_all: { action: 'deny', approval: true } } },
    'approval.unreachable',
    '/tools/delete_all/approval',
    [REMOVE, 'Remove the action'],
  ],
  [
    'a condition of an approval that always asks',
    refund({ action: 'approve', approval: { when: [amount('gt', 5)] } }),
    'approval.always',
    '/tools/create_refund/approval/when',
    ['Ask only when it holds', 'Remove the conditions'],
  ],
  [
    'a question about what is denied before',
    refund({ deny_if: [amount('gt', 100)], approval: { when: [amount('gt', 500)] } }),
    'approval.unreachable',
    '/tools/create_refund/approval/when',
    ['Remove the approval', 'Remove /tools/create_refund/deny_if/0'],
  ],
  [
    'a question about what all tools deny before',
    { all_tools: { require: [amount('lte', 100)] }, ...refund({ approval: { when: [amount('gt', 500)] } }) },
    'approval.unreachable',
    '/tools/create_refund/approval/when',
    ['Remove the approval', 'Remove /all_tools/require/0'],
  ],
  [
    'a question with conditions that exclude each other',
    refund({ approval: { when: [amount('gt', 500), amount('lt', 5)] } }),
    'approval.unreachable',
    '/tools/create_refund/approval/when',
    ['Remove one of the two', 'Remove the approval'],
  ],
  [
    'a question that every call raises',
    refund({ require: [amount('gte', 10)], approval: { when: [amount('gt', 5)] } }),
    'approval.always',
    '/tools/create_refund/approval/when',
    ['Remove the conditions'],
  ],
  [
    'a question about every call of every tool',
    { all_tools: { approval: true } },
    'approval.everything',
    '/all_tools/approval',
    [expect.any(String)],
  ],
  [
    'a question about every call, with its approvers',
    { all_tools: { approval: { approvers: ['role:admin'] } } },
    'approval.everything',
    '/all_tools/approval',
    [expect.any(String)],
  ],
  [
    'a tool that is allowed anyway',
    { default: 'allow', tools: { list_refunds: {} } },
    'rule.nothing',
    '/tools/list_refunds',
    [REMOVE, 'Deny it'],
  ],
  // What holds nothing back
  ['a critical tool without anything', { tools: { delete_all: {} } }, 'tool.unguarded', '/tools/delete_all', GUARDS, /add/],
  ['a critical tool that a glob allows', { tools: { 'delete_*': {} } }, 'tool.unguarded', '/tools/delete_*', GUARDS],
  ['a critical tool that its class allows', { risk: { destructive: {} } }, 'tool.unguarded', '/risk/destructive', GUARDS],
  ['critical tools that the default allows', { default: 'allow' }, 'tool.unguarded', '/default', ['Deny what is not listed'], /list them/],
  [
    'an open tool with the effect of one that is held back',
    { tools: { create_refund: { rate_limit: '5/day' }, transfer_refund: {} } },
    'tool.sibling',
    '/tools/transfer_refund',
    GUARDS,
    /create_refund/,
  ],
  [
    'an open tool beside a hidden one',
    { hide: ['create_refund'], risk: { financial: {} } },
    'tool.sibling',
    '/risk/financial',
    GUARDS,
    /create_refund/,
  ],
  // Dispatchers
  [
    'a dispatcher that says nothing',
    { tools: { call_tool: { rate_limit: '10/minute' } } },
    'dispatch.undeclared',
    '/tools/call_tool',
    ['Declare what it dispatches'],
    /"dispatch": \{ "tool": "args.tool_name", "arguments": "args.arguments" \}/,
  ],
  [
    'a dispatcher said to be none',
    { tools: { call_tool: { dispatch: false, rate_limit: '1/day' } } },
    'dispatch.disowned',
    '/tools/call_tool/dispatch',
    ['Remove "dispatch": false'],
  ],
  ['a tool that runs code', { tools: { run_code: { rate_limit: '1/day' } } }, 'dispatch.opaque', '/tools/run_code', []],
  // Conditions against each other
  [
    'requirements that exclude each other',
    refund({ require: [amount('gt', 500)], deny_if: [amount('gt', 100)] }),
    'rule.contradiction',
    '/tools/create_refund/deny_if/0',
    [REMOVE, REMOVE],
  ],
  [
    'choices that exclude each other',
    refund({ require: [currency('in', ['usd', 'eur']), currency('eq', 'nok')] }),
    'rule.contradiction',
    '/tools/create_refund/require/1',
    [REMOVE, REMOVE],
  ],
  [
    'a requirement that all tools contradict',
    { all_tools: { deny_if: [amount('gte', 5)] }, ...refund({ require: [amount('gt', 9)] }) },
    'rule.contradiction',
    '/tools/create_refund/require/0',
    [REMOVE, REMOVE],
  ],
  [
    'a block of all that is required',
    refund({ require: [amount('gt', 10), currency('eq', 'usd')], deny_if: [{ conditions: [amount('gt', 5), currency('eq', 'usd')] }] }),
    'rule.contradiction',
    '/tools/create_refund/deny_if/0',
    [REMOVE, REMOVE],
  ],
  ['a choice among nothing', refund({ require: [currency('in', [])] }), 'rule.contradiction', '/tools/create_refund/require/0', [REMOVE]],
  [
    'a block that another one swallows',
    refund({ deny_if: [amount('gt', 500), amount('gt', 100)] }),
    'rule.shadowed',
    '/tools/create_refund/deny_if/0',
    [REMOVE],
  ],
  [
    'a narrower block of two conditions',
    refund({ deny_if: [{ conditions: [amount('gt', 500), currency('eq', 'usd')] }, amount('gt', 100)] }),
    'rule.shadowed',
    '/tools/create_refund/deny_if/0',
    [REMOVE],
  ],
  [
    'a block of what is not let through anyway',
    refund({ require: [currency('in', ['usd', 'eur'])], deny_if: [{ conditions: [currency('eq', 'nok'), amount('gt', 5)] }] }),
    'rule.shadowed',
    '/tools/create_refund/deny_if/0',
    [REMOVE],
  ],
  [
    'a beginning that a shorter one covers',
    refund({
      require: [
        { path: 'args.ids[*]', op: 'starts_with', value: 'ab' },
        { path: 'args.ids[*]', op: 'starts_with', value: 'a' },
      ],
    }),
    'rule.shadowed',
    '/tools/create_refund/require/1',
    [REMOVE],
  ],
  [
    'conditions of one block that never meet',
    refund({ deny_if: [{ conditions: [amount('gt', 100), amount('lt', 5)] }] }),
    'rule.never',
    '/tools/create_refund/deny_if/0',
    [REMOVE],
  ],
  ['a block that always holds', refund({ deny_if: [{ conditions: [] }] }), 'rule.always', '/tools/create_refund/deny_if/0', [REMOVE]],
  ['a requirement of nothing', refund({ require: [{ conditions: [] }] }), 'rule.always', '/tools/create_refund/require/0', [REMOVE]],
  [
    'a pattern that every text passes',
    refund({ require: [{ path: 'args.currency', op: 'regex', value: '.*' }] }),
    'rule.always',
    '/tools/create_refund/require/0/op',
    ['Test plainly for text', 'Remove it'],
  ],
  [
    'an exception list without exceptions',
    refund({ require: [currency('not_in', [])] }),
    'rule.always',
    '/tools/create_refund/require/0/op',
    ['Test plainly that it is there', 'Remove it'],
  ],
  // Limits
  [
    'a limit that never fires',
    refund({ limits: [limit('a', 'hour', 100), limit('b', 'day', 50)] }),
    'limit.redundant',
    '/tools/create_refund/limits/0',
    ['Remove this limit', 'Remove the other one'],
  ],
  [
    'a limit that all tools undercut',
    { all_tools: { rate_limit: '5/minute' }, ...refund({ rate_limit: '10/minute' }) },
    'limit.redundant',
    '/tools/create_refund/rate_limit',
    ['Remove this limit', 'Remove the other one'],
  ],
  [
    'amounts and calls in one counter',
    {
      tools: {
        create_refund: { limits: [limit('c', 'day', 100, { increment_from: 'args.amount' })] },
        list_refunds: { limits: [limit('c', 'day', 100)] },
      },
    },
    'counter.mixed',
    '/tools/list_refunds/limits/0',
    ['Count it for itself as c_list_refunds'],
  ],
  [
    'a counter of tools that have nothing in common',
    { tools: { delete_all: { limits: [limit('c', 'day', 100)] }, list_refunds: { limits: [limit('c', 'day', 100)] } } },
    'counter.shared',
    '/tools/list_refunds/limits/0',
    ['Count it for itself as c_list_refunds'],
  ],
  // Patterns
  [
    'a pattern with an open end',
    refund({ require: [{ path: 'args.currency', op: 'regex', value: 'refund.*' }] }),
    'pattern.unanchored',
    '/tools/create_refund/require/0/value',
    [expect.any(String)],
  ],
  [
    'a blocking pattern that fits only whole values',
    refund({ deny_if: [{ path: 'args.ids[*]', op: 'regex', value: 'secret' }] }),
    'pattern.whole',
    '/tools/create_refund/deny_if/0/value',
    [expect.any(String)],
  ],
  [
    'a beginning of a path',
    page({ require: [{ path: 'args.file', op: 'starts_with', value: '/workspace/' }] }),
    'pattern.prefix',
    '/tools/fetch_page/require/0/value',
    ['Use path_within'],
    /path_within/,
  ],
  [
    'a beginning of an address',
    page({ require: [url('starts_with', 'https://api.example.com')] }),
    'pattern.prefix',
    '/tools/fetch_page/require/0/value',
    ['Use host_in'],
    /host_in/,
  ],
  [
    'a beginning of an address with a path',
    page({ require: [url('starts_with', 'https://api.example.com/v1/')] }),
    'pattern.prefix',
    '/tools/fetch_page/require/0/value',
    ['Require host_in too'],
  ],
  [
    'a block in one letter case',
    page({ deny_if: [{ path: 'args.sql', op: 'contains', value: 'drop table' }] }),
    'pattern.case',
    '/tools/fetch_page/deny_if/0/value',
    ['Block it in any letter case'],
    /\(\?i\)/,
  ],
  [
    'a block of one spelling of a path',
    page({ deny_if: [{ path: 'args.file', op: 'contains', value: '../' }] }),
    'pattern.encoding',
    '/tools/fetch_page/deny_if/0/value',
    [],
  ],
];

/** Every finding with the smallest policy that has it. */
export const reviewCases: readonly ReviewCase[] = rows.map(([name, rest, code, path, fixes, hint]) => ({
  name,
  rest,
  code,
  path,
  fixes,
  ...(hint === undefined ? {} : { hint }),
}));
