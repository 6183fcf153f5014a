import { describe, expect, it } from 'vitest';
import { callOfTest, NO_CALL, testJson, testName } from '@/components/policies/try/tried-call';
import { TARGET_METHODS, type TargetMethod } from '@/lib/domain/target-methods';
import type { JsonObject } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { insertItem } from '@/lib/policy/edit/insert-item';
import { applyEdits } from '@/lib/policy/edit/text-edit';
import { outcomeOf, runPolicyTests } from '@/lib/policy/run-tests';
import { type TriedCall, tryCall } from '@/lib/policy/try-call';

const TEXT = `{
  "version": "1",
  "default": "deny",
  "resources": { "default": "deny", "rules": { "file:///docs/*": { "limits": [{ "counter": "reads", "window": "day", "max": 2 }] } } },
  "prompts": { "default": "allow", "rules": { "review": { "deny_if": [{ "path": "args.depth", "op": "eq", "value": "full" }] } } },
  "server": { "default": "deny", "sampling": { "require": [{ "path": "args.maxTokens", "op": "lte", "value": 100 }] } }
}
`;
const server = { id: 'srv', slug: 'desk' };
const noon = Date.parse('2026-03-02T12:00:00Z');
const problemsOf = (test: JsonObject) =>
  compilePolicy(JSON.stringify({ version: '1', default: 'deny', tests: [{ name: 'n', expect: 'denied', ...test }] }), null).problems.map(
    ({ code, path }) => `${code} ${path}`,
  );

function whole(text: string) {
  const { policy, document, problems } = compilePolicy(text, null);
  if (policy === null || document === null) throw new Error(JSON.stringify(problems));
  return { policy, document };
}

const tried: [TargetMethod, Partial<TriedCall>, string, string][] = [
  ['resources/read', { tool: 'file:///docs/a.md' }, 'allowed', '/resources/rules/file:~1~1~1docs~1*'],
  ['resources/read', { tool: 'file:///docs/a.md', counters: { reads: 2 } }, 'limited', '/resources/rules/file:~1~1~1docs~1*/limits/0'],
  ['resources/read', { tool: 'file:///etc/passwd' }, 'denied', '(default deny)'],
  ['prompts/get', { tool: 'review', arguments: { depth: 'full' } }, 'denied', '/prompts/rules/review/deny_if/0'],
  ['sampling/createMessage', { tool: 'sampling', arguments: { maxTokens: 5 } }, 'allowed', '/server/sampling'],
  ['elicitation/create', { tool: 'elicitation', arguments: { message: 'Who?' } }, 'denied', '(default deny)'],
  ['roots/list', { tool: 'roots' }, 'denied', '(default deny)'],
];

describe('saving another request as a test', () => {
  it.each(tried)('%s %j is %s by %s, and says the same when it is opened again', (method, part, outcome, rule) => {
    const call: TriedCall = { ...NO_CALL, at: noon, ...part, method };
    const { decision } = tryCall(whole(TEXT).policy, call, new Map(), server, noon);
    expect([outcomeOf(decision), decision.rule]).toEqual([outcome, rule]);
    const json = testJson(testName(call, outcomeOf(decision), []), call, outcomeOf(decision), decision.rule);
    const { document } = whole(applyEdits(TEXT, insertItem(TEXT, '/tests', json).edits));
    expect(runPolicyTests(document, new Map(), server, noon).map(({ passed }) => passed)).toEqual([true]);
    const [test] = document.tests;
    expect(test && callOfTest(test)).toEqual(call);
  });

  it('covers every method that policies have rules for', () => {
    expect(new Set(tried.map(([method]) => method))).toEqual(new Set(TARGET_METHODS));
  });

  it('fails when the policy decides otherwise', () => {
    const test = { name: 'docs are open', method: 'resources/read', target: 'file:///private/a', expect: 'allowed' };
    const { document } = whole(applyEdits(TEXT, insertItem(TEXT, '/tests', test).edits));
    expect(runPolicyTests(document, new Map(), server, noon)[0]?.difference).toBe('Expected allowed; it is denied by (default deny).');
  });

  it('is named by what its request has, and by nothing else', () => {
    expect(problemsOf({ tool: 't' })).toEqual([]);
    expect(problemsOf({ method: 'tools/call', tool: 't' })).toEqual([]);
    expect(problemsOf({})).toEqual(['key.missing /tests/0']);
    expect(problemsOf({ target: 'x' })).toEqual(['key.missing /tests/0', 'key.unfit /tests/0/target']);
    expect(problemsOf({ method: 'resources/read', target: 'file:///a' })).toEqual([]);
    expect(problemsOf({ method: 'resources/read', tool: 't' })).toEqual(['key.missing /tests/0', 'key.unfit /tests/0/tool']);
    expect(problemsOf({ method: 'resources/read', target: 'file:///a', arguments: { uri: 'file:///b' } })).toEqual([
      'key.unfit /tests/0/arguments',
    ]);
    expect(problemsOf({ method: 'roots/list', target: 'x' })).toEqual(['key.unfit /tests/0/target']);
    expect(problemsOf({ method: 'resources/raed', target: 'x' })).toEqual(['method.unknown /tests/0/method']);
  });
});
