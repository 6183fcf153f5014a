import { describe, expect, it } from 'vitest';
import type { Catalogue } from '@/lib/domain/decision';
import { compilePolicy } from '@/lib/policy/compile';
import { accessWords, toolAccess } from '@/lib/policy/explain/tool-access';
import { catalogueOf } from '../gateway-world';

const CATALOGUE: Catalogue = catalogueOf([
  { name: 'list', category: 'read' },
  { name: 'get', category: 'read' },
  { name: 'refund', category: 'financial' },
  { name: 'delete_all', category: 'destructive' },
  { name: 'secret', category: 'read' },
  { name: 'fresh', category: 'read', status: 'pending' },
]);
const accessOf = (policy: object) => {
  const { document } = compilePolicy(JSON.stringify({ version: '1', default: 'deny', ...policy }), CATALOGUE);
  if (document === null) throw new Error('the policy of the test does not compile');
  return toolAccess(document, CATALOGUE);
};

describe('what a policy lets a caller do', () => {
  it.each([
    [{}, 'May call none of 6 tools.'],
    [{ default: 'allow' }, 'May call 5 of 6 tools.'],
    [{ default: 'allow', hide: ['secret'] }, 'May call 4 of 6 tools.'],
    [{ tools: { list: {}, refund: { approval: true } } }, 'May call 2 of 6 tools; 1 asks a person.'],
    [{ tools: { '*': { rate_limit: '3/minute' }, delete_all: { action: 'deny' } } }, 'May call 4 of 6 tools; 4 are limited.'],
    [{ risk: { read: {}, financial: { action: 'approve' } } }, 'May call 4 of 6 tools; 1 asks a person.'],
    [
      { tools: { list: {}, get: {} }, all_tools: { rate_limit: '3/minute', approval: true } },
      'May call 2 of 6 tools; 2 ask a person; 2 are limited.',
    ],
    [{ mode: 'observe', hide: ['secret'], all_tools: { approval: true } }, 'May call 5 of 6 tools.'],
    [{ tools: { list: { approval: { mode: 'observe' } } } }, 'May call 1 of 6 tools.'],
  ])('%j', (policy, words) => {
    expect(accessWords(accessOf(policy))).toBe(words);
  });

  it('agrees with the engine about every tool', () => {
    const text = JSON.stringify({
      version: '1',
      default: 'deny',
      hide: ['secret'],
      tools: { list: {}, refund: { approval: true }, 'delete_*': { action: 'deny' } },
      risk: { read: {} },
    });
    const { policy, document } = compilePolicy(text, CATALOGUE);
    if (policy === null || document === null) throw new Error('the policy of the test does not compile');
    const { callable, asks } = toolAccess(document, CATALOGUE);
    for (const { name, status } of CATALOGUE.values()) {
      const { outcome } = policy.decide(
        {
          tool: name,
          args: {},
          at: 0,
          server: { id: 's', slug: 's' },
          agent: { id: 'a', slug: 'a', name: 'a', owner: 'o', environment: null, labels: {} },
          grant: { id: 'g', scopes: [], purpose: null },
          client: null,
          session: null,
        },
        CATALOGUE,
      );
      expect(callable.includes(name), name).toBe(status === 'active' && (outcome === 'allowed' || outcome === 'needs_approval'));
      expect(asks.includes(name), name).toBe(outcome === 'needs_approval');
    }
  });
});
