import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '@/lib/domain/roles';
import { createWorld, type World } from './control-world';

const HOUR = 3_600_000;
let world: World;
let serial = 0;
let grant: string;
let agent: string;

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.addServer(
    'shop',
    { name: 'refund', description: 'Refunds', inputSchema: { type: 'object' } },
    { name: 'wipe', description: 'Deletes all', inputSchema: { type: 'object' } },
  );
  for (const [policy, tools] of [
    ['main', '{"refund":{}}'],
    ['break-glass', '{"refund":{},"wipe":{}}'],
  ])
    await publish(policy as string, `{"version":"1","default":"deny","tools":${tools}}`);
  await world.call('PUT', '/servers/shop/policies/unpublished', { body: { text: '{"version":"1","default":"allow"}' } });
  await world.addServer('other');
  await world.call('PUT', '/servers/other/policies/elsewhere', { body: { text: '{"version":"1","default":"allow"}' } });
});
afterAll(async () => {
  world.expectClean();
  await world.end();
});
beforeEach(async () => {
  serial += 1;
  agent = `bot-${serial}`;
  await world.call('POST', '/agents', { body: { slug: agent, name: 'Bot', owner: 'author@example.com' } });
  const made = await world.call('POST', '/grants', { body: { agent, server: 'shop', policy: 'main' } });
  expect(made.status, made.text).toBe(201);
  grant = made.body.grant.id;
});

async function publish(policy: string, text: string): Promise<void> {
  await world.call('PUT', `/servers/shop/policies/${policy}`, { body: { text } });
  expect((await world.call('POST', `/servers/shop/policies/${policy}/publish`, { body: {} })).status).toBe(200);
}

type Who = Role | 'key';
const BODY = { policy: 'break-glass', minutes: 60, reason: 'incident 4711' };
const ask = (body: object = {}, as: Who = 'admin') => world.call('POST', `/grants/${grant}/elevate`, { as, body: { ...BODY, ...body } });
const act = (id: string, verb: 'approve' | 'deny' | 'end', as: Who = 'approver', body: object = verb === 'deny' ? { reason: 'no' } : {}) =>
  world.call('POST', `/elevations/${id}/${verb}`, { as, body });
const decided = async (tool: string) => (await world.call('POST', '/decisions', { body: { server: 'shop', grant, tool } })).body;
const trail = async () =>
  (
    await world.prisma.adminChange.findMany({ where: { entityId: grant, action: { startsWith: 'elevation.' } }, orderBy: { id: 'asc' } })
  ).map((row) => [row.action, row.actorName]);

describe('asking for more access', () => {
  it('changes nothing, and says what was asked, by whom, for how long', async () => {
    const { status, body } = await ask();
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({
        status: 'pending',
        minutes: 60,
        reason: 'incident 4711',
        requestedBy: 'The admin',
        grant: { id: grant, label: null, policy: 'main' },
        policy: expect.objectContaining({ slug: 'break-glass', version: 1 }),
        until: null,
        decision: { may: false, why: expect.stringContaining('You asked for it') },
      }),
    ]);
    expect((await decided('wipe')).outcome).toBe('denied');
    expect((await world.call('GET', `/grants/${grant}`)).body.elevation).toBeNull();
  });

  it('is for admins and the owner of the agent', async () => {
    expect((await ask({}, 'viewer')).body.error.code).toBe('elevation.not_owner');
    expect((await ask({}, 'approver')).body.error.code).toBe('elevation.not_owner');
    expect((await ask({}, 'author')).status).toBe(201);
  });

  it.each([
    [{ policy: 'main' }, 422, 'elevation.same_policy'],
    [{ policy: 'unpublished' }, 422, 'elevation.not_published'],
    [{ policy: 'elsewhere' }, 422, 'grant.policy'],
    [{ minutes: 481 }, 400, 'request.invalid'],
    [{ minutes: 0 }, 400, 'request.invalid'],
    [{ reason: ' ' }, 400, 'request.invalid'],
  ])('refuses %j', async (body, status, code) => {
    const answer = await ask(body);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it('is refused twice at once, and possible again once it was taken back or has lapsed', async () => {
    const first = await ask();
    expect((await ask()).body.error.code).toBe('elevation.pending');
    expect((await act(first.body.id, 'end', 'admin')).body.status).toBe('withdrawn');
    const second = await ask();
    await world.passLong(24 * HOUR);
    expect((await world.call('GET', `/elevations/${second.body.id}`)).body.status).toBe('lapsed');
    expect((await act(second.body.id, 'approve')).body.error.code).toBe('elevation.over');
    expect((await ask()).status).toBe(201);
  });

  it('is refused for a grant that is revoked', async () => {
    await world.call('POST', `/grants/${grant}/revoke`, { body: {} });
    expect((await ask()).body.error.code).toBe('grant.revoked');
  });
});

describe('deciding about it', () => {
  it('is for another person: never who asked, never the owner of the agent, never a key', async () => {
    const { id } = (await ask()).body;
    expect((await act(id, 'approve', 'admin')).body.error).toMatchObject({ code: 'elevation.not_eligible', message: /You asked/ });
    expect((await act(id, 'approve', 'key')).body.error.code).toBe('elevation.not_eligible');
    expect((await act(id, 'approve', 'author')).status).toBe(403);
    await world.call('PATCH', `/agents/${agent}`, { body: { owner: 'approver@example.com' } });
    expect((await act(id, 'approve')).body.error).toMatchObject({ code: 'elevation.not_eligible', message: /You own the agent/ });
    await world.call('PATCH', `/agents/${agent}`, { body: { owner: 'viewer@example.com' } });
    expect((await act(id, 'approve')).status).toBe(200);
    expect(await trail()).toEqual([
      ['elevation.request', 'The admin'],
      ['elevation.approve', 'The approver'],
    ]);
  });

  it('that says yes lasts exactly as long as was asked, and is over without anybody doing anything', async () => {
    const { id } = (await ask({ minutes: 30 })).body;
    const { body } = await act(id, 'approve', 'approver', { reason: 'go ahead' });
    expect(body).toMatchObject({ status: 'active', decidedBy: 'The approver', decidedReason: 'go ahead' });
    expect(Date.parse(body.until) - Date.parse(body.startsAt)).toBe(30 * 60_000);
    expect(await decided('wipe')).toMatchObject({ outcome: 'allowed', policy: { slug: 'break-glass' } });
    const shown = (await world.call('GET', `/grants/${grant}`)).body;
    expect([shown.policy.slug, shown.elevation]).toEqual([
      'main',
      expect.objectContaining({ id, policy: expect.objectContaining({ slug: 'break-glass' }), until: body.until, reason: 'incident 4711' }),
    ]);
    const detail = (await world.call('GET', `/agents/${agent}`)).body;
    expect([detail.elevated, detail.reach[0]]).toEqual([
      true,
      expect.objectContaining({ policy: 'break-glass', elevatedUntil: body.until, words: 'May call 2 of 2 tools.' }),
    ]);
    await world.passLong(30 * 60_000);
    expect((await decided('wipe')).outcome).toBe('denied');
    expect((await world.call('GET', `/grants/${grant}`)).body.elevation).toBeNull();
    expect((await world.call('GET', `/agents/${agent}`)).body.reach[0]).toMatchObject({ policy: 'main', words: 'May call 1 of 2 tools.' });
    expect((await world.call('GET', `/elevations?agent=${agent}&status=over`)).body.items).toHaveLength(1);
    expect((await act(id, 'end')).body.error.code).toBe('elevation.over');
  });

  it('that says no ends the request, with a reason', async () => {
    const { id } = (await ask()).body;
    expect((await act(id, 'deny', 'approver', {})).status).toBe(400);
    expect((await act(id, 'deny')).body).toMatchObject({ status: 'denied', decidedReason: 'no' });
    expect((await act(id, 'approve')).body.error.code).toBe('elevation.over');
    expect((await decided('wipe')).outcome).toBe('denied');
  });

  it('happens once, whoever is first, and a grant is elevated once at a time', async () => {
    const { id } = (await ask()).body;
    const statuses = (await Promise.all([act(id, 'approve'), act(id, 'deny'), act(id, 'approve')])).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 409, 409]);
    if ((await world.call('GET', `/elevations/${id}`)).body.status === 'active')
      expect((await ask()).body.error.code).toBe('elevation.active');
  });

  it('is refused for a grant that was revoked meanwhile', async () => {
    const { id } = (await ask()).body;
    await world.call('POST', `/grants/${grant}/revoke`, { body: {} });
    expect((await act(id, 'approve')).body.error.code).toBe('grant.revoked');
  });
});

describe('an elevation that lasts', () => {
  it('is ended early by approvers, who asked and the owner, and by nobody else', async () => {
    for (const as of ['approver', 'admin', 'author'] as const) {
      const { id } = (await ask()).body;
      await act(id, 'approve');
      expect((await act(id, 'end', 'viewer')).body.error.code).toBe('elevation.not_yours');
      expect((await act(id, 'end', as, { reason: 'done' })).body).toMatchObject({ status: 'ended', endReason: 'done' });
      expect((await decided('wipe')).outcome).toBe('denied');
    }
    expect((await trail()).filter(([action]) => action === 'elevation.end')).toHaveLength(3);
  });

  it('cannot be lengthened, moved, or approved by whoever may not, past the API neither', async () => {
    const { id } = (await ask()).body;
    const sql = (text: string) => world.prisma.$executeRawUnsafe(text);
    const admin = await world.prisma.user.findFirstOrThrow({ where: { email: 'admin@example.com' } });
    const author = await world.prisma.user.findFirstOrThrow({ where: { email: 'author@example.com' } });
    const approver = await world.prisma.user.findFirstOrThrow({ where: { email: 'approver@example.com' } });
    const yes = (by: string, span = '60 minutes') =>
      sql(
        `UPDATE grant_elevations SET status = 'approved', decided_id = '${by}', decided_by = 'x', decided_at = now(), starts_at = now(), until_at = now() + interval '${span}' WHERE id = '${id}'`,
      );
    await expect(yes(admin.id)).rejects.toThrow(/another person/);
    await expect(yes(author.id)).rejects.toThrow(/another person/);
    await expect(yes('key_admin')).rejects.toThrow(/another person/);
    await expect(yes(approver.id, '61 minutes')).rejects.toThrow(/no longer than was asked/);
    await expect(sql(`UPDATE grant_elevations SET duration_ms = 7200000 WHERE id = '${id}'`)).rejects.toThrow(/never changes/);
    await yes(approver.id);
    await expect(sql(`UPDATE grant_elevations SET until_at = until_at + interval '1 minute' WHERE id = '${id}'`)).rejects.toThrow(/longer/);
    await expect(
      sql(`UPDATE grant_elevations SET status = 'pending', until_at = NULL, starts_at = NULL WHERE id = '${id}'`),
    ).rejects.toThrow(/cannot become/);
  });
});
