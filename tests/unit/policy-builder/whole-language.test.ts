import { describe, expect, it } from 'vitest';
import { makeRows, type Row } from '@/components/policies/builder/rows';
import { listFirst, listUnchanged, setClassState } from '@/components/policies/builder/state-edits';
import { compose } from '@/lib/policy/edit/compose';
import { setValue } from '@/lib/policy/edit/set-value';
import { MANIFEST, type Section } from '@/lib/policy/manifest';
import { edited, readBlock, viewOf } from './builder-world';

/** Keys that the builder has no control for, on purpose: they say what the file is. */
const OF_THE_FILE = ['$schema', 'version'];

describe('what the builder sees of the language', () => {
  it('is every key of a block, rule, condition, limit, rate and approval', () => {
    const block = readBlock('{}');
    const rule = readBlock('{ "require": [{ "conditions": [] }] }').require[0];
    const condition = readBlock('{ "require": [{}] }').require[0]?.conditions[0];
    const limit = readBlock('{ "limits": [{}] }').limits[0];
    const rate = readBlock('{ "rate_limit": {} }').rate_limit;
    const approval = readBlock('{ "approval": {} }').approval;
    const seen: [Section, object | null | undefined, readonly string[]][] = [
      ['tool', block, []],
      ['all_tools', block, []],
      ['risk_rule', block, []],
      ['rule', rule, []],
      // Of the rule around them, which the language allows nowhere else.
      ['condition', condition, ['name', 'on_deny', 'mode']],
      ['limit', limit, []],
      ['rate_limit', rate, []],
      ['approval', approval, []],
    ];
    for (const [section, view, elsewhere] of seen)
      expect([section, Object.keys(MANIFEST[section]).filter((key) => !(key in (view ?? {})) && !elsewhere.includes(key))]).toEqual([
        section,
        [],
      ]);
    const policy = Object.keys(viewOf('{}'));
    expect(Object.keys(MANIFEST.policy).filter((key) => !policy.includes(key) && key !== 'tests')).toEqual(OF_THE_FILE);
  });

  it('is every key that the language does not have, with its text, wherever it stands', () => {
    const block = readBlock(`{
      "x-own": 1, "limts": [1,  2],
      "require": [{ "conditions": [{ "path": "args.a", "op": "eq", "value": 1, "vaule": 2 }], "nmae": "x" }],
      "limits": [{ "mx": 3 }], "rate_limit": { "wndow": 4 }, "approval": { "wehn": [], "when": [{ "pth": "args.a" }] }
    }`);
    const keys = [block, ...block.require, ...block.limits, block.rate_limit, block.approval].flatMap((part) => part?.unknown ?? []);
    expect(keys.map(({ pointer, literal }) => [pointer, literal])).toEqual([
      ['/tools/t/x-own', '1'],
      ['/tools/t/limts', '[1,  2]'],
      ['/tools/t/require/0/nmae', '"x"'],
      ['/tools/t/require/0/conditions/0/vaule', '2'],
      ['/tools/t/limits/0/mx', '3'],
      ['/tools/t/rate_limit/wndow', '4'],
      ['/tools/t/approval/wehn', '[]'],
      ['/tools/t/approval/when/0/pth', '"args.a"'],
    ]);
  });

  it('is the text of what has another shape than the language knows', () => {
    const block = readBlock('{ "require": ["why", { "conditions": [7] }], "limits": [null], "rate_limit": 5, "approval": "yes" }');
    expect(block.require.map((rule) => [rule.form, rule.literal])).toEqual([
      ['odd', '"why"'],
      ['group', '{ "conditions": [7] }'],
    ]);
    expect(block.require[1]?.conditions[0]?.odd).toBe('7');
    expect([block.limits[0]?.form, block.rate_limit?.form, block.approval?.form]).toEqual(['odd', 'odd', 'odd']);
    expect(readBlock('[1, 2]').odd).toBe(true);
  });
});

describe('writing about a tool that others decide so far', () => {
  const TEXT = `{
  "version": "1", "default": "deny",
  "risk": { "read": { "require": [{ "path": "args.id", "op": "exists", "value": true }] }, "write": { "action": "deny" } },
  "tools": { "del_*": { "action": "deny", "reason": "No." } }
}`;
  const tools = [
    { name: 'get_a', category: 'read', risk: 'low', status: 'active' },
    { name: 'put_a', category: 'write', risk: 'low', status: 'active' },
    { name: 'del_a', category: 'destructive', risk: 'high', status: 'active' },
    { name: 'pay_a', category: 'financial', risk: 'high', status: 'active' },
  ] as const;
  const outcomes = (text: string) =>
    Object.fromEntries(
      makeRows({ view: viewOf(text), live: null, tools, problems: [] })
        .filter((row) => row.kind === 'tool')
        .map((row) => [row.name, row.state?.outcome]),
    );
  const rowOf = (id: string): Row => {
    const row = makeRows({ view: viewOf(TEXT), live: null, tools, problems: [] }).find((one) => one.id === id);
    if (row === undefined) throw new Error(`no row ${id}`);
    return row;
  };

  it('changes no outcome where nothing is decided: redaction, mode, dispatch', () => {
    const before = outcomes(TEXT);
    for (const id of ['tool:get_a', 'tool:put_a', 'tool:del_a', 'tool:pay_a', 'risk:financial']) {
      const row = rowOf(id);
      const next = edited(TEXT, (text) =>
        compose(text, ...listUnchanged(row, 'deny'), (now) => setValue(now, `${row.pointer}/redact`, ['args.card'])),
      );
      expect([id, outcomes(next)]).toEqual([id, before]);
      expect(next).toContain('"redact": ["args.card"]');
    }
    expect(edited(TEXT, (text) => compose(text, ...listUnchanged(rowOf('tool:get_a'), 'deny')))).toMatch(/"get_a": \{[^}]*"require"/);
  });

  it('starts a first rule from the rules that hold so far, for calls that may then pass', () => {
    for (const [id, outcome] of [
      ['tool:get_a', 'allowed'],
      ['tool:put_a', 'allowed'],
      ['tool:del_a', 'allowed'],
    ] as const) {
      const row = rowOf(id);
      const next = edited(TEXT, (text) => compose(text, ...listFirst(row), (now) => setValue(now, `${row.pointer}/rate_limit`, '1/day')));
      expect([id, outcomes(next)[row.name]]).toEqual([id, outcome]);
    }
    expect(edited(TEXT, (text) => compose(text, ...listFirst(rowOf('tool:get_a'))))).toMatch(/"get_a": \{[^}]*"require"/);
  });

  it('sets the state of a class and keeps its rules, or takes its block away', () => {
    const view = viewOf(TEXT);
    const read = view.risk.get('read') ?? null;
    expect(outcomes(edited(TEXT, setClassState(read, 'read', 'deny'))).get_a).toBe('denied');
    expect(outcomes(edited(TEXT, setClassState(read, 'read', 'ask'))).get_a).toBe('needs_approval');
    expect(edited(TEXT, setClassState(read, 'read', 'ask'))).toContain('"op": "exists"');
    expect(edited(TEXT, setClassState(read, 'read', 'inherit'))).not.toContain('"read"');
    expect(outcomes(edited(TEXT, setClassState(null, 'financial', 'allow'))).pay_a).toBe('allowed');
  });
});
