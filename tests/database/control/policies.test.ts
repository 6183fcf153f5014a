import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from './control-world';

const DENY = '{"version":"1","default":"deny"}';
const LIMITED =
  '{"version":"1","default":"deny","tools":{"call_tool":{"limits":[{"counter":"call_tool_rate","window":"minute","max":10,"scope":"grant"}]}}}';
const BROKEN = '{\n  "version": "1",\n  "default": "deny",\n  "tols": {}\n}';
const POLICY = '/servers/bridge/policies/main';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.addServer(
    'bridge',
    {
      name: 'call_tool',
      description: 'Calls a tool by name.',
      inputSchema: { type: 'object', properties: { tool_name: { type: 'string' }, arguments: { type: 'object' } } },
    },
    { name: 'list_tools', description: 'Lists tools.', inputSchema: { type: 'object' } },
  );
});
afterAll(async () => {
  world.expectClean();
  await world.end();
});

const save = (text: string, headers = {}) => world.call('PUT', POLICY, { as: 'author', body: { text }, headers });
const publish = (body: object = {}, headers = {}) => world.call('POST', `${POLICY}/publish`, { as: 'author', body, headers });

describe('a draft', () => {
  it('is kept when it is invalid, with every problem and its place', async () => {
    const { status, body } = await save(BROKEN);
    expect([status, body.draft.text]).toEqual([200, BROKEN]);
    expect(body.problems).toContainEqual(
      expect.objectContaining({ severity: 'error', line: 4, column: 3, hint: expect.stringContaining('tools') }),
    );
    expect((await world.call('GET', POLICY)).body).toMatchObject({
      live: null,
      hasDraft: true,
      draft: { text: BROKEN, updatedBy: 'The author' },
    });
  });

  it('does not overwrite a newer one when the caller says which it read', async () => {
    const { headers } = await world.call('GET', POLICY);
    world.pass(1_000);
    await save(`${BROKEN}\n`);
    const stale = await save('mine', { 'if-match': headers.get('etag') });
    expect([stale.status, stale.body.error.code]).toEqual([412, 'policy.stale']);
    expect((await world.call('GET', POLICY)).body.draft.text).toBe(`${BROKEN}\n`);
  });

  it('can be discarded, once', async () => {
    expect((await world.call('DELETE', `${POLICY}/draft`, { as: 'author' })).body.hasDraft).toBe(false);
    expect((await world.call('DELETE', `${POLICY}/draft`, { as: 'author' })).status).toBe(409);
  });

  it('needs a name that is a slug, and text that can be stored', async () => {
    expect((await world.call('PUT', '/servers/bridge/policies/No%20Slug', { body: { text: DENY } })).body.error.code).toBe('policy.slug');
    expect((await world.call('PUT', POLICY, { raw: '{"text":"a\\u0000b"}' })).body.error.code).toBe('policy.text');
  });
});

describe('validating', () => {
  it('tells errors from warnings, and what only the tools of a server can tell', async () => {
    expect((await world.call('POST', '/policies/validate', { as: 'viewer', body: { text: BROKEN } })).body).toMatchObject({ valid: false });
    const unknownTool = '{"version":"1","default":"deny","tools":{"call_tol":{}}}';
    expect((await world.call('POST', '/policies/validate', { body: { text: unknownTool } })).body).toMatchObject({ valid: true });
    const { body } = await world.call('POST', '/policies/validate', { body: { text: unknownTool, server: 'bridge' } });
    expect([body.valid, body.problems]).toEqual([
      true,
      expect.arrayContaining([expect.objectContaining({ severity: 'warning', path: expect.stringContaining('call_tol') })]),
    ]);
  });
});

describe('publishing', () => {
  it('refuses what does not compile with 422 and the problems, and keeps the draft', async () => {
    await save(BROKEN);
    const { status, body } = await publish();
    expect([status, body.error.code]).toEqual([422, 'policy.invalid']);
    expect(body.error.details).toContainEqual(expect.objectContaining({ line: 4, column: 3 }));
    expect((await world.call('GET', POLICY)).body.draft.text).toBe(BROKEN);
  });

  it('makes versions from 1 on, with the digest of the text', async () => {
    await save(LIMITED);
    const { body } = await publish({ comment: 'first', expectedVersion: 0 });
    expect(body).toMatchObject({ version: 1, digest: expect.stringMatching(/^[0-9a-f]{64}$/), publishedAt: world.now().toISOString() });
    expect((await world.call('GET', POLICY)).body).toMatchObject({
      live: { version: 1, comment: 'first', publishedBy: 'The author' },
      mode: 'enforce',
      hasDraft: false,
      liveText: LIMITED,
    });
    const row = await world.prisma.policyVersion.findFirstOrThrow();
    expect([row.textSha256, JSON.parse(row.compiled).tools.call_tool !== undefined]).toEqual([body.digest, true]);
  });

  it('has nothing to publish without a draft', async () => {
    expect((await publish()).body.error.code).toBe('policy.no_draft');
  });

  it('answers 409 for another live version and 412 for a stale If-Match', async () => {
    await save(DENY);
    expect((await publish({ expectedVersion: 0 })).body.error.code).toBe('policy.version_conflict');
    expect((await publish({}, { 'if-match': '"0.-"' })).status).toBe(412);
    expect((await publish({ expectedVersion: 1 })).body.version).toBe(2);
  });

  it('lets one of two people win who expect the same version', async () => {
    await save(LIMITED);
    const both = await Promise.all(
      [world.api, world.api].map((api) =>
        api.handle(
          new Request(`http://localhost:3000/api/v1${POLICY}/publish`, {
            method: 'POST',
            headers: { authorization: 'Bearer test-management-key-of-forty-characters!', 'content-type': 'application/json' },
            body: '{"expectedVersion":2}',
          }),
          { sourceIp: '127.0.0.1' },
        ),
      ),
    );
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 409]);
  });

  it('restores an old text as a new version and leaves the draft alone', async () => {
    await save('{"version":"1","default":"allow"}');
    expect((await world.call('POST', `${POLICY}/versions/2/restore`, { as: 'author', body: { comment: 'back' } })).body).toMatchObject({
      version: 4,
      restoredFrom: 2,
    });
    expect((await world.call('GET', POLICY)).body).toMatchObject({ live: { version: 4 }, liveText: DENY, hasDraft: true });
    const { items, nextCursor } = (await world.call('GET', `${POLICY}/versions?limit=3`)).body;
    expect(items.map((one: { version: number; restoredFrom: number; live: boolean }) => [one.version, one.restoredFrom, one.live])).toEqual(
      [
        [4, 2, true],
        [3, null, false],
        [2, null, false],
      ],
    );
    expect((await world.call('GET', `${POLICY}/versions?limit=3&cursor=${nextCursor}`)).body).toMatchObject({
      items: [{ version: 1 }],
      nextCursor: null,
    });
    expect((await world.call('GET', `${POLICY}/versions/1`)).body.text).toBe(LIMITED);
    for (const n of ['9', '0', '-1', '1e3', 'x']) expect((await world.call('GET', `${POLICY}/versions/${n}`)).status).toBe(404);
  });

  it('never changes a version', async () => {
    await expect(world.prisma.policyVersion.updateMany({ data: { text: 'x' } })).rejects.toThrow(/never changed/);
  });
});

describe('deciding', () => {
  const decide = async (body: object) =>
    (
      await world.call('POST', '/decisions', {
        as: 'viewer',
        body: { server: 'bridge', tool: 'call_tool', arguments: { tool_name: 'list_tools', arguments: {} }, ...body },
      })
    ).body;

  it('runs the text that is given, with its trace', async () => {
    expect(await decide({ text: DENY })).toMatchObject({
      outcome: 'denied',
      reason: 'policy.default_deny',
      rule: '(default deny)',
      trace: expect.arrayContaining([expect.objectContaining({ decided: true })]),
    });
    expect(await decide({ text: '{"version":"1","default":"allow"}', tool: 'list_tools', arguments: {} })).toMatchObject({
      outcome: 'allowed',
      passes: true,
    });
    expect(
      await decide({ text: '{"version":"1","default":"deny","hide":["list_tools"]}', tool: 'list_tools', arguments: {} }),
    ).toMatchObject({ outcome: 'hidden' });
  });

  it('says what the counters would do', async () => {
    const text =
      '{"version":"1","default":"deny","tools":{"list_tools":{"limits":[{"counter":"n","window":"minute","max":10,"scope":"grant"}]}}}';
    expect(await decide({ text, tool: 'list_tools', arguments: {}, counters: { n: 9 } })).toMatchObject({
      outcome: 'allowed',
      charges: [{ counter: 'n', used: 9, max: 10 }],
    });
    expect(await decide({ text, tool: 'list_tools', arguments: {}, counters: { n: 10 } })).toMatchObject({
      outcome: 'limited',
      rule: '/tools/list_tools/limits/0',
    });
  });

  it('uses the live policy of a grant and its live counters, and charges nothing', async () => {
    await save(
      '{"version":"1","default":"deny","tools":{"list_tools":{"limits":[{"counter":"n","window":"day","max":5,"scope":"grant"}]}}}',
    );
    await publish();
    await world.call('POST', '/agents', { body: { slug: 'bot', name: 'Bot', owner: 'admin@example.com' } });
    const { grant } = (await world.call('POST', '/grants', { body: { agent: 'bot', server: 'bridge', policy: 'main' } })).body;
    const policy = await world.prisma.policy.findFirstOrThrow();
    expect(await decide({ grant: grant.id, tool: 'list_tools', arguments: {} })).toMatchObject({
      outcome: 'allowed',
      policy: { slug: 'main', version: 5 },
    });
    const day = { windowStart: new Date('2026-11-20T00:00:00Z'), windowEnd: new Date(Date.now() + 86_400_000) };
    await world.prisma.counter.create({
      data: {
        key: 'k',
        policyId: policy.id,
        counter: 'n',
        scope: 'grant',
        scopeKey: grant.id,
        rule: '/tools/list_tools/limits/0',
        window: 'day',
        ...day,
        used: 5,
        max: 5,
      },
    });
    expect(await decide({ grant: grant.id, tool: 'list_tools', arguments: {} })).toMatchObject({ outcome: 'limited' });
    expect((await world.prisma.counter.findFirstOrThrow()).used).toBe(5);
    expect((await world.call('GET', '/limits')).body).toMatchObject({
      items: [
        {
          server: 'bridge',
          policy: 'main',
          counter: 'n',
          used: 5,
          max: 5,
          share: 1,
          scopeName: 'bot',
          resetsAt: day.windowEnd.toISOString(),
        },
      ],
    });
    expect((await world.call('GET', '/limits?near=0.9&server=bridge&q=n')).body.items).toHaveLength(1);
    expect((await world.call('GET', '/limits?policy=other')).body.items).toEqual([]);
  });

  it('denies without a policy, and refuses what cannot be meant', async () => {
    expect(await decide({})).toMatchObject({ outcome: 'denied', rule: '(no policy)' });
    expect((await world.call('POST', '/decisions', { body: { server: 'bridge', tool: 'x', text: BROKEN } })).status).toBe(422);
    expect((await world.call('POST', '/decisions', { body: { server: 'bridge', tool: 'x', text: DENY, policy: 'main' } })).status).toBe(
      400,
    );
    expect((await world.call('POST', '/decisions', { body: { server: 'nope', tool: 'x' } })).status).toBe(404);
    expect((await world.call('POST', '/decisions', { body: { server: 'bridge', tool: 'x', grant: 'grt_x' } })).status).toBe(404);
  });
});

it('deletes a policy; its grants then deny everything', async () => {
  expect((await world.call('DELETE', POLICY, { as: 'author' })).body.broke).toEqual({ grants: 1, agents: ['bot'] });
  expect((await world.call('GET', '/agents/bot')).body.reach).toMatchObject([
    { policy: null, listed: [], note: expect.stringContaining('no policy') },
  ]);
});
