import { describe, expect, it } from 'vitest';
import { compilePolicy } from '@/lib/policy/compile';
import { explainChange } from '@/lib/policy/explain/change/explain-change';
import { callOf } from '../policy/policy-case';

function compiled(members: object) {
  const { document, policy } = compilePolicy(JSON.stringify({ version: '1', default: 'deny', ...members }), null);
  if (document === null || policy === null) throw new Error('does not compile');
  return { document, policy };
}
const change = (before: object, after: object) =>
  explainChange(compiled(before).document, compiled(after).document, null).map(({ effect, text, pointer }) => [effect, text, pointer]);
const docs = (members: object) => ({ resources: { default: 'deny', ...members } });

describe('changes beyond tools, in words', () => {
  it('name the resource or prompt, and say what opens and what closes', () => {
    expect(change(docs({ rules: { 'file:///docs/*': {} } }), docs({ rules: { 'file:///docs/*': { action: 'deny' } } }))).toEqual([
      ['tightens', 'Resource file:///docs/*: allowed → denied', '/resources/rules/file:~1~1~1docs~1*/action'],
    ]);
    expect(change(docs({ rules: {} }), docs({ rules: { 'file:///docs/*': {} } }))).toEqual([
      ['loosens', 'Resource file:///docs/*: denied by default → allowed', '/resources/rules/file:~1~1~1docs~1*'],
    ]);
    expect(change(docs({ rules: { 'a://*': {} } }), docs({ rules: { 'a://*': {}, 'a://b': { action: 'deny' } } }))).toEqual([
      ['tightens', 'Resource a://b: allowed → denied', '/resources/rules/a:~1~1b/action'],
    ]);
    expect(change(docs({}), { resources: { default: 'allow' } })).toEqual([
      ['loosens', 'Resources not listed: denied by default → allowed by default', '/resources/default'],
    ]);
    const [limit] = change(
      { prompts: { default: 'allow', all: { rate_limit: '10/minute' } } },
      { prompts: { default: 'allow', all: { rate_limit: '20/minute' } } },
    );
    expect([limit?.[0], limit?.[2]]).toEqual(['loosens', '/prompts/all/rate_limit']);
    expect(limit?.[1]).toMatch(/^Every prompt: /);
  });

  it('tell what is hidden, and what servers may ask for', () => {
    expect(change(docs({ hide: ['x://a'] }), docs({ hide: ['x://*'] }))).toEqual([
      ['tightens', 'Resources: x://* is hidden from agents now', '/resources/hide'],
      ['neutral', 'Resources: x://a is still hidden, by another pattern', '/resources/hide'],
    ]);
    expect(change({ server: { default: 'deny', roots: {} } }, { server: { default: 'deny', roots: {}, sampling: {} } })).toEqual([
      ['loosens', 'What the server asks, sampling: denied by default → allowed', '/server/sampling'],
    ]);
  });

  it('say nothing where nothing differs, and call opening what cannot be ordered', () => {
    expect(change(docs({ rules: { 'a://*': {} } }), docs({ rules: { 'a://*': {} } }))).toEqual([]);
    expect(change(docs({ rules: { 'a://b': {} } }), docs({ rules: { 'a://b': {}, 'a://*': { rate_limit: '1/hour' } } }))).toEqual([
      ['loosens', 'Resource a://*: has rules of its own now', '/resources/rules/a:~1~1*'],
    ]);
  });

  it('see that a new denial can only close', () => {
    expect(change(docs({ rules: { 'a://b': {} } }), docs({ rules: { 'a://b': {}, 'a://*': { action: 'deny' } } }))).toEqual([
      ['tightens', 'Resource a://*: denied by a rule of its own now', '/resources/rules/a:~1~1*'],
    ]);
  });

  it('never leave out that something opens', () => {
    const rules = [
      {},
      { 'a://x': {} },
      { 'a://*': {} },
      { 'a://x': { action: 'deny' }, 'a://*': {} },
      { 'a://*': { action: 'deny' }, 'a://x*': {} },
    ];
    const sides = ['allow', 'deny'].flatMap((plain) =>
      rules.flatMap((one) => [[], ['a://x'], ['a://x*']].map((hide) => ({ resources: { default: plain, rules: one, hide } }))),
    );
    const opened = sides.flatMap((before) => {
      const from = compiled(before);
      return sides.flatMap((after) => {
        const to = compiled(after);
        const opens = ['a://x', 'a://xy', 'a://z', 'b://x'].some((tool) => {
          const passes = (side: typeof from) => side.policy.decideTarget('resources', callOf({ tool, args: {} }))?.passes ?? true;
          return !passes(from) && passes(to);
        });
        const said = explainChange(from.document, to.document, null).some(({ effect }) => effect === 'loosens');
        return opens && !said ? [[before, after]] : [];
      });
    });
    expect(opened).toEqual([]);
  });
});
