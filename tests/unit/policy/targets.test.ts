import { describe, expect, it } from 'vitest';
import { PLAIN_RESULTS } from '@/lib/domain/result-flags';
import { compilePolicy } from '@/lib/policy/compile';
import { explainChange } from '@/lib/policy/explain/change/explain-change';
import { explainPolicy } from '@/lib/policy/explain/explain-policy';
import { plainAddress } from '@/lib/policy/resource-address';
import { callOf, caseFiles } from './policy-case';

const compiled = (policy: object) => {
  const { policy: made, document, problems, compiledText } = compilePolicy(JSON.stringify(policy), null);
  return {
    made,
    document,
    compiledText,
    errors: problems.filter(({ severity }) => severity === 'error').map(({ code, path }) => [code, path]),
  };
};
const BASE = { version: '1', default: 'deny' };

describe('a policy without the members beyond tools', () => {
  it('has the normal form that it had before there were any, decides nothing beyond tools, and leaves answers alone', () => {
    for (const { cases } of caseFiles())
      for (const { policy } of cases) {
        const { made, document, compiledText } = compiled(policy);
        if (made === null || document === null) continue;
        expect(Object.keys(document).sort()).toEqual([
          'all_tools',
          'default',
          'description',
          'hide',
          'mode',
          'risk',
          'tests',
          'timezone',
          'tools',
          'version',
        ]);
        expect(compiledText).not.toMatch(/"(?:resources|prompts|server|results)":/);
        for (const kind of ['resources', 'prompts', 'server'] as const) {
          expect(made.decideTarget(kind, callOf({ tool: 'x', args: {} }))).toBeNull();
          expect([made.hidesSome(kind), made.hidesTarget(kind, 'x')]).toEqual([false, false]);
        }
        expect(made.results).toEqual(PLAIN_RESULTS);
      }
  });

  it('decides tools as one that has them', () => {
    const beyond = { resources: { default: 'deny', hide: ['*'] }, server: { default: 'deny' }, results: { control: 'strip' } };
    for (const { cases, catalogue: shared = [] } of caseFiles())
      for (const { policy, call, catalogue = shared } of cases) {
        const tools = new Map(
          catalogue.map((tool) => [
            tool.name ?? '',
            { category: 'write', risk: 'medium', status: 'active', digest: '', dispatch: null, inputSchema: null, ...tool } as never,
          ]),
        );
        const [without, withThem] = [compiled(policy).made, compiled({ ...policy, ...beyond }).made];
        if (without !== null) expect(withThem?.decide(callOf(call), tools)).toEqual(without.decide(callOf(call), tools));
      }
  });
});

describe('mistakes', () => {
  it.each([
    [{ resources: {} }, 'key.missing', '/resources'],
    [{ resources: { default: 'maybe' } }, 'default.unknown', '/resources/default'],
    [{ prompts: { default: 'deny', rules: { p: { approval: true } } } }, 'key.unknown', '/prompts/rules/p/approval'],
    [{ prompts: { default: 'deny', rules: { p: { action: 'approve' } } } }, 'action.unknown', '/prompts/rules/p/action'],
    [{ prompts: { default: 'deny', all: { action: 'deny' } } }, 'key.unknown', '/prompts/all/action'],
    [{ server: { smapling: {} } }, 'key.unknown', '/server/smapling'],
    [{ server: { sampling: { require: [{ path: 'args.n', op: 'below', value: 1 }] } } }, 'op.unknown', '/server/sampling/require/0/op'],
    [{ results: { max_bytes: 10 } }, 'number.range', '/results/max_bytes'],
    [{ results: { max_bytes: 99_999_999 } }, 'number.range', '/results/max_bytes'],
    [{ results: { control: 'drop' } }, 'control.unknown', '/results/control'],
    [{ resource: { default: 'deny' } }, 'key.unknown', '/resource'],
  ])('%j: %s', (members, code, path) => {
    const { errors } = compiled({ ...BASE, ...members });
    expect(errors.map(([, at]) => at)).toEqual([path]);
    if (code !== 'op.unknown') expect(errors[0]?.[0]).toBe(code);
  });
});

describe('decisions beyond tools', () => {
  const policy = {
    ...BASE,
    resources: {
      default: 'deny',
      all: { deny_if: [{ path: 'agent.environment', op: 'eq', value: 'test' }] },
      rules: {
        'a:*': {},
        'a:long*': { action: 'deny' },
        'a:exact': { mode: 'observe', action: 'deny' },
        'a:n*': { limits: [{ counter: 'c', window: 'day', max: 5 }] },
      },
    },
  };
  const decide = (uri: string, agent?: object) =>
    compiled(policy).made?.decideTarget('resources', callOf({ tool: uri, args: { uri }, ...(agent === undefined ? null : { agent }) }));

  it('go by exact name, then by the longest glob, then by the default', () => {
    expect(decide('a:x')).toMatchObject({ outcome: 'allowed', passes: true, rule: '/resources/rules/a:*' });
    expect(decide('a:longer')).toMatchObject({
      outcome: 'denied',
      passes: false,
      rule: '/resources/rules/a:long*/action',
      message: 'The policy denies this resource.',
    });
    expect(decide('a:exact')).toMatchObject({ outcome: 'denied', passes: true, observed: true });
    expect(decide('b:x')).toMatchObject({ outcome: 'denied', reason: 'policy.default_deny', rule: '(default deny)' });
    expect(decide('a:n')?.charges).toMatchObject([{ rule: '/resources/rules/a:n*/limits/0', max: 5 }]);
    expect(decide('a:x', { environment: 'test' })).toMatchObject({ reason: 'argument.denied', rule: '/resources/all/deny_if/0' });
    expect(decide('a:x')?.trace.filter((step) => step.decided)).toEqual([]);
    expect(decide('b:x')?.trace.filter((step) => step.decided)).toHaveLength(1);
  });

  it('are told in sentences, and a change of them counts as opening unless there were none', () => {
    const [none, some] = [compiled(BASE).document, compiled({ ...policy, results: { control: 'strip' } }).document];
    if (none === null || some === null) throw new Error('does not compile');
    const text = explainPolicy(some, null).sections.map(({ title, sentences }) => [title, ...sentences.map((one) => one.text)].join('\n'));
    expect(text.join('\n')).toContain('Resource a:long*\nDenied.');
    expect(text.join('\n')).toContain('Control characters are taken out.');
    expect(explainChange(none, some, null).map(({ effect, pointer }) => [effect, pointer])).toEqual([
      ['tightens', '/resources'],
      ['tightens', '/results'],
    ]);
    expect(explainChange(some, none, null).map(({ effect }) => effect)).toEqual(['loosens', 'loosens']);
    expect(explainChange(some, some, null)).toEqual([]);
  });
});

describe('an address', () => {
  it.each([
    ['FILE:///A/b', 'file:///A/b'],
    ['HTTP://Host.Example:8080/P?q=%7e', 'http://host.example:8080/P?q=~'],
    ['demo://x/%C3%bc%20', 'demo://x/%C3%BC%20'],
    ['urn:isbn:123', 'urn:isbn:123'],
    ['file:///a/..b/c.', 'file:///a/..b/c.'],
    ['file:///a/./b', null],
    ['file:///a/b/..', null],
    ['file:///a/%2E%2e/b', null],
    ['file:///a%2Fb', null],
    ['file:///a%5cb', null],
    ['file:///a%25b', null],
    ['file:///a%0', null],
    ['file:///a b', null],
    ['file:///a\\b', null],
    ['/etc/passwd', null],
    ['\ud800:x', null],
    // The same file once more.
    ['file:/etc/passwd', null],
    ['file:etc/passwd', null],
    ['file://localhost/etc/passwd', null],
    ['file:////etc/passwd', null],
    ['file:///etc//passwd', null],
    ['file:///etc/passwd#x', null],
    ['file:///etc/passwd?', null],
    // The same place once more.
    ['http://%69nternal.example/x', null],
    ['http:/internal.example/x', null],
    ['http:internal.example/x', null],
    ['http://user@internal.example/x', null],
    ['http://internal.example:80/x', null],
    ['HTTPS://internal.example:443/x', null],
    ['http://internal.example:/x', null],
    ['http://internal.example./x', null],
    ['http://0x7f.1/x', null],
    ['http://internal.example/x#y', null],
    ['http://internal.example/x#', null],
    ['http://Internal.example:8080/x?y=//z', 'http://internal.example:8080/x?y=//z'],
    ['http://[::1]:8080/x', 'http://[::1]:8080/x'],
    ['repo://Owner/a//b#c', 'repo://owner/a//b#c'],
  ])('%j is %j', (uri, plain) => {
    expect(plainAddress(uri)).toBe(plain);
  });
});
