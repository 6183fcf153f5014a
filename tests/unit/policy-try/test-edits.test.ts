import { describe, expect, it } from 'vitest';
import { expectWhatComes, nameMistake, putTest, removeTest, renameTest } from '@/components/policies/try/test-edits';
import { NO_CALL, testJson } from '@/components/policies/try/tried-call';
import type { Catalogue } from '@/lib/domain/decision';
import { compilePolicy } from '@/lib/policy/compile';
import type { PolicyDocument } from '@/lib/policy/document';
import type { Change } from '@/lib/policy/edit/change';
import { applyEdits } from '@/lib/policy/edit/text-edit';
import { compileForTests, outcomeOf, runPolicyTests, type TestResult } from '@/lib/policy/run-tests';
import { tryCall } from '@/lib/policy/try-call';

const TEXT = `{
  "version": "1",
  "default": "allow",
  "tools": { "pay": { "deny_if": [{ "path": "args.amount", "op": "gt", "value": 50, "on_deny": "At most 50." }] } },
  "tests": [
    // what the desk may pay
    { "name": "small sums", "tool": "pay", "arguments": { "amount": 100 }, "expect": "allowed" }, // since May
    { "name": "by which rule", "tool": "pay", "arguments": { "amount": 100 }, "expect": { "outcome": "denied", "rule": "/tools/pay/deny_if/9" } },
    { "name": "in which words", "tool": "pay", "arguments": { "amount": 100 }, "expect": { "outcome": "denied", "message": "No." } }
  ]
}
`;
const tools: Catalogue = new Map([
  ['pay', { name: 'pay', category: 'financial', risk: 'high', status: 'active', digest: 'd', dispatch: null, inputSchema: null }],
]);
const server = { id: 'srv', slug: 'desk' };

function documentOf(text: string): PolicyDocument {
  const { document } = compilePolicy(text, null);
  if (document === null) throw new Error('does not compile');
  return document;
}
function results(text: string): TestResult[] {
  return runPolicyTests(documentOf(text), tools, server, 0);
}
const edited = (text: string, change: Change) => applyEdits(text, change.edits);

describe('the list of tests', () => {
  it('makes each failing test expect what comes of it, and leaves open what the test left open', () => {
    let text = TEXT;
    for (const [i, result] of results(TEXT).entries()) {
      const test = documentOf(TEXT).tests[i];
      expect(result.passed).toBe(false);
      if (test) text = edited(text, expectWhatComes(text, test, result));
    }
    expect(results(text).map(({ passed }) => passed)).toEqual([true, true, true]);
    expect(documentOf(text).tests.map((test) => test.expect)).toEqual([
      { outcome: 'denied', rule: null, message: null },
      { outcome: 'denied', rule: '/tools/pay/deny_if/0', message: null },
      { outcome: 'denied', rule: null, message: 'At most 50.' },
    ]);
    expect(text).toContain('// what the desk may pay');
    expect(text).toContain('// since May');
  });

  it('renames in place: no other character changes', () => {
    expect(edited(TEXT, renameTest(TEXT, '/tests/1', 'the rule that decides'))).toBe(
      TEXT.replace('by which rule', 'the rule that decides'),
    );
  });

  it('writes a call over a test, and keeps its comment', () => {
    const json = testJson('small sums', { ...NO_CALL, tool: 'pay', arguments: { amount: 20 } }, 'allowed', null);
    expect(edited(TEXT, putTest(TEXT, '/tests/0', json))).toBe(TEXT.replace('{ "amount": 100 }', '{ "amount": 20 }'));
  });

  it('removes the list with the last test', () => {
    let text = TEXT;
    for (const _ of [1, 2, 3]) text = edited(text, removeTest(text, '/tests/0'));
    expect(text).not.toContain('"tests"');
    expect(documentOf(text).tests).toEqual([]);
  });

  it('refuses a name that is empty, taken or too long', () => {
    expect(nameMistake('', [])).toBe('Give it a name.');
    expect(nameMistake('a', ['a'])).toBe('Another test has this name.');
    expect(nameMistake('a'.repeat(201), [])).toBe('At most 200 characters.');
    expect(nameMistake('a'.repeat(200), ['a'])).toBeNull();
  });
});

describe('saving a test of a policy that only observes', () => {
  it('expects what the policy refuses once it enforces, so that the test passes as it was saved', () => {
    const text = TEXT.replace('"default"', '"mode": "observe", "default"');
    const call = { ...NO_CALL, tool: 'pay', arguments: { amount: 70 } };
    const { decision } = tryCall(compileForTests(documentOf(text)), call, tools, server, 0);
    const next = edited(text, putTest(text, null, testJson('observed', call, outcomeOf(decision), decision.rule)));
    expect(results(next).at(-1)).toMatchObject({ name: 'observed', passed: true, expected: { outcome: 'denied' } });
  });
});
