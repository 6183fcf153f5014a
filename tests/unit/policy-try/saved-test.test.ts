import { describe, expect, it } from 'vitest';
import { callOfTest, NO_CALL, testJson, testName } from '@/components/policies/try/tried-call';
import type { Catalogue } from '@/lib/domain/decision';
import { agentSees } from '@/lib/policy/agent-sees';
import { compilePolicy } from '@/lib/policy/compile';
import { insertItem } from '@/lib/policy/edit/insert-item';
import { applyEdits } from '@/lib/policy/edit/text-edit';
import { outcomeOf, runPolicyTests } from '@/lib/policy/run-tests';
import { type TriedCall, tryCall } from '@/lib/policy/try-call';

const text = `{
  // what support may do
  "version": "1",
  "default": "deny",
  "hide": ["delete_customer"],
  "tools": {
    "create_refund": {
      "deny_if": [{ "path": "args.amount", "op": "gt", "value": 100, "on_deny": "At most 100." }],
      "limits": [{ "counter": "refunds", "window": "day", "max": 2 }]
    }
  }
}
`;
const server = { id: 'srv', slug: 'payments' };
const tools: Catalogue = new Map(
  ['create_refund', 'delete_customer'].map((name) => [
    name,
    { name, category: 'financial', risk: 'high', status: 'active', digest: 'd', dispatch: null, inputSchema: null },
  ]),
);
const noon = Date.parse('2026-03-02T12:00:00Z');
const call: TriedCall = { ...NO_CALL, tool: 'create_refund', arguments: { amount: 900 }, at: noon };

function policyOf(source: string) {
  const { policy, document } = compilePolicy(source, null);
  if (policy === null || document === null) throw new Error('does not compile');
  return { policy, document };
}

describe('saving what was tried as a test', () => {
  it('writes a test that passes, and that says the same call when it is opened again', () => {
    const trial = tryCall(policyOf(text).policy, call, tools, server, noon);
    const outcome = outcomeOf(trial.decision);
    const json = testJson(testName(call, outcome, []), call, outcome, trial.decision.rule);
    const next = applyEdits(text, insertItem(text, '/tests', json).edits);
    expect(next).toContain('// what support may do');
    const { document } = policyOf(next);
    expect(runPolicyTests(document, tools, server, noon).map(({ passed, name }) => [passed, name])).toEqual([
      [true, 'create_refund with amount 900 is denied'],
    ]);
    const [test] = document.tests;
    expect(test && callOfTest(test)).toEqual(call);
  });

  it('keeps who called, under which grant, by which client and what counters stood at', () => {
    const whole: TriedCall = {
      ...call,
      arguments: { amount: 5 },
      agent: { slug: 'bot', name: 'Bot', owner: 'a@b.example', environment: 'prod', labels: { team: 'x' } },
      grant: { scopes: ['refunds'], purpose: 'support' },
      client: { name: 'cli', version: '2' },
      counters: { refunds: 2 },
    };
    const next = applyEdits(text, insertItem(text, '/tests', testJson('limited', whole, 'limited', null)).edits);
    const { document } = policyOf(next);
    expect(document.tests[0] && callOfTest(document.tests[0])).toEqual(whole);
    expect(runPolicyTests(document, tools, server, noon)[0]?.passed).toBe(true);
  });

  it('gives a name that no other test has', () => {
    expect(testName(call, 'denied', ['create_refund with amount 900 is denied'])).toBe('create_refund with amount 900 is denied (2)');
  });
});

describe('what the agent would see', () => {
  const sees = (part: Partial<TriedCall>) => {
    const tried = { ...call, ...part };
    const trial = tryCall(policyOf(text).policy, tried, tools, server, noon);
    return agentSees(trial.decision, tried.tool, trial.call.at);
  };

  it('is the tool’s own answer for what passes', () => {
    expect(sees({ arguments: { amount: 5 } })).toEqual({ kind: 'answer', text: '' });
  });

  it('is a tool result with the author’s words for a denial', () => {
    const { kind, text: words } = sees({});
    expect(kind).toBe('result');
    expect(words).toMatch(/^Denied by policy: At most 100\. The call was NOT EXECUTED\./);
  });

  it('says how long a limit takes to reset', () => {
    expect(sees({ arguments: { amount: 5 }, counters: { refunds: 2 } }).text).toContain('Try again in 43200 seconds at the earliest.');
  });

  it('does not tell a hidden tool from one that is not there', () => {
    expect(sees({ tool: 'delete_customer' })).toEqual({ kind: 'error', text: 'Unknown tool: delete_customer' });
  });
});
