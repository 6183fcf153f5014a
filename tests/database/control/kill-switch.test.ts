import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresApprovals, type PostgresApprovals } from '@/lib/adapters/postgres/approvals';
import { createPostgresSnapshots } from '@/lib/adapters/postgres/snapshots';
import type { Role } from '@/lib/domain/roles';
import { compilePolicy } from '@/lib/policy/compile';
import { redactArguments } from '@/lib/policy/redact';
import { askFor } from '../../fixtures/ledger/approval-fixture';
import { captureLog, eventually } from '../../fixtures/ledger/ledger-fixture';
import { createWorld, PASSWORD, type World } from './control-world';

let world: World;
let approvals: PostgresApprovals;

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.addServer('bank', { name: 'pay', description: 'Pays.' }, { name: 'a/b', description: 'Has a slash.' });
  await world.call('POST', '/agents', { body: { slug: 'bot', name: 'Bot', owner: 'viewer@example.com' } });
  approvals = await createPostgresApprovals({
    poolConfig: world.poolConfig,
    node: 'node-a',
    envelope: world.services.envelope,
    hmacKey: randomBytes(32),
    redact: redactArguments,
    log: captureLog(),
  });
});
afterAll(async () => {
  world.expectClean(PASSWORD);
  await approvals.close();
  await world.end();
});
afterEach(async () => {
  for (const { scope, label } of (await world.call('GET', '/kill-switch')).body.engaged)
    expect((await set({ scope, target: label, engaged: false, reason: 'end of test' }, 'key')).status).toBe(200);
});

type Who = Role | 'key';
const set = (body: object, as: Who = 'admin') => world.call('POST', '/kill-switch', { as, body });
const engage = (scope: string, target?: string, as: Who = 'admin') => set({ scope, target, engaged: true, reason: 'it pays twice' }, as);
const lift = (scope: string, target: string | undefined, more: object = {}, as: Who = 'admin') =>
  set({ scope, target, engaged: false, reason: 'mended', ...more }, as);
const listed = async (as: Who = 'viewer') => (await world.call('GET', '/kill-switch', { as })).body;
const trail = async () =>
  (await world.prisma.adminChange.findMany({ where: { entity: 'kill_switch' }, orderBy: { id: 'desc' }, take: 2 })).reverse();
const version = async () => Number((await world.prisma.$queryRaw<{ version: bigint }[]>`SELECT version FROM config_version`)[0]?.version);

describe('engaging', () => {
  it.each([
    ['all', undefined, 'all'],
    ['server', 'bank', 'bank'],
    ['agent', 'bot', 'bot'],
    ['tool', 'bank/pay', 'bank/pay'],
    ['tool', 'bank/a/b', 'bank/a/b'],
  ])('stops %s %s, by name and by id, moves the configuration and is on record', async (scope, target, label) => {
    const before = await version();
    const { status, body } = await engage(scope, target, 'approver');
    expect([status, body.label, body.reason, body.engagedBy, body.liftedAt]).toEqual([200, label, 'it pays twice', 'The approver', null]);
    expect(await version()).toBeGreaterThan(before);
    expect((await listed()).engaged.map((one: { id: string }) => one.id)).toEqual([body.id]);
    expect((await trail()).at(-1)).toMatchObject({
      action: 'kill_switch.engage',
      entityId: body.id,
      entityName: label,
      actorName: 'The approver',
      after: { engaged: true, scope, reason: 'it pays twice' },
    });
    if (body.target !== null) expect((await lift(scope, body.target, {}, 'key')).body).toMatchObject({ id: body.id, liftReason: 'mended' });
  });

  it('needs a reason, a fitting target and a role that may', async () => {
    for (const body of [
      { scope: 'all', engaged: true },
      { scope: 'all', engaged: true, reason: '  ' },
      { scope: 'all', target: 'bank', engaged: true, reason: 'x' },
      { scope: 'server', engaged: true, reason: 'x' },
      { scope: 'tool', target: 'pay', engaged: true, reason: 'x' },
      { scope: 'planet', engaged: true, reason: 'x' },
    ])
      expect([400, 422], JSON.stringify(body)).toContain((await set(body)).status);
    expect((await engage('server', 'nothing')).status).toBe(404);
    expect((await engage('tool', 'bank/nothing')).status).toBe(404);
    expect((await engage('all', undefined, 'viewer')).status).toBe(403);
    expect((await listed()).engaged).toEqual([]);
  });

  it('twice is one switch, and both are on record; two at once as well', async () => {
    const answers = await Promise.all([engage('server', 'bank', 'author'), engage('server', 'bank', 'approver')]);
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    // Who of the two was first is chance.
    expect(new Set((await trail()).map((row) => JSON.stringify(row.before)))).toEqual(new Set(['{"engaged":false}', '{"engaged":true}']));
  });

  it('takes back what waits for a person or was approved and not used, of what it stops and of nothing else', async () => {
    const open = async (tool: string, agent: string) => {
      const answer = await approvals.ask(askFor(approvals, { binding: { server: await serverId(), agent, tools: [tool] } }));
      if (answer.kind !== 'pending') throw new Error(JSON.stringify(answer));
      return answer.approval.id;
    };
    const statusOf = async (id: string) => (await world.prisma.approval.findUniqueOrThrow({ where: { id } })).status;
    const [pay, other] = [await open('pay', 'agt_1'), await open('other', 'agt_1')];
    await world.prisma.$executeRaw`UPDATE approvals SET server_id = ${await serverId()}, tool = 'pay' WHERE id = ${pay}`;
    await world.prisma.$executeRaw`UPDATE approvals SET server_id = ${await serverId()}, tool = 'other' WHERE id = ${other}`;
    const { body } = await engage('tool', 'bank/pay');
    expect(body.approvalsWithdrawn).toBe(1);
    expect([await statusOf(pay), await statusOf(other)]).toEqual(['withdrawn', 'pending']);
    expect((await engage('all')).body.approvalsWithdrawn).toBe(1);
    expect(await statusOf(other)).toBe('withdrawn');
  });

  it('reaches a node within 500 ms of the commit, and is gone from it as soon when it is lifted', async () => {
    const snapshots = await createPostgresSnapshots({
      poolConfig: world.poolConfig,
      compile: (text) => compilePolicy(text, null),
      log: captureLog(),
    });
    try {
      await engage('tool', 'bank/pay');
      const from = performance.now();
      await eventually('the node knows', async () => snapshots.current()?.kills.length === 1);
      expect(performance.now() - from).toBeLessThan(500);
      expect(snapshots.current()?.kills).toEqual([
        { id: expect.stringMatching(/^kil_/), scope: 'tool', serverId: await serverId(), agentId: null, tool: 'pay' },
      ]);
      await lift('tool', 'bank/pay', {}, 'key');
      await eventually('the node forgets', async () => snapshots.current()?.kills.length === 0);
    } finally {
      await snapshots.close();
    }
  });
});

describe('lifting', () => {
  const full = { confirm: 'bank', password: PASSWORD };

  it('needs an admin, the password again, the typed name and a reason', async () => {
    await engage('server', 'bank', 'author');
    expect((await lift('server', 'bank', full, 'author')).body.error.code).toBe('auth.forbidden');
    expect((await lift('server', 'bank', full, 'approver')).status).toBe(403);
    expect((await lift('server', 'bank', { confirm: 'bank' })).body.error.code).toBe('kill_switch.password');
    expect((await lift('server', 'bank', { confirm: 'bank', password: 'guessed wrong' })).body.error.code).toBe('me.password');
    expect((await lift('server', 'bank', { password: PASSWORD })).body.error.code).toBe('kill_switch.confirm');
    expect((await lift('server', 'bank', { ...full, confirm: 'Bank' })).body.error.code).toBe('kill_switch.confirm');
    expect([400, 422]).toContain((await lift('server', 'bank', { ...full, reason: '' })).status);
    expect((await listed()).engaged).toHaveLength(1);
    const { status, body } = await lift('server', 'bank', full);
    expect([status, body.liftedBy, body.liftReason]).toEqual([200, 'The admin', 'mended']);
    expect((await trail()).at(-1)).toMatchObject({ action: 'kill_switch.lift', after: { engaged: false, reason: 'mended' } });
    expect(JSON.stringify(await world.prisma.adminChange.findMany({ where: { entity: 'kill_switch' } }))).not.toContain(PASSWORD);
  });

  it('of what is not engaged is refused', async () => {
    expect((await lift('server', 'bank', {}, 'key')).body.error.code).toBe('kill_switch.not_engaged');
    await engage('server', 'bank');
    await lift('server', 'bank', {}, 'key');
    expect((await lift('server', 'bank', {}, 'key')).status).toBe(409);
  });

  it('works for what was deleted meanwhile, which stayed stopped', async () => {
    await world.addServer('gone', { name: 'x', description: 'X.' });
    await engage('server', 'gone');
    expect((await world.call('DELETE', '/servers/gone')).status).toBeLessThan(300);
    expect((await listed()).engaged).toHaveLength(1);
    expect((await lift('server', 'gone', {}, 'key')).status).toBe(200);
  });
});

describe('the history', () => {
  it('is listed newest first by pages, and cannot be rewritten or deleted', async () => {
    const first = await engage('agent', 'bot');
    const page = (await world.call('GET', '/kill-switch?limit=1', { as: 'viewer' })).body;
    expect(page.items.map((one: { id: string }) => one.id)).toEqual([first.body.id]);
    const next = (await world.call('GET', `/kill-switch?limit=1&cursor=${page.nextCursor}`)).body;
    expect(next.items[0].id < first.body.id).toBe(true);
    for (const statement of [
      `DELETE FROM kill_switches WHERE id = '${first.body.id}'`,
      `UPDATE kill_switches SET reason = 'nothing' WHERE id = '${first.body.id}'`,
      `UPDATE kill_switches SET lifted_at = NULL, lifted_by = NULL, lift_reason = NULL WHERE id = '${next.items[0].id}'`,
    ])
      await expect(world.prisma.$executeRawUnsafe(statement), statement).rejects.toThrow(/kill switch/);
  });
});

async function serverId(): Promise<string> {
  return (await world.prisma.server.findUniqueOrThrow({ where: { slug: 'bank' } })).id;
}
