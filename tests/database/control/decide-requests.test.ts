import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from './control-world';

const TEXT = JSON.stringify({
  version: '1',
  default: 'deny',
  resources: { default: 'deny', rules: { 'file:///docs/*': { limits: [{ counter: 'reads', window: 'hour', max: 2 }] } } },
  prompts: { default: 'deny', rules: { review: { require: [{ path: 'args.depth', op: 'eq', value: 'short' }] } } },
  server: { sampling: { require: [{ path: 'args.maxTokens', op: 'lte', value: 1000 }] } },
});

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.addServer('docs', { name: 'search', description: 'Searches.', inputSchema: { type: 'object' } });
});
afterAll(async () => {
  world.expectClean();
  await world.end();
});

const decide = (body: object) => world.call('POST', '/decisions', { body: { server: 'docs', text: TEXT, ...body } });

describe('decisions on what is no tool call', () => {
  it('are made by the rules for resources, prompts and what servers ask', async () => {
    const read = await decide({ method: 'resources/read', target: 'file:///docs/a.md' });
    expect([read.status, read.body.outcome, read.body.category, read.body.risk]).toEqual([200, 'allowed', null, null]);
    expect(read.body.charges).toMatchObject([{ counter: 'reads', used: 0, max: 2 }]);
    const spent = await decide({ method: 'resources/read', target: 'file:///docs/a.md', counters: { reads: 2 } });
    expect(spent.body).toMatchObject({ outcome: 'limited', rule: '/resources/rules/file:~1~1~1docs~1*/limits/0' });
    expect((await decide({ method: 'resources/read', target: 'file:///etc/passwd' })).body.outcome).toBe('denied');
    const prompt = await decide({ method: 'prompts/get', target: 'review', arguments: { depth: 'full' } });
    expect(prompt.body).toMatchObject({ outcome: 'denied', rule: '/prompts/rules/review/require/0' });
    expect(prompt.body.trace.at(-1)).toMatchObject({ path: 'args.depth', actual: 'full', result: 'fail' });
    const asked = await decide({ method: 'sampling/createMessage', arguments: { maxTokens: 5000 } });
    expect(asked.body).toMatchObject({ outcome: 'denied', rule: '/server/sampling/require/0' });
    expect((await decide({ method: 'roots/list' })).body.outcome).toBe('allowed');
  });

  it('of tool calls are as ever', async () => {
    const { body } = await decide({ tool: 'search' });
    expect(body).toMatchObject({ outcome: 'denied', tools: ['search'] });
    expect([typeof body.category, typeof body.risk]).toEqual(['string', 'string']);
    expect((await decide({ method: 'tools/call', tool: 'search' })).body).toEqual(body);
  });

  it('are refused when method and name do not go together, with the place', async () => {
    for (const [body, path] of [
      [{}, '/tool'],
      [{ tool: 'search', target: 'x' }, '/target'],
      [{ method: 'resources/read' }, '/target'],
      [{ method: 'prompts/get', tool: 'x', target: 'x' }, '/tool'],
      [{ method: 'roots/list', target: 'x' }, '/target'],
    ] as const) {
      const refused = await decide(body);
      expect([refused.status, refused.body.error.code, refused.body.error.details[0].path]).toEqual([400, 'decision.request', path]);
    }
    expect((await decide({ method: 'tools/list', tool: 'x' })).status).toBe(400);
  });
});
