import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from './control-world';

const POLICY = '/servers/bridge/policies/main';
const LIVE =
  '// kept\n{ "version": "1", "default": "deny", "tools": { "list_tools": {} },\n  "tests": [{ "name": "lists", "tool": "list_tools", "expect": "allowed" }] }\n';
const BROKEN = '{ "version": "1", "defualt": "deny" }';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.addServer('bridge', { name: 'list_tools', description: 'Lists tools.', inputSchema: { type: 'object' } });
  await world.call('PUT', POLICY, { as: 'author', body: { text: LIVE } });
  await world.call('POST', `${POLICY}/publish`, { as: 'author', body: { comment: 'first' } });
  await world.call('PUT', POLICY, { as: 'author', body: { text: BROKEN } });
});
afterAll(async () => {
  world.expectClean();
  await world.end();
});

const versions = () => world.prisma.policyVersion.count();

describe('an export', () => {
  const get = (query: string) => world.call('GET', `${POLICY}/export?${query}`, { as: 'viewer' });

  it('gives the draft, what is live or a version, under a name that says which', async () => {
    expect((await get('format=jsonc')).body).toMatchObject({ filename: 'bridge-main-draft.jsonc', version: 'draft', text: BROKEN });
    expect((await get('format=jsonc&version=live')).body).toMatchObject({ filename: 'bridge-main-v1.jsonc', version: 1, text: LIVE });
    const { body } = await get('format=yaml&version=1');
    expect([body.filename, body.text]).toEqual(['bridge-main-v1.yaml', expect.stringContaining('# kept')]);
    expect((await get('format=text&version=live')).body.text).toMatch(/^# Main|^# main/);
  });

  it('says what to do when there is no such text, or it cannot be said in the form that is asked for', async () => {
    expect([(await get('version=9')).status, (await get('version=0')).status]).toEqual([404, 400]);
    const { status, body } = await get('format=text&version=draft');
    expect([status, body.error.code, body.error.message]).toEqual([422, 'policy.invalid', expect.stringContaining('`jsonc`')]);
  });
});

describe('a check', () => {
  const check = (text: string, policy?: string) =>
    world.call('POST', '/policies/check', { as: 'viewer', body: { text, server: 'bridge', ...(policy ? { policy } : {}) } });

  it('judges a text as publishing would and keeps nothing of it', async () => {
    const before = await versions();
    const same = await check(LIVE, 'main');
    expect(same.body).toMatchObject({ valid: true, tests: { passed: 1, failed: 0 }, live: { version: 1 }, change: { kind: 'none' } });
    const layout = await check(LIVE.replace('// kept', '// kept, and said why'), 'main');
    expect(layout.body.change).toMatchObject({ kind: 'comments', loosening: false });
    const opened = await check(LIVE.replace('"deny"', '"allow"'), 'main');
    expect(opened.body.change).toMatchObject({ kind: 'rules', loosening: true });
    const failing = await check(LIVE.replace('"list_tools": {}', ''), 'main');
    expect(failing.body.tests).toMatchObject({ passed: 0, failed: 1 });
    expect((await check(BROKEN)).body).toMatchObject({ valid: false, live: null });
    expect((await world.call('GET', POLICY)).body.draft.text).toBe(BROKEN);
    expect(await versions()).toBe(before);
  });
});

describe('an import', () => {
  it('compares the tools with those of the server, and stores nothing', async () => {
    const text = 'version: "1"\ndefault: deny\ntools:\n  list_tolls:\n    rules:\n      - { name: a, rate_limit: 5/hour }\n';
    const { status, body } = await world.call('POST', '/policies/import', { as: 'viewer', body: { text, server: 'bridge' } });
    expect([status, body.format, body.valid]).toEqual([200, 'intercept', true]);
    expect(body.problems).toContainEqual(expect.objectContaining({ severity: 'warning', hint: expect.stringContaining('list_tools') }));
    expect(await world.prisma.policy.count()).toBe(1);
  });
});

it('a list of policies says how many tests the live text has', async () => {
  const { body } = await world.call('GET', '/policies');
  expect(body.items).toMatchObject([{ slug: 'main', tests: 1, hasDraft: true, managedBy: null }]);
  await world.call('PUT', '/servers/bridge/policies/new', { as: 'author', body: { text: LIVE } });
  expect((await world.call('GET', '/servers/bridge/policies?q=new')).body.items).toMatchObject([{ slug: 'new', tests: null }]);
});
