import { describe, expect, it } from 'vitest';
import { NO_CALL } from '@/components/policies/try/tried-call';
import type { TargetMethod } from '@/lib/domain/target-methods';
import { agentSees } from '@/lib/policy/agent-sees';
import { compilePolicy } from '@/lib/policy/compile';
import { type TriedCall, tryCall } from '@/lib/policy/try-call';

const POLICY = {
  version: '1',
  default: 'deny',
  resources: {
    default: 'deny',
    hide: ['file:///private/*'],
    rules: {
      'file:///docs/*': { limits: [{ counter: 'reads', window: 'hour', max: 2 }] },
      'file:///docs/drafts/*': { action: 'deny', reason: 'No drafts.' },
    },
  },
  prompts: { default: 'allow', hide: ['secret'], rules: { review: { deny_if: [{ path: 'args.depth', op: 'eq', value: 'full' }] } } },
  server: { default: 'deny', sampling: { require: [{ path: 'args.maxTokens', op: 'lte', value: 1000 }] } },
};
const server = { id: 'srv', slug: 'docs' };

function tried(method: TargetMethod, tool: string, more: Partial<TriedCall> = {}, policy: object = POLICY) {
  const { policy: compiled } = compilePolicy(JSON.stringify(policy), null);
  if (compiled === null) throw new Error('does not compile');
  const trial = tryCall(compiled, { ...NO_CALL, method, tool, ...more }, new Map(), server, 0);
  const { outcome, rule } = trial.decision;
  return { outcome, rule, trial, sees: agentSees(trial.decision, tool, 0, method) };
}

describe('trying what is no tool call', () => {
  it('decides resources by their plain address, with what counters stand at', () => {
    expect(tried('resources/read', 'FILE:///docs/%61.md')).toMatchObject({
      outcome: 'allowed',
      rule: '/resources/rules/file:~1~1~1docs~1*',
      sees: { kind: 'answer', text: '' },
    });
    expect(tried('resources/read', 'file:///docs/a.md', { counters: { reads: 2 } })).toMatchObject({
      outcome: 'limited',
      sees: { kind: 'error' },
    });
    expect(tried('resources/read', 'file:///docs/drafts/a.md').sees).toEqual({ kind: 'error', text: 'No drafts.' });
    expect(tried('resources/read', 'file:///private/a')).toMatchObject({
      outcome: 'hidden',
      sees: { kind: 'error', text: 'Resource not found' },
    });
    expect(tried('resources/read', 'file:///docs/%2e%2e/x')).toMatchObject({ outcome: 'denied', rule: '(address)' });
  });

  it('decides prompts by name and arguments', () => {
    expect(tried('prompts/get', 'review', { arguments: { depth: 'short' } }).outcome).toBe('allowed');
    const denied = tried('prompts/get', 'review', { arguments: { depth: 'full' } });
    expect(denied).toMatchObject({ outcome: 'denied', rule: '/prompts/rules/review/deny_if/0' });
    expect(denied.trial.decision.trace.some((step) => step.path === 'args.depth' && step.actual === 'full')).toBe(true);
    expect(tried('prompts/get', 'secret').sees.text).toBe('Unknown prompt: secret');
  });

  it('decides what servers ask by its parameters, whatever it is called', () => {
    expect(tried('sampling/createMessage', '', { arguments: { maxTokens: 10 } }).outcome).toBe('allowed');
    expect(tried('sampling/createMessage', 'x', { arguments: { maxTokens: 5000 } }).rule).toBe('/server/sampling/require/0');
    expect(tried('roots/list', '').sees).toEqual({
      kind: 'error',
      text: 'Denied by policy: The policy does not let the server ask for this.',
    });
  });

  it('says of what the policy does not speak of that it passes', () => {
    for (const method of ['resources/read', 'prompts/get', 'elicitation/create'] as const)
      expect(tried(method, 'x', {}, { version: '1', default: 'deny' })).toMatchObject({ outcome: 'allowed', rule: '(not governed)' });
  });
});
