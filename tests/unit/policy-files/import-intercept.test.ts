import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Json, JsonObject } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { applyCounters } from '@/lib/policy/decide-with-counters';
import { importPolicy } from '@/lib/policy/import/import-policy';
import { wholeTextPattern } from '@/lib/policy/import/intercept-value';
import { parsePolicyText, plainValue } from '@/lib/policy/parse';
import { Seeded } from '../policy/generate-policy';
import { callOf, catalogueOf } from '../policy/policy-case';
import { InterceptEngine, type InterceptPolicy, type InterceptRule } from './intercept-engine';

const plainOf = (text: string) => plainValue(parsePolicyText(text).root ?? { kind: 'null', start: 0, end: 0 });
const errors = (text: string) => compilePolicy(text, null).problems.filter((problem) => problem.severity === 'error');

const SHOP = `# Our shop.
version: "1"
description: Refund desk

# Not for agents.
hide:
  - wipe_account # ever
tools:
  # Money out.
  create_refund:
    rules:
      # finance asked for this in May
      - name: largest refund
        conditions:
          - path: args.amount
            op: lte
            value: 500
          - path: args.order.currency
            op: in
            value: [eur, usd]
        on_deny: Refunds above 500 go by hand.
      - name: daily sum
        conditions:
          - path: state.create_refund.sum
            op: lte
            value: 2000
        on_deny: Enough for today.
        state:
          counter: sum
          window: day
          increment_from: args.amount
  drop_customer:
    rules:
      - name: never
        action: deny
        on_deny: Ask a person.
  list_orders:
    rules: []
  "*":
    rules:
      - name: slow down
        rate_limit: 60/minute
`;

describe('an Intercept policy', () => {
  const imported = importPolicy(SHOP);

  it('becomes what it means: conditions are required, counters are limits, the star is every tool, no default is allow', () => {
    expect(imported.format).toBe('intercept');
    expect(errors(imported.text)).toEqual([]);
    expect(plainOf(imported.text)).toEqual({
      version: '1',
      description: 'Refund desk',
      default: 'allow',
      hide: ['wipe_account'],
      all_tools: { rate_limit: { max: 60, window: 'minute', scope: 'policy' } },
      tools: {
        create_refund: {
          require: [
            {
              conditions: [
                { path: 'args.amount', op: 'lte', value: 500 },
                { path: 'args.order.currency', op: 'in', value: ['eur', 'usd'] },
              ],
              name: 'largest refund',
              on_deny: 'Refunds above 500 go by hand.',
            },
          ],
          limits: [
            {
              counter: 'create_refund.sum',
              window: 'day',
              max: 2000,
              scope: 'policy',
              increment_from: 'args.amount',
              on_deny: 'Enough for today.',
            },
          ],
        },
        drop_customer: { action: 'deny', reason: 'Ask a person.' },
        list_orders: {},
      },
    });
  });

  it('carries its comments to the places they speak of', () => {
    expect(imported.text).toMatch(/^\{\n {2}\/\/ Our shop\.\n/);
    expect(imported.text).toMatch(/\/\/ Not for agents\.\n {2}"hide": \[\n {4}"wipe_account" \/\/ ever/);
    expect(imported.text).toMatch(/\/\/ Money out\.\n {4}"create_refund"/);
    expect(imported.text).toMatch(/\/\/ finance asked for this in May\n {8}\{/);
    expect(imported.text).toMatch(/\/\/ daily sum\n {8}\{/);
  });

  it('is reported part by part, each with its line, its place and what it does', () => {
    const rows = imported.report.map((row) => `${row.line} ${row.from} ${row.status} ${row.effect} ${row.to}`);
    expect(rows).toContain('0 default changed same /default');
    expect(rows).toContain('7 hide[0] mapped same /hide/0');
    expect(rows).toContain('13 tools.create_refund.rules[0] mapped same /tools/create_refund/require/0');
    expect(rows).toContain('28 tools.create_refund.rules[1].state changed stricter /tools/create_refund/limits/0');
    expect(rows).toContain('34 tools.drop_customer.rules[0] mapped same /tools/drop_customer/action');
    expect(rows).toContain('42 tools["*"].rules[0].rate_limit mapped same /all_tools/rate_limit');
  });
});

describe('nothing is left out in silence', () => {
  const rowsOf = (yaml: string) => importPolicy(yaml, 'intercept').report.map((row) => `${row.from} ${row.status} ${row.effect}`);
  const tool = (rule: string) =>
    `version: "1"\ndefault: deny\ntools:\n  pay:\n    rules:\n      - name: r\n${rule.replace(/^/gm, '        ')}\n`;

  it.each<[string, string, string]>([
    ['a misspelt key', tool('on_deni: x\nrate_limit: 5/hour'), 'tools.pay.rules[0].on_deni dropped same'],
    [
      'a key of a condition',
      tool('conditions: [{ path: args.a, op: eq, value: x, note: y }]'),
      'tools.pay.rules[0].conditions[0].note dropped same',
    ],
    ['a key of a counter', tool('state: { counter: c, window: day, limit: 5 }'), 'tools.pay.rules[0].state.limit dropped same'],
    ['an unknown operator', tool('conditions: [{ path: args.a, op: like, value: x }]'), 'tools.pay.rules[0].conditions[0] dropped looser'],
    [
      'a path outside the arguments',
      tool('conditions: [{ path: env.a, op: eq, value: x }]'),
      'tools.pay.rules[0].conditions[0] dropped looser',
    ],
    [
      'the counter of another tool',
      tool('conditions: [{ path: state.refund.sum, op: lt, value: 9 }]'),
      'tools.pay.rules[0].state dropped looser',
    ],
    ['a counter without a bound', tool('state: { counter: c, window: day }'), 'tools.pay.rules[0].state dropped same'],
    [
      'an unknown window',
      tool('conditions: [{ path: state.pay.c, op: lt, value: 9 }]\nstate: { counter: c, window: fortnight }'),
      'tools.pay.rules[0].state dropped looser',
    ],
    ['a rate that is none', tool('rate_limit: often'), 'tools.pay.rules[0].rate_limit dropped looser'],
    ['an action of something else', tool('action: quarantine'), 'tools.pay.rules[0].action dropped looser'],
    ['deny with conditions', tool('action: deny\nconditions: [{ path: args.a, op: gt, value: 5 }]'), 'tools.pay.rules[0] changed unclear'],
    [
      'brackets in a path',
      tool('conditions: [{ path: "args.items[0].id", op: eq, value: x }]'),
      'tools.pay.rules[0].conditions[0] changed unclear',
    ],
    [
      'a number where text also counts',
      tool('conditions: [{ path: args.a, op: eq, value: 5 }]'),
      'tools.pay.rules[0].conditions[0] changed stricter',
    ],
    ['a rule that checks nothing', tool('on_deny: x'), 'tools.pay.rules[0] dropped same'],
    ['a pattern as tool name', 'version: "1"\ndefault: deny\ntools:\n  pay_*:\n    rules: []\n', 'tools["pay_*"] dropped same'],
    ['a pattern under hide', 'version: "1"\nhide: [delete_*]\ntools: {}\n', 'hide[0] changed stricter'],
    ['a key of the document', 'version: "1"\nmode: strict\ntools: {}\n', 'mode dropped same'],
    ['another version', 'version: 2\ntools: {}\n', 'version changed same'],
    ['a default of something else', 'version: "1"\ndefault: ask\ntools: {}\n', 'default changed unclear'],
  ])('%s', (_name, yaml, row) => {
    expect(rowsOf(yaml)).toContain(row);
    expect(errors(importPolicy(yaml, 'intercept').text)).toEqual([]);
  });

  it('a default of something else denies, never allows', () =>
    expect(plainOf(importPolicy('version: "1"\ndefault: Deny\ntools: {}\n', 'intercept').text)).toMatchObject({ default: 'deny' }));

  it('tools as PolicyLayer’s pages show them, without the document around them', () => {
    const imported = importPolicy(
      'pay:\n  rules:\n    - action: deny\n      reason: no\nlook:\n  rules:\n    - action: allow\n      rate_limit:\n        max: 30\n        window: 60\n',
    );
    expect(imported.format).toBe('intercept');
    expect(plainOf(imported.text)).toMatchObject({
      default: 'allow',
      tools: { pay: { action: 'deny', reason: 'no' }, look: { rate_limit: { max: 30, window: 60, scope: 'policy' } } },
    });
  });

  it('a question to a person, for one tool and for all', () => {
    const imported = importPolicy(
      'version: "1"\ntools:\n  pay: { rules: [{ name: a, action: require_approval }] }\n  "*": { rules: [{ name: b, action: require_approval }] }\n',
    );
    expect(plainOf(imported.text)).toMatchObject({ all_tools: { approval: true }, tools: { pay: { action: 'approve' } } });
  });
});

describe('patterns that Intercept looks for anywhere', () => {
  const TEXTS = [
    '',
    'feat/x',
    'a feat/x',
    'feat/\nx',
    'x\nfeat/',
    'a|b',
    'b',
    'ab',
    'xaby',
    '5',
    'x5',
    '5x',
    '$',
    'cost $5',
    'A',
    '.',
    'a.c',
    'abc',
  ];
  it.each([
    '^feat/',
    'feat/',
    'x$',
    '^x$',
    '^feat/.*$',
    '.*x',
    '^a|b$',
    'a|b',
    '^(a|b)$',
    '[0-9]+',
    '^[0-9]+$',
    '\\$',
    '\\$$',
    '(?i)a',
    '^$',
    '',
    '.',
    'a\\.c',
    '^[^$]+$',
    '$',
    '^',
    '\\\\$',
  ])('%j decides alike', (pattern) => {
    const policy = {
      version: '1',
      default: 'deny',
      tools: { t: { require: [{ path: 'args.a', op: 'regex', value: wholeTextPattern(pattern) }] } },
    };
    const compiled = compilePolicy(JSON.stringify(policy), null);
    expect(compiled.problems.filter((problem) => problem.severity === 'error')).toEqual([]);
    const javascript = pattern.startsWith('(?i)') ? new RegExp(pattern.slice(4), 'i') : new RegExp(pattern);
    for (const text of TEXTS) {
      const decision = compiled.policy?.decide(callOf({ tool: 't', args: { a: text } }), catalogueOf([{ name: 't' }]));
      expect([text, decision?.outcome === 'allowed']).toEqual([text, javascript.test(text)]);
    }
  });
});

describe('generated Intercept policies', () => {
  const TOOLS = ['pay', 'look', 'wipe'];
  const VALUES: Json[] = ['x', '1', 1, 5, true, 'true', null, 0, -1, 2.5, '', [1, 'x'], { c: 1 }];
  const condition = (r: Seeded) => {
    const op = r.pick(['eq', 'neq', 'in', 'not_in', 'lt', 'lte', 'gt', 'gte', 'regex', 'contains', 'exists']);
    const value: Json =
      op === 'exists'
        ? r.chance(0.5)
        : op === 'regex'
          ? r.pick(['x', '^x', '1$', '.*'])
          : op.includes('in') && op !== 'contains'
            ? r.some(3, () => r.pick(VALUES.slice(0, 10)))
            : /^[lg]te?$/.test(op)
              ? r.pick([0, 1, 5])
              : r.pick(VALUES.slice(0, 10));
    return { path: r.pick(['args.a', 'args.b', 'args.a.c']), op, value };
  };
  const rule = (r: Seeded, tool: string, i: number): InterceptRule => {
    if (r.chance(0.1)) return { name: 'r', action: 'deny', on_deny: 'no' };
    if (r.chance(0.2)) return { name: 'r', rate_limit: `${1 + r.below(3)}/${(['minute', 'hour', 'day'] as const)[i % 3]}` };
    const conditions = r.some(2, () => condition(r));
    if (r.chance(0.7) && conditions.length > 0) return { name: 'r', conditions };
    const bound = { path: `state.${tool === '*' ? '_global' : tool}.c${i}`, op: r.pick(['lt', 'lte']), value: r.below(5) };
    const by = r.chance(0.3) ? { increment_from: r.pick(['args.a', 'args.b']) } : r.chance(0.3) ? { increment: 1 + r.below(3) } : {};
    return { name: 'r', conditions: [...conditions, bound], state: { counter: `c${i}`, window: 'day', ...by } };
  };
  const policy = (r: Seeded): InterceptPolicy => ({
    version: '1',
    ...(r.chance(0.6) ? { default: r.pick(['allow', 'deny'] as const) } : {}),
    ...(r.chance(0.2) ? { hide: [r.pick([...TOOLS, '*'])] } : {}),
    tools: Object.fromEntries(
      [...TOOLS.slice(0, 1 + r.below(3)), ...(r.chance(0.4) ? ['*'] : [])].map((tool) => [
        tool,
        { rules: Array.from({ length: r.below(4) }, (_, i) => rule(r, tool, i)) },
      ]),
    ),
  });
  const args = (r: Seeded): JsonObject => Object.fromEntries(['a', 'b'].filter(() => r.chance(0.8)).map((key) => [key, r.pick(VALUES)]));

  it('decide alike after the import, or more strictly where the report says so; never looser', { timeout: 60_000 }, () => {
    const r = new Seeded(4160);
    let [alike, stricter, allowed] = [0, 0, 0];
    for (let round = 0; round < 1_000; round += 1) {
      const original = policy(r);
      const imported = importPolicy(stringify(original), 'intercept');
      const compiled = compilePolicy(imported.text, null);
      expect(
        compiled.problems.filter((problem) => problem.severity === 'error'),
        imported.text,
      ).toEqual([]);
      expect(imported.report.filter((row) => row.effect === 'looser' || row.effect === 'unclear')).toEqual([]);
      const same = imported.report.every((row) => row.effect === 'same');
      const catalogue = catalogueOf(TOOLS.map((name) => ({ name })));
      let engine = new InterceptEngine(original);
      let used = new Map<string, number>();
      for (let call = 0; call < 8; call += 1) {
        // Where one side refuses more, counters drift apart; single calls stay comparable.
        if (!same) [engine, used] = [new InterceptEngine(original), new Map()];
        const facts = callOf({ tool: r.pick(TOOLS), args: args(r) });
        const theirs = engine.allows(facts.tool, facts.args);
        const decided = compiled.policy?.decide(facts, catalogue);
        const decision = decided === undefined ? undefined : applyCounters(decided, (key) => used.get(key));
        const ours = decision?.outcome === 'allowed';
        if (ours) for (const charge of decision.charges) used.set(charge.key, (used.get(charge.key) ?? 0) + charge.amount);
        const shown = () => `${JSON.stringify(original)}\n${imported.text}\n${facts.tool} ${JSON.stringify(facts.args)}`;
        if (same) expect(ours, shown()).toBe(theirs);
        else if (ours) expect(theirs, shown()).toBe(true);
        if (same) alike += 1;
        else stricter += 1;
        if (ours) allowed += 1;
      }
    }
    expect(Math.min(alike, stricter, allowed)).toBeGreaterThan(700);
  });
});
