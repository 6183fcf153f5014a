import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresApprovals, type PostgresApprovals } from '@/lib/adapters/postgres/approvals';
import type { ApprovalBinding } from '@/lib/domain/approval/approval-binding';
import type { Role } from '@/lib/domain/roles';
import { redactArguments } from '@/lib/policy/redact';
import { type AskChange, askFor } from '../../fixtures/ledger/approval-fixture';
import { captureLog } from '../../fixtures/ledger/ledger-fixture';
import { createWorld, type World } from './control-world';

const HOSTILE = '<img src=x onerror=alert(1)>\u202egnp.exe\u200b [approve](javascript:1)\u0000';
const MINUTE = 60_000;
type Who = Role | 'key';

let world: World;
let approvals: PostgresApprovals;
let binding: Partial<ApprovalBinding>;
let serial = 0;

beforeAll(async () => {
  world = await createWorld();
  catchUp();
  await world.addPeople();
  await world.addServer('bank', {
    name: 'pay',
    description: 'Pays.',
    inputSchema: { type: 'object', properties: { amount: { type: 'number' }, customer: { type: 'object' } } },
  });
  await world.call('PATCH', '/servers/bank/tools/pay', { body: { category: 'financial', risk: 'high', reason: 'it pays' } });
  await world.call('PUT', '/servers/bank/policies/main', {
    body: { text: '{ "version": "1", "default": "deny", "tools": { "pay": { "approval": true } } }' },
  });
  expect((await world.call('POST', '/servers/bank/policies/main/publish', { body: {} })).status).toBe(200);
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
  world.expectClean();
  await approvals.close();
  await world.end();
});
/** Expiry is by the database's clock, and what is left of it is told by the application's, which stands still by itself here. */
const catchUp = () => world.pass(Date.now() - world.now().getTime());
beforeEach(async () => {
  catchUp();
  serial += 1;
  await world.call('POST', '/agents', { body: { slug: `bot-${serial}`, name: 'Bot', owner: 'viewer@example.com' } });
  expect((await world.call('POST', '/grants', { body: { agent: `bot-${serial}`, server: 'bank', policy: 'main' } })).status).toBe(201);
  const grant = await world.prisma.grant.findFirstOrThrow({ where: { agent: { slug: `bot-${serial}` } }, include: { policy: true } });
  const tool = await world.prisma.tool.findFirstOrThrow({ where: { name: 'pay' } });
  binding = {
    agent: grant.agentId,
    server: grant.serverId,
    tools: ['pay'],
    definitions: [tool.digest],
    policy: { id: grant.policyId as string, version: grant.policy?.liveVersion as number },
    grant: { id: grant.id, scopes: [], purpose: null },
  };
});

async function pending(change: AskChange = {}): Promise<string> {
  const ask = askFor(approvals, { ...change, binding: { ...binding, ...change.binding } });
  const { id: serverId } = await world.prisma.server.findUniqueOrThrow({ where: { slug: 'bank' } });
  const intent = { ...ask.intent, tool: 'pay', server: { id: serverId, slug: 'bank' } };
  const answer = await approvals.ask({ ...ask, intent, owner: 'viewer@example.com' });
  if (answer.kind !== 'pending') throw new Error(JSON.stringify(answer));
  return answer.approval.id;
}
const read = async (id: string, as: Who = 'approver') => (await world.call('GET', `/approvals/${id}`, { as })).body;
const post = (id: string, verb: string, body: object, as: Who = 'approver') => world.call('POST', `/approvals/${id}/${verb}`, { as, body });
const deny = (id: string) => post(id, 'deny', { reason: 'no' });
const trail = (id: string, action: string) =>
  world.prisma.adminChange.findMany({ where: { entityId: id, action }, orderBy: { id: 'asc' } });
const due = async (id: string) => Date.parse((await read(id)).expiresAt);

describe('questions and answers', () => {
  it('go to and fro between approver and owner, are shown to everybody, and are in the change log', async () => {
    const id = await pending();
    const asked = await post(id, 'comments', { text: `  Why this one?\nI see ${HOSTILE}  ` });
    expect([asked.status, asked.body]).toEqual([201, expect.objectContaining({ by: 'The approver', byOwner: false })]);
    const answered = await post(id, 'comments', { text: 'Ticket 8812.' }, 'viewer');
    expect([answered.status, answered.body.byOwner]).toEqual([201, true]);
    for (const as of ['viewer', 'author', 'approver', 'key'] as const) {
      const { thread, comments } = await read(id, as);
      expect(comments).toBe(2);
      expect(thread.map(({ text }: { text: string }) => text)).toEqual([
        `Why this one?\nI see ${HOSTILE.replace('\u0000', '\ufffd')}`,
        'Ticket 8812.',
      ]);
    }
    const { items } = (await world.call('GET', `/approvals?agent=${(await read(id)).agent.id}`, { as: 'viewer' })).body;
    expect(items.filter((row: { comments: number }) => row.comments === 2)).toHaveLength(1);
    expect(JSON.stringify(items)).not.toContain('Ticket 8812');
    expect((await trail(id, 'approval.comment')).map(({ actorName, after }) => [actorName, (after as { text: string }).text])).toEqual([
      ['The approver', expect.stringContaining('Why this one?')],
      ['The viewer', 'Ticket 8812.'],
    ]);
  });

  it('are refused to whom it does not concern, empty, too long, beyond fifty, and when it is decided', async () => {
    const id = await pending();
    expect((await post(id, 'comments', { text: 'me too' }, 'author')).body.error.code).toBe('approval.not_concerned');
    for (const text of ['', '   \n ', 'x'.repeat(2_001)]) expect((await post(id, 'comments', { text })).status).toBe(400);
    await world.prisma.approvalComment.createMany({
      data: Array.from({ length: 49 }, (_, n) => ({
        id: `cmt_${serial}_${n}`,
        approvalId: id,
        authorId: 'usr_x',
        authorKind: 'user',
        authorName: 'X',
        byOwner: false,
        body: 'x',
      })),
    });
    const both = await Promise.all([post(id, 'comments', { text: 'last' }), post(id, 'comments', { text: 'last' }, 'admin')]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await post(await decided(), 'comments', { text: 'late' })).body.error.code).toBe('approval.over');
    await expect(world.prisma.approvalComment.updateMany({ where: { approvalId: id }, data: { body: 'other' } })).rejects.toThrow();
  });

  it('let nobody decide who could not before', async () => {
    const id = await pending();
    await post(id, 'comments', { text: 'I approve' }, 'viewer');
    expect((await read(id)).status).toBe('pending');
    expect((await post(id, 'approve', {}, 'viewer')).status).toBe(403);
  });
});

async function decided(): Promise<string> {
  const id = await pending({ args: { n: Math.random() } });
  expect((await deny(id)).status).toBe(200);
  return id;
}

describe('asking somebody by name', () => {
  it('names only who may decide, shows it, filters by it, and changes nothing of who may', async () => {
    const id = await pending();
    const { items } = (await world.call('GET', `/approvals/${id}/candidates`, { as: 'approver' })).body;
    expect(items.map(({ email }: { email: string }) => email)).toEqual(['admin@example.com']);
    const asked = await post(id, 'assign', { to: 'ADMIN@example.com' });
    expect([asked.status, asked.body.assigned]).toEqual([200, expect.objectContaining({ name: 'The admin', by: 'The approver' })]);
    const mine = async (as: Who) =>
      (await world.call('GET', '/approvals?status=pending&assigned=me', { as })).body.items.map((row: { id: string }) => row.id);
    expect(await mine('admin')).toEqual([id]);
    expect(await mine('approver')).toEqual([]);
    expect((await read(id)).decision.may).toBe(true);
    expect((await trail(id, 'approval.assign'))[0]).toMatchObject({ actorName: 'The approver', after: { assigned: 'The admin' } });
    expect((await post(id, 'assign', { to: null }, 'admin')).body.assigned).toBeNull();
    expect((await post(id, 'approve', {})).status).toBe(200);
  });

  it('is refused for whom the rule does not name, the owner, the disabled, the unknown, and to viewers and the owner', async () => {
    const named = await pending({ demand: { approvers: ['user:admin@example.com'] } });
    const error = async (id: string, to: string, as: Who = 'approver') => (await post(id, 'assign', { to }, as)).body.error;
    expect(await error(named, 'approver@example.com')).toMatchObject({
      code: 'approval.cannot_decide',
      message: expect.stringContaining('does not name'),
    });
    expect(await error(named, 'viewer@example.com')).toMatchObject({ message: expect.stringContaining('needs the role') });
    await world.prisma.user.upsert({
      where: { id: 'usr_gone' },
      create: { id: 'usr_gone', email: 'gone@example.com', name: 'Gone', role: 'approver', passwordHash: 'x', status: 'disabled' },
      update: {},
    });
    expect(await error(named, 'gone@example.com')).toMatchObject({ message: expect.stringContaining('disabled') });
    expect(await error(named, 'nobody@example.com')).toMatchObject({ code: 'approval.no_such_person' });
    for (const as of ['viewer', 'author'] as const) expect((await post(named, 'assign', { to: null }, as)).status).toBe(403);
    await world.call('PATCH', `/agents/bot-${serial}`, { body: { owner: 'admin@example.com' } });
    expect(await error(named, 'admin@example.com')).toMatchObject({ message: expect.stringContaining('own the agent') });
    expect(await error(named, 'approver@example.com', 'admin')).toMatchObject({ code: 'approval.not_eligible' });
    expect((await post(await decided(), 'assign', { to: null })).body.error.code).toBe('approval.over');
  });

  it('does not name who has agreed already', async () => {
    const id = await pending({ demand: { count: 2 } });
    await post(id, 'approve', {}, 'admin');
    expect((await post(id, 'assign', { to: 'admin@example.com' })).body.error.message).toContain('agreed already');
  });
});

describe('putting aside', () => {
  const aside = async (id: string, as: Who) => (await read(id, as)).snoozedUntil;

  it('is for one person, in the list and in the count, and comes back by itself', async () => {
    const id = await pending({ demand: { expiresMs: 60 * MINUTE } });
    const count = async () => (await world.call('GET', '/approvals/summary', { as: 'approver' })).body.decidable;
    const before = await count();
    const { status, body } = await post(id, 'snooze', { minutes: 5 });
    expect([status, Math.abs(Date.parse(body.snoozedUntil) - world.now().getTime() - 5 * MINUTE) < MINUTE]).toEqual([200, true]);
    expect(await count()).toBe(before - 1);
    expect(await aside(id, 'approver')).toBe(body.snoozedUntil);
    expect(await aside(id, 'admin')).toBeNull();
    expect((await post(id, 'snooze', { minutes: 0 })).body.snoozedUntil).toBeNull();
    expect(await count()).toBe(before);
    await post(id, 'snooze', { minutes: 5 });
    await world.prisma.approvalSnooze.updateMany({ where: { approvalId: id }, data: { until: world.now() } });
    expect(await aside(id, 'approver')).toBeNull();
  });

  it('ends a minute before the time is over, and is refused when there is less, to viewers, keys, and for other times', async () => {
    const id = await pending({ demand: { expiresMs: 10 * MINUTE } });
    const { body } = await post(id, 'snooze', { minutes: 30 });
    expect(Date.parse(body.snoozedUntil)).toBe((await due(id)) - MINUTE);
    const short = await pending({ args: { n: 'short' }, demand: { expiresMs: 20_000 } });
    expect((await post(short, 'snooze', { minutes: 5 })).body.error.code).toBe('approval.too_late');
    expect((await post(id, 'snooze', { minutes: 5 }, 'viewer')).status).toBe(403);
    expect((await post(id, 'snooze', { minutes: 5 }, 'key')).status).toBe(422);
    expect((await post(id, 'snooze', { minutes: 600 })).status).toBe(400);
    expect((await post(await decided(), 'snooze', { minutes: 5 })).body.error.code).toBe('approval.over');
  });
});

describe('more time', () => {
  it('adds five minutes, to three times what the rule gives, in the trail, and then no more', async () => {
    const id = await pending({ demand: { expiresMs: 4 * MINUTE } });
    const first = await due(id);
    const { createdAt, latestExpiresAt } = await read(id);
    expect(Date.parse(latestExpiresAt) - Date.parse(createdAt)).toBe(3 * (first - Date.parse(createdAt)));
    expect((await post(id, 'extend', {})).status).toBe(200);
    expect(await due(id)).toBe(first + 5 * MINUTE);
    expect((await post(id, 'extend', {}, 'admin')).body.expiresAt).toBe(latestExpiresAt);
    expect((await post(id, 'extend', {})).body.error.code).toBe('approval.extended_fully');
    expect(await trail(id, 'approval.extend')).toHaveLength(2);
    expect((await post(id, 'approve', {})).status).toBe(200);
  });

  it('is refused to viewers, to the owner, to whom the rule does not name, and for what is decided or over', async () => {
    const id = await pending({ demand: { approvers: ['user:admin@example.com'] } });
    for (const as of ['viewer', 'author', 'approver'] as const) expect((await post(id, 'extend', {}, as)).status).toBe(403);
    await world.call('PATCH', `/agents/bot-${serial}`, { body: { owner: 'admin@example.com' } });
    expect((await post(id, 'extend', {}, 'admin')).status).toBe(403);
    expect((await post(await decided(), 'extend', {})).body.error.code).toBe('approval.over');
  });

  it('is held to by the database, whoever writes', async () => {
    const id = await pending({ demand: { expiresMs: 10 * MINUTE } });
    const set = (sql: string) => world.prisma.$executeRawUnsafe(`UPDATE approvals SET ${sql} WHERE id = '${id}'`);
    await set("expires_at = expires_at + interval '19 minutes'");
    for (const sql of [
      "expires_at = expires_at + interval '2 minutes'",
      "expires_at = expires_at - interval '1 second'",
      "rule_expires_at = rule_expires_at + interval '1 hour'",
      "created_at = created_at + interval '1 hour'",
      "status = 'withdrawn', expires_at = expires_at + interval '1 second'",
    ])
      await expect(set(sql), sql).rejects.toThrow(/expires|extended|never changes/);
    await deny(id);
    await expect(set("expires_at = expires_at + interval '1 second'")).rejects.toThrow(/extended/);
  });
});

describe('the sentence of a tool', () => {
  const path = '/servers/bank/tools/pay/sentence';
  const set = (template: string | null, as: Who = 'author') => world.call('PUT', path, { as, body: { template } });

  it('is set, told with each request, recorded, taken away, and changes nothing that is bound', async () => {
    const id = await pending();
    const { digest } = await read(id);
    expect((await set('Pay {amount} to {customer.id}')).body).toMatchObject({ setBy: 'The author', arguments: ['amount', 'customer'] });
    expect((await world.call('GET', path, { as: 'viewer' })).body.template).toBe('Pay {amount} to {customer.id}');
    expect(await read(id)).toMatchObject({ sentence: 'Pay {amount} to {customer.id}', digest });
    expect((await post(id, 'approve', { digest })).status).toBe(200);
    expect((await set(null)).body.template).toBeNull();
    expect((await read(id)).sentence).toBeNull();
    const rows = await world.prisma.adminChange.findMany({ where: { action: 'tool.sentence' }, orderBy: { id: 'asc' } });
    expect(rows.map(({ before, after }) => [before, after])).toEqual([
      [{ template: null }, { template: 'Pay {amount} to {customer.id}' }],
      [{ template: 'Pay {amount} to {customer.id}' }, { template: null }],
    ]);
  });

  it('is refused with what is wrong, and to approvers and viewers', async () => {
    const wrong = async (template: string) => (await set(template)).body.error.message;
    expect(await wrong('Pay {amont}')).toBe('The tool has no argument "amont"; did you mean "amount"?');
    expect(await wrong('Pay {amount')).toMatch(/not closed/);
    expect(await wrong('Pay amount}')).toMatch(/closes nothing/);
    expect(await wrong('Pay {}')).toMatch(/empty/);
    expect(await wrong('{amount}')).toMatch(/needs words/);
    for (const template of ['', 'x'.repeat(201), 'two\nlines']) expect((await set(template)).status).toBe(400);
    for (const as of ['viewer', 'approver'] as const) expect((await set('Pay', as)).status).toBe(403);
    expect((await world.call('PUT', '/servers/bank/tools/none/sentence', { body: { template: 'x' } })).status).toBe(404);
  });
});

it('finds whether somebody read a request by an index', async () => {
  const plan = await world.prisma.$transaction(async (tx) => {
    // A table of this size is read from end to end, whatever the index; what matters is that the index can be used.
    await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
    return tx.$queryRaw<{ 'QUERY PLAN': string }[]>`
      EXPLAIN SELECT id FROM admin_changes WHERE action = 'approval.read' AND entity = 'approval' AND entity_id = 'apr_x' AND actor_id = 'usr_x' LIMIT 1`;
  });
  expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('admin_changes_entity_idx');
});
