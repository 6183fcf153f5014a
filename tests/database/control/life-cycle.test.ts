import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '@/lib/domain/roles';
import { createWorld, type World } from './control-world';

const DAY = 86_400_000;
let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.addServer(
    'shop',
    { name: 'list_items', description: 'Lists items', inputSchema: { type: 'object' } },
    { name: 'refund', description: 'Refunds', inputSchema: { type: 'object' } },
    { name: 'pay', description: 'Pays', inputSchema: { type: 'object' } },
    { name: 'wipe', description: 'Deletes all', inputSchema: { type: 'object' } },
  );
  const text =
    '{"version":"1","default":"deny","hide":["wipe"],"tools":{"list_items":{"rate_limit":"10/minute"},"refund":{"approval":true},"pay":{"action":"deny"}}}';
  await world.call('PUT', '/servers/shop/policies/main', { body: { text } });
  expect((await world.call('POST', '/servers/shop/policies/main/publish', { body: {} })).status).toBe(200);
});
afterAll(async () => {
  world.expectClean();
  await world.end();
});

const newAgent = async (slug: string, body: object = {}) => {
  const made = await world.call('POST', '/agents', { body: { slug, name: slug, owner: 'viewer@example.com', ...body } });
  expect(made.status, made.text).toBe(201);
  return made.body;
};
const newGrant = async (agent: string, body: object = {}): Promise<string> => {
  const made = await world.call('POST', '/grants', { body: { agent, server: 'shop', policy: 'main', ...body } });
  expect(made.status, made.text).toBe(201);
  return made.body.grant.id;
};
const use = (grantId: string) =>
  world.prisma.grantUsage.upsert({
    where: { grantId },
    create: { grantId, lastUsedAt: world.now(), clientName: 'robot', clientVersion: '3.1', sourceIp: '10.0.0.7' },
    update: { lastUsedAt: world.now() },
  });
const actions = async (entityId: string) =>
  (await world.prisma.adminChange.findMany({ where: { entityId }, orderBy: { id: 'asc' } })).map((row) => row.action);

describe('an agent', () => {
  it('says in words what it reaches, and who was seen with it last', async () => {
    await newAgent('reader');
    const grant = await newGrant('reader');
    await newGrant('reader', { policy: null });
    await use(grant);
    const { body } = await world.call('GET', '/agents/reader', { as: 'viewer' });
    expect(body).toMatchObject({ lastClient: { name: 'robot', version: '3.1' }, lastSourceIp: '10.0.0.7', elevated: false });
    expect(body.lastUsedAt).not.toBeNull();
    expect(body.reach.map((one: { words: string }) => one.words)).toEqual([
      'May call 2 of 4 tools; 1 asks a person; 1 is limited.',
      'The grant has no policy: everything is denied.',
    ]);
    expect(body.reach[0]).toMatchObject({ callable: ['list_items', 'refund'], asks: ['refund'], limited: ['list_items'], hidden: 1 });
  });

  it('is due for a review after 90 days or what it says itself; a review moves that on and is recorded', async () => {
    const plain = await newAgent('plain');
    const weekly = await newAgent('weekly', { reviewDays: 7 });
    expect(Date.parse(plain.review.due) - Date.parse(plain.createdAt)).toBe(90 * DAY);
    expect(weekly.review).toMatchObject({ days: 7, overdue: false, reviewedAt: null, reviewedBy: null });
    const overdue = async () => (await world.call('GET', '/agents?review=overdue')).body.items.map(({ slug }: { slug: string }) => slug);
    expect(await overdue()).toEqual([]);
    await world.passLong(7 * DAY);
    expect(await overdue()).toEqual(['weekly']);
    expect((await world.call('GET', '/agents/weekly')).body.review.overdue).toBe(true);
    const reviewed = await world.call('POST', '/agents/weekly/review', { body: { note: 'still needed' } });
    expect(reviewed.body.review).toMatchObject({
      overdue: false,
      reviewedBy: 'The admin',
      due: new Date(world.now().getTime() + 7 * DAY).toISOString(),
    });
    expect(await overdue()).toEqual([]);
    expect(await actions(weekly.id)).toEqual(['agent.create', 'agent.review']);
    expect((await world.call('POST', '/agents/weekly/review', { as: 'approver', body: {} })).status).toBe(403);
    const longer = await world.call('PATCH', '/agents/weekly', { body: { reviewDays: 30 } });
    expect(Date.parse(longer.body.review.due) - Date.parse(longer.body.review.reviewedAt)).toBe(30 * DAY);
    expect((await world.call('PATCH', '/agents/weekly', { body: { reviewDays: 0 } })).status).toBe(400);
    expect((await world.call('GET', '/agents?review=done')).body.items.length).toBeGreaterThan(1);
  });
});

describe('grants that nobody uses', () => {
  it('are flagged, found and revoked together, and none that was used meanwhile', async () => {
    await newAgent('idler');
    const [idle, never, used, late] = [
      await newGrant('idler', { label: 'idle' }),
      await newGrant('idler', { label: 'never' }),
      await newGrant('idler', { label: 'used' }),
      await newGrant('idler', { label: 'late', notBefore: new Date(world.now().getTime() + 20 * DAY).toISOString() }),
    ];
    await use(idle);
    const flags = async () =>
      Object.fromEntries(
        (await world.call('GET', '/grants?agent=idler')).body.items.map((one: { id: string; unused: string | null }) => [
          one.id,
          one.unused,
        ]),
      );
    await world.passLong(14 * DAY - 60_000);
    await use(used);
    expect(await flags()).toEqual({ [idle]: null, [never]: null, [used]: null, [late]: null });
    await world.passLong(60_000);
    expect(await flags()).toEqual({ [idle]: null, [never]: 'never', [used]: null, [late]: null });
    await world.passLong(16 * DAY);
    await use(used);
    expect(await flags()).toEqual({ [idle]: 'idle', [never]: 'never', [used]: null, [late]: null });
    const found = (await world.call('GET', '/grants?agent=idler&unused=true')).body.items.map((one: { id: string }) => one.id);
    expect(found.sort()).toEqual([idle, never].sort());
    expect((await world.call('GET', '/grants?agent=idler&unused=false')).body.items).toHaveLength(2);
    expect((await world.call('GET', '/agents/idler')).body.unusedGrants).toBe(2);
    expect((await world.call('GET', '/agents?unused=true&q=idler')).body.items).toHaveLength(1);

    const revoke = (grants: string[], as: Role = 'admin') => world.call('POST', '/grants/revoke-unused', { as, body: { grants } });
    expect((await revoke([idle], 'author')).status).toBe(403);
    expect((await revoke([idle, used])).body.error.code).toBe('grant.not_unused');
    expect((await world.call('GET', `/grants/${idle}`)).body.status).toBe('active');
    expect((await revoke([idle, never])).body.revoked.map((one: { status: string }) => one.status)).toEqual(['revoked', 'revoked']);
    expect(await actions(idle)).toEqual(['grant.create', 'grant.revoke']);
    expect((await world.call('GET', '/agents?unused=true&q=idler')).body.items).toHaveLength(0);
    // What began later has its 14 days from then on.
    await world.passLong(3 * DAY);
    expect((await flags())[late]).toBeNull();
    await world.passLong(DAY + 60_000);
    expect((await flags())[late]).toBe('never');
  });
});

describe('exceptions', () => {
  const insert = async (agent: string, id: string, minutes: number) => {
    const row = await world.prisma.agent.findUniqueOrThrow({ where: { slug: agent } });
    const server = await world.prisma.server.findUniqueOrThrow({ where: { slug: 'shop' } });
    const shared = {
      digest: 'd'.repeat(64),
      agentId: row.id,
      agentSlug: agent,
      serverId: server.id,
      serverSlug: 'shop',
      tool: 'refund',
      risk: 'high',
    };
    await world.prisma.approval.create({
      data: {
        ...shared,
        id: `apr_${id}`,
        digest: id,
        subject: id,
        binding: {},
        agentOwner: row.owner,
        grantId: 'grt_x',
        policyId: 'pol_x',
        policySlug: 'main',
        policyVersion: 1,
        category: 'write',
        rule: '/tools/refund/approval',
        approvers: ['role:approver'],
        votesNeeded: 1,
        argumentsBytes: 2,
        keepArguments: false,
        expiresAt: world.now(),
      },
    });
    await world.prisma.approvalException.create({
      data: {
        ...shared,
        id: `exc_${id}`,
        approvalId: `apr_${id}`,
        policySlug: 'main',
        createdBy: 'Ben',
        createdAt: world.now(),
        expiresAt: new Date(world.now().getTime() + minutes * 60_000),
      },
    });
  };

  it('are listed by agent, server and whether they last, and revoked once, by approvers', async () => {
    await newAgent('excepted');
    await newAgent('other');
    await insert('excepted', 'a', 60);
    await insert('excepted', 'b', 1);
    await insert('other', 'c', 60);
    world.pass(2 * 60_000);
    const ids = async (query: string) =>
      (await world.call('GET', `/exceptions?${query}`, { as: 'viewer' })).body.items.map((one: { id: string }) => one.id).sort();
    expect(await ids('agent=excepted')).toEqual(['exc_a', 'exc_b']);
    expect(await ids('agent=excepted&active=true')).toEqual(['exc_a']);
    expect(await ids('active=false')).toEqual(['exc_b']);
    expect(await ids('server=shop&active=true')).toEqual(['exc_a', 'exc_c']);
    const revoke = (id: string, as: Role = 'approver') =>
      world.call('POST', `/exceptions/${id}/revoke`, { as, body: { reason: 'no longer needed' } });
    expect((await revoke('exc_a', 'author')).status).toBe(403);
    expect((await revoke('exc_a')).body).toMatchObject({ active: false, revokedBy: 'The approver', revokeReason: 'no longer needed' });
    expect((await revoke('exc_a')).body.error).toMatchObject({ code: 'exception.over', message: expect.stringContaining('The approver') });
    expect((await revoke('exc_b')).body.error.code).toBe('exception.over');
    expect((await revoke('exc_z')).status).toBe(404);
    expect(await actions('exc_a')).toEqual(['exception.revoke']);
  });
});

describe('somebody who leaves', () => {
  const newMember = async (name: string) =>
    (await world.call('POST', '/members', { body: { email: `${name}@example.com`, name, role: 'author', password: 'seven quiet otters' } }))
      .body;
  const disable = (id: string, agents?: unknown) =>
    world.call('PATCH', `/members/${id}`, { body: { status: 'disabled', ...(agents === undefined ? {} : { agents }) } });

  it('is shown with what they own, and their agents are suspended with them', async () => {
    const lea = await newMember('lea');
    const one = await newAgent('lea-one', { owner: 'Lea@Example.com' });
    const two = await newAgent('lea-two', { owner: 'lea@example.com' });
    await newGrant('lea-one');
    await newGrant('lea-one');
    await world.call('PATCH', '/agents/lea-two', { body: { status: 'suspended' } });
    const { body } = await world.call('GET', `/members/${lea.id}/offboarding`);
    expect(body).toMatchObject({ grants: 2, approvals: 0, namedIn: 0, elevations: 0 });
    expect(body.agents).toEqual([
      expect.objectContaining({ slug: 'lea-one', status: 'active', grants: 2, servers: ['shop'] }),
      expect.objectContaining({ slug: 'lea-two', status: 'suspended', grants: 0, servers: [] }),
    ]);
    expect((await disable(lea.id)).body.status).toBe('disabled');
    expect((await world.call('GET', '/agents/lea-one')).body).toMatchObject({ status: 'suspended', ownerActive: false });
    expect(await actions(one.id)).toEqual(['agent.create', 'agent.suspend']);
    expect(await actions(two.id)).toEqual(['agent.create', 'agent.suspend']);
    const [change] = await world.prisma.adminChange.findMany({ where: { entityId: lea.id, action: 'member.disable' } });
    expect(change?.after).toMatchObject({ agents: { suspended: 1, handedOver: 0 } });
    // Coming back brings nothing back by itself.
    await world.call('PATCH', `/members/${lea.id}`, { body: { status: 'active' } });
    expect((await world.call('GET', '/agents/lea-one')).body.status).toBe('suspended');
  });

  it('hands agents over to another active member, all in one change or not at all', async () => {
    const max = await newMember('max');
    const gone = await newMember('gone');
    const made = await newAgent('max-one', { owner: 'max@example.com' });
    await disable(gone.id);
    for (const heir of ['max@example.com', 'gone@example.com', 'nobody@example.com']) {
      expect((await disable(max.id, { handOverTo: heir })).body.error.code, heir).toBe('member.heir');
      expect((await world.prisma.user.findUniqueOrThrow({ where: { id: max.id } })).status).toBe('active');
    }
    expect((await disable(max.id, { handOverTo: 'Author@example.com' })).status).toBe(200);
    expect((await world.call('GET', '/agents/max-one')).body).toMatchObject({
      status: 'active',
      owner: 'author@example.com',
      ownerActive: true,
    });
    expect(await actions(made.id)).toEqual(['agent.create', 'agent.hand_over']);
  });

  it('is the only case in which agents are settled', async () => {
    const eva = await newMember('eva');
    const answer = await world.call('PATCH', `/members/${eva.id}`, { body: { name: 'Eva', agents: 'suspend' } });
    expect([answer.status, answer.body.error.code]).toEqual([422, 'member.agents']);
    expect((await world.call('GET', `/members/${eva.id}/offboarding`, { as: 'author' })).status).toBe(403);
    expect((await world.call('GET', '/members/usr_nobody/offboarding')).status).toBe(404);
  });
});
