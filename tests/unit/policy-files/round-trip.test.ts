import { describe, expect, it } from 'vitest';
import { compilePolicy } from '@/lib/policy/compile';
import { type EXPORT_FORMATS, exportPolicy } from '@/lib/policy/export/export-policy';
import { importPolicy } from '@/lib/policy/import/import-policy';
import { randomCall, randomCatalogue, randomPolicy, Seeded } from '../policy/generate-policy';
import { caseFiles } from '../policy/policy-case';

const about = { title: 'Payments', catalogue: null };
const exported = (text: string, format: (typeof EXPORT_FORMATS)[number]) => {
  const result = exportPolicy(text, format, about);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

describe('import of an export', () => {
  it('decides alike, for generated policies, as JSON, JSONC and YAML', { timeout: 60_000 }, () => {
    const r = new Seeded(1125);
    let compared = 0;
    for (let i = 0; i < 400; i += 1) {
      const text = JSON.stringify(randomPolicy(r), null, i % 3);
      const before = compilePolicy(text, null);
      if (before.policy === null) continue;
      const catalogue = randomCatalogue(r);
      const calls = Array.from({ length: 8 }, () => randomCall(r));
      for (const format of ['json', 'jsonc', 'yaml'] as const) {
        const imported = importPolicy(exported(text, format).text);
        const after = compilePolicy(imported.text, null);
        expect(imported.format, text).not.toBe('intercept');
        expect(after.compiledText, text).toBe(before.compiledText);
        for (const call of calls) expect(after.policy?.decide(call, catalogue)).toEqual(before.policy.decide(call, catalogue));
        compared += calls.length;
      }
    }
    expect(compared).toBeGreaterThan(5_000);
  });

  it('keeps every example policy of the language, as YAML', () => {
    for (const file of caseFiles()) {
      for (const { policy } of file.cases) {
        const before = compilePolicy(JSON.stringify(policy), null);
        if (before.compiledText === null) continue;
        expect(compilePolicy(importPolicy(exported(JSON.stringify(policy), 'yaml').text).text, null).compiledText).toBe(
          before.compiledText,
        );
      }
    }
  });

  it('leaves JSONC as it was written, to the letter', () => {
    const text = '// mine\n{ "version": "1",   "default": "deny", // why\n\n "tools": { "a": { "mode": "observe" }, } }\n';
    expect(exported(text, 'jsonc').text).toBe(text);
    expect(importPolicy(text).text).toBe(text);
  });
});

describe('an export', () => {
  it('as text is the explanation of the compiled policy, in Markdown', () => {
    const { text, contentType, extension } = exported(
      '{ "version": "1", "default": "deny", "tools": { "pay": { "action": "approve" } } }',
      'text',
    );
    expect([contentType, extension]).toEqual(['text/markdown; charset=utf-8', 'md']);
    expect(text).toContain('# Payments');
    expect(text).toMatch(/pay/);
  });

  it.each(['json', 'yaml', 'text'] as const)('as %s of a text with mistakes says where they are; as JSONC it is the text', (format) => {
    const broken = '{ "version": "1",\n "default": }';
    const result = exportPolicy(broken, format, about);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.error[0]).toMatchObject({ severity: 'error', line: 2 });
    expect(exported(broken, 'jsonc').text).toBe(broken);
  });
});

describe('a PolicyLayer policy', () => {
  const PASTED = `{
  "version": "1",
  "default": "deny",
  "hide": ["drop_customer"],
  "all_tools": { "limits": [{ "counter": "calls", "window": "minute", "max": 60, "scope": "grant" }] },
  "tools": {
    "look": {},
    "wipe": { "action": "deny", "reason": "Ask a person." },
    "send": { "rate_limit": { "max": 10, "window": 60 } },
    "pay": {
      "require": [{ "path": "args.reason", "op": "exists", "value": true }],
      "deny_if": [{ "conditions": [{ "path": "args.note", "op": "regex", "value": "test" }], "on_deny": "no tests" }]
    }
  }
}`;

  it('is taken letter by letter, short forms too, and compiles', () => {
    const imported = importPolicy(PASTED);
    expect([imported.format, imported.text === PASTED]).toEqual(['policylayer', true]);
    expect(imported.problems.filter((problem) => problem.severity === 'error')).toEqual([]);
    const rows = imported.report.map((row) => `${row.line} ${row.from} ${row.status} ${row.to}`);
    expect(rows).toContain('8 tools.wipe.action mapped /tools/wipe/action');
    expect(rows).toContain('9 tools.send.rate_limit mapped /tools/send/rate_limit');
    expect(rows).toContain('11 tools.pay.require[0] mapped /tools/pay/require/0');
  });

  it('says where a pattern without ends denies less than it may have meant', () =>
    expect(importPolicy(PASTED).report.find((row) => row.from === 'tools.pay.deny_if[0]')).toMatchObject({
      status: 'changed',
      effect: 'looser',
    }));

  it('asks for approval whatever its pages call that, and keeps the comments', () => {
    const imported = importPolicy('{ "version": "1", "default": "deny", "tools": { "pay": { // risky\n "action": "require_approval" } } }');
    expect(imported.text).toContain('// risky');
    expect(imported.text).toContain('"action": "approve"');
    expect(imported.report[0]).toMatchObject({ status: 'changed', from: 'tools.pay.action', to: '/tools/pay/action' });
  });

  it('tools alone get a document that denies the rest', () => {
    const imported = importPolicy('{ "look": { "limits": [{ "counter": "c", "window": "hour", "max": 30, "scope": "grant" }] } }');
    expect(compilePolicy(imported.text, null).document).toMatchObject({ default: 'deny', tools: { look: {} } });
  });

  it('a key it does not have is a problem with its place, never lost', () => {
    const imported = importPolicy('{ "version": "1", "default": "deny", "tools": { "pay": { "denyif": [] } } }', 'policylayer');
    expect(imported.problems).toContainEqual(expect.objectContaining({ code: 'key.unknown', severity: 'error' }));
    expect(imported.text).toContain('denyif');
  });
});

describe('hostile texts', () => {
  it.each([
    '',
    ' ',
    '\u0000',
    '{',
    '[]',
    'null',
    '"x"',
    '42',
    '- a',
    '{"version":',
    '&a *a',
    '%YAML 9.9\n---\na',
    '\uFEFFversion: "1"',
    '<html></html>',
    'a: b: c',
    '{"tools":{"a":{"rules":[]}}}',
    'tools: []',
    'tools: { a: { rules: 5 } }',
    'tools: { a: { rules: [5, null, [], {}] } }',
    'tools: { a: null, b: 5 }',
    'version: {}\nhide: 5\ndefault: []\ntools: 3',
    `a: ${'['.repeat(2_000)}`,
    '{'.repeat(5_000),
  ])('%j is answered with a text and a sentence, whatever the format', (text) => {
    for (const format of ['auto', 'policylayer', 'intercept', 'callgate'] as const) {
      const imported = importPolicy(text, format);
      expect(typeof imported.text).toBe('string');
      if (imported.inOriginal) expect(imported.problems.some((problem) => problem.severity === 'error')).toBe(true);
    }
  });

  it('a text beyond 1 MiB is refused, as YAML and as JSON', () => {
    for (const text of [`a: ${'x'.repeat(1_100_000)}`, `{"a":"${'x'.repeat(1_100_000)}"}`])
      expect(importPolicy(text).problems.map((problem) => problem.code)).toEqual(['text.too_large']);
  });
});
