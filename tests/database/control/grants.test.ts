import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWellFormedToken } from '@/lib/kernel/token';
import { createWorld, type World } from './control-world';

let world: World;
const tokens: string[] = [];
beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.addServer(
    'shop',
    { name: 'list_items', description: 'Lists items', inputSchema: { type: 'object' } },
    { name: 'delete_item', description: 'Deletes an item', inputSchema: { type: 'object' } },
  );
  await world.addServer('other');
  for (const server of ['shop', 'other']) {
    await world.call('PUT', `/servers/${server}/policies/main`, {
      body: { text: '{"version":"1","default":"deny","hide":["delete_*"],"tools":{"list_items":{}}}' },
    });
    await world.call('POST', `/servers/${server}/policies/main/publish`);
  }
});
afterAll(async () => {
  world.expectClean();
  // Each token was in one answer, the one that made it.
  for (const token of tokens) expect(world.texts.filter((text) => text.includes(token)).length).toBe(1);
  expect(JSON.stringify(await world.prisma.adminChange.findMany())).not.toMatch(/cg_live_/);
  await world.end();
});

const grant = async (body: object) => {
  const answer = await world.call('POST', '/grants', { body: { agent: 'bot', server: 'shop', policy: 'main', ...body } });
  if (answer.status === 201) tokens.push(answer.body.token);
  return answer;
};

describe('agents', () => {
  it('are made, changed, suspended and listed', async () => {
    const made = await world.call('POST', '/agents', {
      body: {
        slug: 'bot',
        name: 'Bot',
        owner: 'viewer@example.com',
        purpose: 'refunds',
        environment: 'production',
        labels: { team: 'pay' },
      },
    });
    expect(made.body).toMatchObject({ slug: 'bot', status: 'active', ownerActive: true, labels: { team: 'pay' }, grants: 0 });
    expect((await world.call('POST', '/agents', { body: { slug: 'bot', name: 'Bot', owner: 'x' } })).body.error.code).toBe(
      'agent.slug_taken',
    );
    world.pass(1_000);
    expect((await world.call('PATCH', '/agents/bot', { body: { status: 'suspended', reason: 'too eager' } })).body.status).toBe(
      'suspended',
    );
    expect(
      (
        await world.call('PATCH', '/agents/bot', {
          body: { status: 'active' },
          headers: { 'if-match': made.headers.get('etag') as string },
        })
      ).status,
    ).toBe(412);
    expect((await world.call('GET', '/agents?status=suspended&q=refund')).body.items).toHaveLength(1);
    await world.call('PATCH', `/agents/${made.body.id}`, { body: { status: 'active', purpose: null } });
    const changes = (await world.call('GET', '/changes?entity=agent')).body.items.map((change: { action: string }) => change.action);
    expect(changes).toEqual(['agent.resume', 'agent.suspend', 'agent.create']);
  });

  it('show when their owner was disabled', async () => {
    const viewer = (await world.call('GET', '/members?role=viewer')).body.items[0];
    await world.call('PATCH', `/members/${viewer.id}`, { body: { status: 'disabled' } });
    expect((await world.call('GET', '/agents/bot')).body.ownerActive).toBe(false);
    await world.call('PATCH', `/members/${viewer.id}`, { body: { status: 'active' } });
  });
});

describe('grants', () => {
  it('give a well-formed token once and keep its hash', async () => {
    const { status, body } = await grant({ label: 'ci', scopes: ['refunds'], expiresAt: '2026-12-01T00:00:00+01:00' });
    expect([status, isWellFormedToken(body.token)]).toEqual([201, true]);
    expect(body.grant).toMatchObject({
      label: 'ci',
      status: 'active',
      agent: { slug: 'bot' },
      server: { slug: 'shop' },
      policy: { slug: 'main' },
      policyVersion: 1,
      expiresAt: '2026-11-30T23:00:00.000Z',
      tokens: [{ lastFour: body.token.slice(-4), validUntil: null }],
    });
    const row = await world.prisma.grantToken.findFirstOrThrow({ where: { grantId: body.grant.id } });
    expect(row.tokenHash).toBe(world.services.hashToken(body.token));
  });

  it.each([
    [{ expiresAt: '2026-11-20T11:59:59Z' }, 422, '/expiresAt'],
    [{ expiresAt: '2026-12-01T00:00:00Z', notBefore: '2026-12-02T00:00:00Z' }, 422, '/notBefore'],
    [{ expiresAt: 'tomorrow' }, 400, '/expiresAt'],
    [{ policy: 'none' }, 422, '/policy'],
    [{ token: 'cg_live_mine' }, 400, '/token'],
    [{ label: 'two\nlines' }, 400, '/label'],
  ])('refuse %j', async (body, status, path) => {
    const answer = await grant(body);
    expect([answer.status, answer.body.error.details[0].path]).toEqual([status, path]);
  });

  it('refuse the policy of another server, and unknown agents and servers', async () => {
    const other = await world.prisma.policy.findFirstOrThrow({ where: { server: { slug: 'other' } } });
    expect((await grant({ policy: other.id })).body.error.code).toBe('grant.policy');
    expect((await grant({ agent: 'ghost' })).status).toBe(404);
    expect((await grant({ server: 'ghost' })).status).toBe(404);
  });

  it('without a policy are allowed and deny everything', async () => {
    const { body } = await grant({ policy: undefined });
    expect(body.grant.policy).toBeNull();
    const { reach } = (await world.call('GET', '/agents/bot')).body;
    expect(reach.map((one: { policy: string | null; listed: string[]; hidden: number }) => [one.policy, one.listed, one.hidden])).toEqual([
      ['main', ['list_items'], 1],
      [null, [], 0],
    ]);
  });

  it('rotate: the old token ends at once, or after the grace', async () => {
    const { body } = await grant({ label: 'rotating' });
    const first = body.token.slice(-4);
    const rotate = async (graceSeconds?: number) => {
      const answer = (
        await world.call('POST', `/grants/${body.grant.id}/rotate`, { body: graceSeconds === undefined ? {} : { graceSeconds } })
      ).body;
      tokens.push(answer.token);
      return answer;
    };
    world.pass(1_000);
    const second = await rotate(600);
    const graceEnds = world.now().getTime() + 600_000;
    expect(second.grant.tokens).toEqual([
      expect.objectContaining({ lastFour: second.token.slice(-4), validUntil: null }),
      expect.objectContaining({ lastFour: first, validUntil: new Date(graceEnds).toISOString() }),
    ]);
    world.pass(1_000);
    await rotate(3_600);
    const stored = await world.prisma.grantToken.findFirstOrThrow({ where: { grantId: body.grant.id, lastFour: first } });
    expect(stored.validUntil?.getTime()).toBe(graceEnds);
    world.pass(1_000);
    const last = await rotate();
    expect(last.grant.tokens).toHaveLength(1);
    expect(await world.prisma.grantToken.count({ where: { grantId: body.grant.id } })).toBe(1);
  });

  it('are revoked once and cannot be changed or rotated then', async () => {
    const { body } = await grant({ label: 'leaving' });
    const path = `/grants/${body.grant.id}`;
    expect((await world.call('POST', `${path}/revoke`, { body: { reason: 'left' } })).body).toMatchObject({
      status: 'revoked',
      revokedBy: 'The admin',
    });
    for (const [method, suffix] of [
      ['POST', '/revoke'],
      ['POST', '/rotate'],
      ['PATCH', ''],
    ])
      expect((await world.call(method as string, `${path}${suffix}`, { body: {} })).status).toBe(409);
  });

  it('are found by state, by words and by a token that leaked', async () => {
    await grant({ label: 'later', notBefore: '2027-01-01T00:00:00Z' });
    const { body } = await grant({ label: 'short', expiresAt: new Date(world.now().getTime() + 1_000).toISOString() });
    world.pass(2_000);
    const labels = async (query: string) =>
      (await world.call('GET', `/grants?${query}`)).body.items.map((one: { label: string | null }) => one.label);
    expect(await labels('status=scheduled')).toEqual(['later']);
    expect(await labels('status=expired,revoked')).toEqual(['short', 'leaving']);
    expect(await labels('status=active&server=shop&agent=bot')).toEqual(['rotating', null, 'ci']);
    expect(await labels(`q=${body.token}`)).toEqual(['short']);
    expect(await labels('policy=main&q=CI')).toEqual(['ci']);
  });

  it('change their terms', async () => {
    const { items } = (await world.call('GET', '/grants?q=ci')).body;
    const { body } = await world.call('PATCH', `/grants/${items[0].id}`, { body: { label: 'build', policy: null, expiresAt: null } });
    expect(body).toMatchObject({ label: 'build', policy: null, expiresAt: null, scopes: ['refunds'] });
  });
});
