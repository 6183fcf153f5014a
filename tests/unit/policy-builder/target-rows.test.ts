import { describe, expect, it } from 'vitest';
import { makeRows, type Row, rowIdOf } from '@/components/policies/builder/rows';
import { isForEvery, targetPaths, targetPointerOf } from '@/components/policies/builder/target-rows';
import { compilePolicy } from '@/lib/policy/compile';
import { insertItem } from '@/lib/policy/edit/insert-item';
import { setValue } from '@/lib/policy/edit/set-value';
import { MANIFEST } from '@/lib/policy/manifest';
import { edited, errorsOf, readBlock, viewOf } from './builder-world';

const TEXT = `{
  "version": "1", "default": "deny",
  "resources": {
    "default": "deny", "hide": ["file:///private/*"],
    "all": { "limits": [{ "counter": "reads", "window": "hour", "max": 500 }] },
    "rules": { "file:///docs/*": {}, "db://a~b/*": { "action": "deny", "reason": "No." } }
  },
  "prompts": { "default": "allow", "rules": { "review": { "rate_limit": "9/minute" } } },
  "server": { "default": "deny", "sampling": { "require": [{ "path": "args.maxTokens", "op": "lte", "value": 1000 }] }, "roots": {} }
}`;

const rowsOf = (text: string, live: string | null = null, problems: Parameters<typeof makeRows>[0]['problems'] = []): readonly Row[] =>
  makeRows({ view: viewOf(text), live: live === null ? null : viewOf(live), tools: [], problems });
const targets = (rows: readonly Row[]) => rows.filter((row) => row.kind === 'target');

describe('rules beyond tools', () => {
  it('are rows of the list, in the order of the language', () => {
    expect(targets(rowsOf(TEXT)).map(({ id, name }) => [id, name])).toEqual([
      ['target:/resources/all', 'Every resource'],
      ['target:/resources/rules/file:~1~1~1docs~1*', 'file:///docs/*'],
      ['target:/resources/rules/db:~1~1a~0b~1*', 'db://a~b/*'],
      ['target:/prompts/rules/review', 'review'],
      ['target:/server/sampling', 'The model (sampling)'],
      ['target:/server/roots', 'Folders (roots)'],
    ]);
    expect(targets(rowsOf('{ "version": "1", "default": "deny", "resources": null, "server": [] }'))).toEqual([]);
  });

  it('are what a place within them belongs to', () => {
    for (const row of targets(rowsOf(TEXT))) {
      expect(rowIdOf(row.pointer, null)).toBe(row.id);
      expect(rowIdOf(`${row.pointer}/limits/0/max`, null)).toBe(row.id);
    }
    for (const place of [
      '/resources',
      '/resources/default',
      '/resources/hide/0',
      '/prompts/rules',
      '/server/default',
      '/server/x',
      '/results',
    ])
      expect([place, targetPointerOf(place), rowIdOf(place, null)]).toEqual([place, null, 'policy']);
  });

  it('count their own problems, and say what differs from what is live', () => {
    const path = '/resources/rules/file:~1~1~1docs~1*/require/0';
    const rows = rowsOf(TEXT, null, [{ path, severity: 'error', code: 'x', message: 'x', line: 1, column: 1 }]);
    expect(rows.filter((row) => row.errors > 0).map((row) => row.name)).toEqual(['file:///docs/*']);
    const differ = (text: string) => rowsOf(text, TEXT).flatMap((row) => (row.changed ? [row.name] : []));
    expect(differ(TEXT)).toEqual([]);
    expect(differ(TEXT.replace('"9/minute"', '"8/minute"'))).toEqual(['review']);
    expect(differ(TEXT.replace('"roots": {}', '"roots": { "action": "deny" }'))).toEqual(['Folders (roots)']);
    expect(differ(TEXT.replace(', "roots": {}', ''))).toEqual(['Policy']);
    expect(differ(TEXT.replace('"file:///private/*"', ''))).toEqual(['Policy']);
  });

  it('are read with every key that they have, and nothing of theirs is unknown', () => {
    for (const [section, pointer] of [
      ['target', '/resources/rules/x'],
      ['target', '/server/sampling'],
      ['all_targets', '/prompts/all'],
    ] as const) {
      const block = readBlock('{}', pointer);
      expect(Object.keys(MANIFEST[section]).filter((key) => !(key in block))).toEqual([]);
      const keys = Object.keys(MANIFEST[section]).map((key) => `${JSON.stringify(key)}: null`);
      expect(readBlock(`{ ${keys.join(', ')} }`, pointer).unknown).toEqual([]);
      expect(readBlock('{ "approval": true }', pointer).unknown.map(({ key }) => key)).toEqual(['approval']);
    }
    expect(readBlock('{ "action": "deny" }', '/prompts/all').unknown.map(({ key }) => key)).toEqual(['action']);
  });

  it('can be given what the builder writes', () => {
    for (const { pointer } of targets(rowsOf(TEXT))) {
      const limited = edited(TEXT, (text) => insertItem(text, `${pointer}/limits`, { counter: 'own', window: 'day', max: 100 }));
      const rated = edited(TEXT, (text) => setValue(text, `${pointer}/rate_limit`, '10/minute'));
      const redacted = edited(TEXT, (text) => setValue(text, `${pointer}/redact`, ['args.a']));
      const required = edited(TEXT, (text) =>
        insertItem(text, `${pointer}/require`, { path: 'agent.environment', op: 'eq', value: 'production' }),
      );
      for (const text of [limited, rated, redacted, required]) expect([pointer, errorsOf(text)]).toEqual([pointer, []]);
      if (isForEvery(pointer)) continue;
      expect(errorsOf(edited(TEXT, (text) => setValue(text, `${pointer}/mode`, 'observe')))).toEqual([]);
    }
  });

  it('offer the arguments that the protocol has', () => {
    expect(targetPaths('/resources/rules/x').map(({ path }) => path)).toEqual(['args.uri']);
    expect(targetPaths('/server/sampling').map(({ path }) => path)).toContain('args.maxTokens');
    expect(targetPaths('/server/elicitation').map(({ path }) => path)).toContain('args.url');
    expect(targetPaths('/prompts/rules/review')).toEqual([]);
    for (const pointer of ['/resources/all', '/server/sampling', '/server/elicitation'])
      for (const { path } of targetPaths(pointer)) {
        const text = edited(TEXT, (now) => insertItem(now, '/prompts/rules/review/require', { path, op: 'exists', value: true }));
        expect(compilePolicy(text, null).problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      }
  });
});
