import { describe, expect, it } from 'vitest';
import { filterRows, makeRows, NO_FILTER, type Row, type RowFilter, rowIdOf, summarise } from '@/components/policies/builder/rows';
import { CATEGORIES } from '@/lib/domain/risk';
import type { Json } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { StateReader } from '@/lib/policy/edit/tool-state';
import type { Problem } from '@/lib/policy/problem';
import { tryCall } from '@/lib/policy/try-call';
import { Seeded } from '../policy/generate-policy';
import { catalogueOf, tool, viewOf } from './builder-world';

const TOOLS = [
  { name: 'get_invoice', category: 'read', risk: 'low', status: 'active' },
  { name: 'refund_charge', category: 'financial', risk: 'critical', status: 'active' },
  { name: 'delete_user', category: 'destructive', risk: 'high', status: 'active' },
  { name: 'update_user', category: 'write', risk: 'medium', status: 'active' },
  { name: 'run_script', category: 'execute', risk: 'critical', status: 'pending' },
] as const;
const TEXT = `{
  "version": "1", "default": "deny",
  "hide": ["run_*", "gone"],
  "all_tools": { "limits": [{ "counter": "all", "window": "day", "max": 9 }] },
  "risk": { "read": { "rate_limit": "9/minute" } },
  "tools": {
    "refund_charge": { "approval": { "when": [{ "path": "args.amount", "op": "gt", "value": 1 }] } },
    "update_*": { "action": "approve" },
    "archived": {}
  }
}`;
const problem = (path: string, severity: Problem['severity']): Problem => ({ severity, code: 'x', message: 'x', path, line: 1, column: 1 });

function rowsOf(text: string, live: string | null = null, problems: readonly Problem[] = []): readonly Row[] {
  return makeRows({ view: viewOf(text), live: live === null ? null : viewOf(live), tools: TOOLS, problems });
}
function rowOf(rows: readonly Row[], id: string): Row {
  const found = rows.find((row) => row.id === id);
  if (found === undefined) throw new Error(`no row ${id}`);
  return found;
}

describe('the rows of a policy', () => {
  it('are the policy, every tool, each class, patterns, then tools by risk, and names that only the policy knows', () => {
    expect(rowsOf(TEXT).map((row) => row.id)).toEqual([
      'policy',
      'every',
      ...CATEGORIES.map((category) => `risk:${category}`),
      'tool:update_*',
      'tool:refund_charge',
      'tool:run_script',
      'tool:delete_user',
      'tool:update_user',
      'tool:get_invoice',
      'tool:archived',
      'tool:gone',
    ]);
  });

  it('say what happens to calls, and what decides it', () => {
    const rows = rowsOf(TEXT);
    const state = (name: string) => rowOf(rows, `tool:${name}`).state;
    expect(state('refund_charge')).toMatchObject({ choice: 'allow', outcome: 'allowed', by: null, sometimesAsks: true });
    expect(state('update_user')).toMatchObject({
      choice: 'inherit',
      outcome: 'needs_approval',
      by: 'pattern update_*',
      pointer: '/tools/update_*',
    });
    expect(state('get_invoice')).toMatchObject({ choice: 'inherit', outcome: 'allowed', by: 'read class', limited: true });
    expect(state('delete_user')).toMatchObject({ choice: 'inherit', outcome: 'denied', by: 'default', pointer: '/default' });
    expect(state('run_script')).toMatchObject({ choice: 'hide', outcome: 'hidden', by: 'pattern run_*', pointer: '/hide/0' });
    expect(state('gone')).toMatchObject({ choice: 'hide', by: null, pointer: '/hide/1' });
    expect(rowOf(rows, 'tool:archived').listed).toBe(false);
    expect(rowOf(rows, 'tool:run_script').pending).toBe(true);
    expect(rowOf(rows, 'tool:update_*').covers).toBe(1);
    expect(rowOf(rows, 'risk:read').covers).toBe(1);
    expect(rowOf(rows, 'risk:destructive').covers).toBe(1);
  });

  it('are marked where they differ from what is live, also when a class or the default changes their outcome', () => {
    const changed = (text: string) =>
      rowsOf(text, TEXT)
        .filter((row) => row.changed)
        .map((row) => row.id);
    expect(changed(TEXT)).toEqual([]);
    expect(changed(TEXT.replace('"value": 1', '"value": 2'))).toEqual(['tool:refund_charge']);
    expect(changed(TEXT.replace('"rate_limit": "9/minute"', '"action": "deny"'))).toEqual(['risk:read', 'tool:get_invoice']);
    expect(changed(TEXT.replace('"default": "deny"', '"default": "allow"'))).toEqual(['policy', 'tool:delete_user']);
  });

  it('carry the problems of their own places', () => {
    const rows = rowsOf(TEXT, null, [
      problem('/tools/refund_charge/approval/when/0', 'warning'),
      problem('/tools/refund_charge', 'error'),
      problem('/hide/1', 'warning'),
      problem('/default', 'error'),
      problem('/risk/read/rate_limit', 'info'),
    ]);
    const counts = (id: string) => [rowOf(rows, id).errors, rowOf(rows, id).warnings];
    expect(counts('tool:refund_charge')).toEqual([1, 1]);
    expect(counts('policy')).toEqual([1, 1]);
    expect(counts('risk:read')).toEqual([0, 0]);
  });

  it('are found for every place, with names that need escaping', () => {
    expect(rowIdOf('/tools/a~1b~0c/require/0', null)).toBe('tool:a/b~c');
    expect(rowIdOf('/hide/1', viewOf(TEXT))).toBe('tool:gone');
    expect(rowIdOf('/hide/0', viewOf(TEXT))).toBe('policy');
    expect(rowIdOf('/all_tools/limits/0', null)).toBe('every');
    expect(rowIdOf('/risk/read/require/0', null)).toBe('risk:read');
    expect(rowIdOf('/timezone', null)).toBe('policy');
  });
});

describe('filtering the rows', () => {
  const rows = rowsOf(TEXT, TEXT.replace('"value": 1', '"value": 2'));
  const names = (filter: Partial<RowFilter>) => filterRows(rows, { ...NO_FILTER, ...filter }).map((row) => row.name);

  it('finds every word of a search in a name, in any order', () => {
    expect(names({ search: 'user upd' })).toEqual(['update_user']);
    expect(names({ search: '' }).length).toBe(rows.length);
  });

  it('joins choices of one group by or, and groups by and', () => {
    expect(names({ risks: new Set(['critical', 'high']) })).toEqual(['refund_charge', 'run_script', 'delete_user']);
    expect(names({ risks: new Set(['critical', 'high']), states: new Set(['hidden', 'denied']) })).toEqual(['run_script', 'delete_user']);
    expect(names({ states: new Set(['needs_approval']) })).toEqual(['update_*', 'refund_charge', 'update_user']);
    expect(names({ only: new Set(['changed']) })).toEqual(['refund_charge']);
  });

  it('counts the tools of the server, as the filter finds them', () => {
    expect(summarise(rows)).toEqual({ allowed: 2, needs_approval: 2, limited: 1, denied: 1, hidden: 1, inherit: 3, changed: 1 });
    for (const [tag, count] of Object.entries(summarise(rows)).filter(([key]) => key !== 'changed'))
      expect([
        tag,
        filterRows(rows, { ...NO_FILTER, states: new Set([tag]) }).filter((row) => row.kind === 'tool' && row.listed).length,
      ]).toEqual([tag, count]);
  });
});

describe('the state of a tool', () => {
  const NAMES = ['get_a', 'get_b', 'get_a_b', 'set_a', 'x'];
  const GLOBS = ['get_*', '*_a', 'get_a*', '*', 's*t_a'];
  const BLOCKS: readonly Json[] = [
    {},
    { action: 'deny' },
    { action: 'approve' },
    { approval: true },
    { approval: false },
    { action: 'allow' },
  ];

  it('is what the engine decides of its calls, whatever names, patterns, classes and default say', () => {
    const r = new Seeded(20261126);
    const catalogue = catalogueOf(NAMES.map((name, i) => tool(name, CATEGORIES[i % CATEGORIES.length] ?? 'read')));
    let checked = 0;
    for (let round = 0; round < 400; round += 1) {
      const some = (from: readonly string[]) => from.filter(() => r.chance(0.3));
      const document = {
        version: '1',
        default: r.pick(['allow', 'deny']),
        hide: some([...NAMES, ...GLOBS]).filter(() => r.chance(0.3)),
        risk: Object.fromEntries(CATEGORIES.filter(() => r.chance(0.3)).map((category) => [category, r.pick(BLOCKS)])),
        tools: Object.fromEntries(some([...NAMES, ...GLOBS]).map((name) => [name, r.pick(BLOCKS)])),
      };
      const text = JSON.stringify(document);
      const { policy } = compilePolicy(text, null);
      if (policy === null) throw new Error(`does not compile: ${text}`);
      const states = new StateReader(viewOf(text));
      for (const one of catalogue.values()) {
        const call = { tool: one.name, arguments: {}, agent: null, grant: null, client: null, at: null, counters: {} };
        const { outcome } = tryCall(policy, call, catalogue, { id: 's', slug: 's' }, 0).decision;
        expect([text, one.name, states.of(one.name, one.category).outcome]).toEqual([text, one.name, outcome]);
        checked += 1;
      }
    }
    expect(checked).toBe(2000);
  });
});
