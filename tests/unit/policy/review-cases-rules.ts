import { expect } from 'vitest';
import { amount, currency, limit, page, REMOVE, type Row, refund, url } from './review-world';

/** Findings about conditions, limits and patterns. */
export const ruleRows: readonly Row[] = [
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
