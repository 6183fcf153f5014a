import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresApprovals, type PostgresApprovals } from '@/lib/adapters/postgres/approvals';
import { claimDueDeliveries } from '@/lib/control/notifications/claim-due';
import { deliver } from '@/lib/control/notifications/deliver';
import type { OutgoingMessage, SendResult } from '@/lib/domain/notification/outgoing-message';
import { redactArguments } from '@/lib/policy/redact';
import { type AskChange, askFor } from '../../fixtures/ledger/approval-fixture';
import { captureLog } from '../../fixtures/ledger/ledger-fixture';
import { createWorld, type World } from './control-world';

const SECRETS = {
  path: 'path-canary-of-the-hook',
  signing: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  password: 'mail-password-canary',
};
const HOOK = `https://mcp.example.com/hooks/${SECRETS.path}`;
const webhook = (change: object = {}) => ({ kind: 'webhook', name: 'Pager', url: HOOK, signingSecret: SECRETS.signing, ...change });
const mail = (change: object = {}) => ({
  kind: 'email',
  name: 'Mailbox',
  smtp: {
    host: 'mcp.example.com',
    port: 587,
    security: 'starttls',
    user: 'mailer',
    password: SECRETS.password,
    from: 'gate@example.com',
    to: ['ben@example.com'],
  },
  ...change,
});
const down: SendResult = { ok: false, code: 503, detail: 'HTTP 503: later', retryAfterMs: null };

let world: World;
let approvals: PostgresApprovals;
let serial = 0;

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.addServer('payments', { name: 'create_charge', inputSchema: { type: 'object' } });
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
  world.expectClean(...Object.values(SECRETS));
  await approvals.close();
  await world.end();
});
beforeEach(async () => {
  await world.prisma.$executeRawUnsafe('TRUNCATE notification_channels, approvals CASCADE');
  world.receiver.sent.length = 0;
  world.receiver.answers.length = 0;
});

async function channel(body: object) {
  const answer = await world.call('POST', '/notification-channels', { body });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}
/** Another call each time, so that none attaches to an earlier request. */
async function ask(change: AskChange = {}): Promise<string> {
  serial += 1;
  const answer = await approvals.ask(
    askFor(approvals, { args: { amount: serial }, ...change, binding: { agent: `agt_${serial}`, ...change.binding } }),
  );
  if (answer.kind !== 'pending') throw new Error(JSON.stringify(answer));
  return answer.approval.id;
}
/** What a node does each second. */
async function round() {
  const ctx = { prisma: world.prisma, services: world.services, random: () => 0.5 };
  return Promise.all((await claimDueDeliveries(ctx, 20)).map((one) => deliver(ctx, one)));
}
const outbox = () => world.prisma.notificationDelivery.findMany({ orderBy: { id: 'asc' } });
const statusOf = async (status: string, id: string) =>
  world.prisma.$executeRawUnsafe(`UPDATE approvals SET status = '${status}' WHERE id = '${id}'`);
const deny = (id: string) =>
  world.prisma.$executeRawUnsafe(
    `UPDATE approvals SET status = 'denied', decided_at = clock_timestamp(), decided_by = 'Ben', decided_reason = 'no' WHERE id = '${id}'`,
  );
const bodyOf = (message: OutgoingMessage | undefined) => {
  if (message?.kind !== 'http') throw new Error('not sent over HTTP');
  return JSON.parse(message.body);
};
const makeDue = (id?: string) =>
  world.prisma.$executeRawUnsafe(
    `UPDATE notification_deliveries SET due_at = clock_timestamp() WHERE status = 'waiting' ${id ? `AND id = '${id}'` : ''}`,
  );

describe('channels', () => {
  it('never give a secret back, keep it sealed, and are changed under If-Match with a trail that holds none', async () => {
    const made = await channel(webhook());
    expect(made.url).toMatchObject({ set: true, host: 'mcp.example.com', setBy: 'The admin' });
    expect(made.signingSecret).toMatchObject({ set: true });
    const path = `/notification-channels/${made.id}`;
    expect((await world.call('PATCH', path, { body: { name: 'Other' }, headers: { 'if-match': '"old"' } })).status).toBe(412);
    const changed = await world.call('PATCH', path, { body: { name: 'Other', enabled: false }, headers: { 'if-match': `"${made.etag}"` } });
    expect(changed.body).toMatchObject({ name: 'Other', enabled: false, url: { set: true } });
    const stored = await world.prisma.notificationSecret.findMany();
    expect(JSON.stringify(stored)).not.toContain(SECRETS.path);
    const trail = await world.prisma.adminChange.findMany({ where: { entityId: made.id }, orderBy: { id: 'asc' } });
    expect(trail.map(({ action }) => action)).toEqual(['channel.create', 'channel.update']);
    expect(JSON.stringify(trail)).not.toMatch(new RegExp(`${SECRETS.path}|${SECRETS.signing.slice(6)}`));
  });

  it('are refused for guarded addresses, unknown servers, unfit fields and an escalation without a time', async () => {
    const refuse = async (body: object) => {
      const answer = await world.call('POST', '/notification-channels', { body });
      return [answer.status, answer.body?.error?.details?.[0]?.path];
    };
    expect(await refuse(webhook({ url: 'https://inside.example.com/x' }))).toEqual([422, '/url']);
    expect(await refuse(webhook({ url: 'http://mcp.example.com/x' }))).toEqual([422, '/url']);
    expect(await refuse(webhook({ servers: ['nowhere'] }))).toEqual([422, '/servers/0']);
    expect(await refuse(webhook({ events: ['escalated'] }))).toEqual([422, '/afterMinutes']);
    expect(await refuse(webhook({ afterMinutes: 5 }))).toEqual([422, '/afterMinutes']);
    expect(await refuse(webhook({ signingSecret: 'short' }))).toEqual([400, '/signingSecret']);
    expect(await refuse(mail({ smtp: { ...mail().smtp, host: 'inside.example.com' } }))).toEqual([422, '/smtp/host']);
    expect(await refuse(mail({ smtp: { ...mail().smtp, security: 'none' } }))).toEqual([422, '/smtp/host']);
    expect(await refuse(mail({ smtp: { ...mail().smtp, user: null } }))).toEqual([422, '/smtp/user']);
    expect(await refuse(mail({ smtp: { ...mail().smtp, to: ['Ben <ben@example.com>'] } }))).toEqual([400, '/smtp/to/0']);
    const made = await channel({ kind: 'slack', name: 'Chat', url: HOOK });
    expect((await world.call('PATCH', `/notification-channels/${made.id}`, { body: { signingSecret: SECRETS.signing } })).status).toBe(422);
    expect((await world.call('POST', '/notification-channels', { body: { kind: 'slack', name: 'Chat', url: HOOK } })).status).toBe(409);
  });

  it('are tested by really sending, and the answer and the log show what was said', async () => {
    const made = await channel(mail({ enabled: false }));
    world.receiver.answers.push({ ok: false, code: 535, detail: '535 Authentication failed', retryAfterMs: null });
    const { body } = await world.call('POST', `/notification-channels/${made.id}/test`, { body: {} });
    expect(body).toMatchObject({
      event: 'test',
      status: 'failed',
      responseCode: 535,
      detail: '535 Authentication failed',
      attempts: 1,
      nextAttemptAt: null,
    });
    expect(world.receiver.sent[0]).toMatchObject({
      kind: 'mail',
      login: { user: 'mailer', password: SECRETS.password },
      to: ['ben@example.com'],
    });
    expect((await world.call('POST', `/notification-channels/${made.id}/test`)).body.status).toBe('delivered');
    expect((await world.call('GET', `/notification-deliveries?channel=${made.id}&event=test`)).body.items).toHaveLength(2);
    expect((await world.call('GET', `/notification-channels/${made.id}`)).body.lastDelivery.status).toBe('delivered');
    expect(await round()).toEqual([]);
  });

  it('leave their log when they are deleted, and what waited is not sent', async () => {
    const made = await channel(webhook());
    await ask();
    const { body } = await world.call('DELETE', `/notification-channels/${made.id}`);
    expect(body).toEqual({ deleted: { id: made.id, name: 'Pager' }, dropped: 1 });
    expect(await round()).toEqual([]);
    const [row] = (await world.call('GET', '/notification-deliveries')).body.items;
    expect(row).toMatchObject({ status: 'skipped', channel: { id: null, name: 'Pager' } });
    expect((await world.call('POST', `/notification-deliveries/${row.id}/resend`, { body: {} })).status).toBe(409);
  });
});

describe('the outbox', () => {
  it('is written with the request, in its transaction, for the channels whose filter lets it through', async () => {
    await channel(webhook({ name: 'all' }));
    await channel(webhook({ name: 'server', servers: ['payments'] }));
    await channel(webhook({ name: 'critical only', minimumRisk: 'critical' }));
    await channel(webhook({ name: 'off', enabled: false }));
    await channel(webhook({ name: 'decisions', events: ['decided'] }));
    await expect(
      world.prisma.$transaction(async (tx) => {
        const id = await ask();
        await tx.$executeRawUnsafe(`UPDATE approvals SET status = 'withdrawn' WHERE id = '${id}'`);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    const rows = await outbox();
    expect(rows.map((row) => [row.channelName, row.event, row.status]).toSorted()).toEqual([
      ['all', 'requested', 'waiting'],
      ['server', 'requested', 'waiting'],
    ]);
    expect(rows[0]?.id).toMatch(/^ntf_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(rows[0]?.facts).toMatchObject({ server: 'payments', tool: 'create_charge', risk: 'high', approvers: ['role:approver'] });
    expect(JSON.stringify(rows[0]?.facts)).not.toContain('amount');
  });

  it('tells of decisions, and of an expiry that it was denied', async () => {
    await channel(webhook({ events: ['decided', 'expired'] }));
    await deny(await ask());
    await statusOf('expired', await ask());
    expect((await round()).map(({ status }) => status)).toEqual(['delivered', 'delivered']);
    const bodies = world.receiver.sent.map(bodyOf);
    expect(bodies.map((body) => [body.type, body.approval.status, body.approval.decidedReason])).toEqual(
      expect.arrayContaining([
        ['approval.decided', 'denied', 'no'],
        ['approval.expired', 'expired', null],
      ]),
    );
    await channel({ kind: 'slack', name: 'Chat', url: HOOK, events: ['expired'] });
    await statusOf('expired', await ask());
    await round();
    expect(JSON.stringify(world.receiver.sent.map((message) => message.kind === 'http' && message.body))).toContain(
      'Nobody decided in time, so the call was denied',
    );
  });

  it('is emptied by two workers at once without sending anything twice', async () => {
    await channel(webhook());
    const ids = await Promise.all(Array.from({ length: 30 }, () => ask()));
    const done = (await Promise.all([round(), round(), round(), round()])).flat();
    expect(done).toHaveLength(30);
    expect(new Set(world.receiver.sent.map((message) => bodyOf(message).approval.id))).toEqual(new Set(ids));
    expect(world.receiver.sent).toHaveLength(30);
  });

  it('is tried again later and later, and given up in the end', async () => {
    await channel(webhook());
    await ask();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      world.receiver.answers.push(down);
      const [outcome] = await round();
      const [row] = await outbox();
      expect([row?.attempts, outcome?.status]).toEqual([attempt, attempt === 8 ? 'failed' : 'waiting']);
      expect(row).toMatchObject({ responseCode: 503, detail: 'HTTP 503: later' });
      if (row?.status === 'waiting') waits.push(Math.round((row.dueAt.getTime() - (row.lastAttemptAt?.getTime() ?? 0)) / 1000));
      expect(await round()).toEqual([]);
      await makeDue();
    }
    expect(waits).toEqual([5, 20, 80, 320, 1280, 5120, 7200]);
    expect(new Set(world.receiver.sent.map((message) => message.kind === 'http' && message.signing?.id)).size).toBe(1);
  });

  it('is sent by another worker when the one that claimed it dies, and the late result of the first counts for nothing', async () => {
    await channel(webhook());
    await ask();
    let answerLate: (result: SendResult) => void = () => {};
    world.receiver.answers.push(new Promise<SendResult>((resolve) => (answerLate = resolve)));
    const first = round();
    await expect.poll(() => world.receiver.sent.length).toBe(1);
    expect(await round()).toEqual([]);
    await world.prisma.$executeRawUnsafe(`UPDATE notification_deliveries SET due_at = clock_timestamp()`);
    expect(await round()).toMatchObject([{ status: 'delivered' }]);
    answerLate(down);
    await first;
    expect(await outbox()).toMatchObject([{ status: 'delivered', attempts: 2 }]);
  });

  it('sends again under the same id what is over, and at once what waits', async () => {
    await channel(webhook());
    await ask();
    world.receiver.answers.push(down);
    await round();
    const [row] = await outbox();
    const again = () => world.call('POST', `/notification-deliveries/${row?.id}/resend`, { body: {} });
    expect((await again()).body).toMatchObject({ id: row?.id, status: 'waiting' });
    expect(await round()).toMatchObject([{ status: 'delivered' }]);
    const second = (await again()).body;
    expect([second.id === row?.id, second.messageId]).toEqual([false, row?.messageId]);
    await round();
    expect(world.receiver.sent.map((message) => message.kind === 'http' && message.signing?.id)).toEqual([row?.id, row?.id, row?.id]);
  });
});

describe('escalation', () => {
  it('is due by the database’s clock, and only while the request waits', async () => {
    await channel(webhook({ name: 'Second line', events: ['escalated', 'decided'], afterMinutes: 5 }));
    const [waits, decided, late] = [await ask(), await ask(), await ask({ demand: { expiresMs: 500 } })];
    const due = (await outbox()).map((row) => Math.round((row.dueAt.getTime() - row.createdAt.getTime()) / 1000));
    expect(due).toEqual([300, 300, 300]);
    expect(await round()).toEqual([]);
    await deny(decided);
    expect((await outbox()).find((row) => row.approvalId === decided)).toMatchObject({ status: 'skipped', attempts: 0 });
    await expect.poll(async () => (await world.prisma.approval.findUniqueOrThrow({ where: { id: late } })).status).toBe('expired');
    await makeDue();
    expect(await round()).toMatchObject([{ status: 'delivered' }]);
    expect(bodyOf(world.receiver.sent[0])).toMatchObject({ type: 'approval.escalated', approval: { id: waits, status: 'pending' } });
    // Who heard of it hears of its end; who never did does not.
    await deny(waits);
    expect((await outbox()).filter((row) => row.event === 'decided').map((row) => row.approvalId)).toEqual([waits]);
  });

  it('calls nobody to a request that was decided while the message was on its way', async () => {
    await channel({ kind: 'slack', name: 'Chat', url: HOOK });
    const id = await ask();
    world.receiver.answers.push(down);
    await round();
    await deny(id);
    await makeDue();
    expect(await round()).toMatchObject([{ status: 'skipped' }]);
    expect(world.receiver.sent).toHaveLength(1);
  });
});

describe('arguments', () => {
  it('leave only redacted, only where the channel and the server say so', async () => {
    await channel(webhook({ name: 'with', includeArguments: true }));
    await channel(webhook({ name: 'without' }));
    await ask({ args: { card: '4111-canary', note: 'refund' }, redact: ['args.card'] });
    await ask({ args: { note: 'not kept canary' }, keepArguments: false });
    await round();
    const told = world.receiver.sent.map((message) => bodyOf(message).arguments);
    expect(JSON.stringify(world.receiver.sent)).not.toMatch(/4111-canary|not kept canary/);
    expect(told.filter(({ included }) => included).map(({ text }) => JSON.parse(text).note)).toEqual(['refund']);
    expect(told.filter(({ included }) => !included)).toHaveLength(3);
  });
});

describe('the summary', () => {
  const summary = async (as: 'viewer' | 'approver' | 'admin') => (await world.call('GET', '/approvals/summary', { as })).body;

  it('counts what waits, and what the caller may decide: by role, by rule, and never of an agent of one’s own', async () => {
    expect(await summary('approver')).toEqual({ pending: 0, decidable: 0, newest: [] });
    const anybody = await ask();
    const named = await ask({ demand: { approvers: ['user:admin@example.com'] } });
    const own = await ask();
    await world.prisma.$executeRawUnsafe(`UPDATE approvals SET agent_owner = 'approver@example.com' WHERE id = '${own}'`);
    await deny(await ask());
    expect(await summary('viewer')).toMatchObject({ pending: 3, decidable: 0, newest: [] });
    expect(await summary('approver')).toMatchObject({
      pending: 3,
      decidable: 1,
      newest: [{ id: anybody, tool: 'create_charge', risk: 'high' }],
    });
    const admin = await summary('admin');
    expect([admin.decidable, new Set(admin.newest.map(({ id }: { id: string }) => id))]).toEqual([3, new Set([anybody, named, own])]);
  });
});
