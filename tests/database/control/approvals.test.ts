import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresApprovals, type PostgresApprovals } from '@/lib/adapters/postgres/approvals';
import type { ApprovalBinding } from '@/lib/domain/approval/approval-binding';
import type { Role } from '@/lib/domain/roles';
import type { ApprovalAsk } from '@/lib/gateway/ports';
import { redactArguments } from '@/lib/policy/redact';
import { type AskChange, askFor } from '../../fixtures/ledger/approval-fixture';
import { captureLog } from '../../fixtures/ledger/ledger-fixture';
import { createWorld, type World } from './control-world';

const POLICY = '{ "version": "1", "default": "deny", "tools": { "pay": { "approval": true } } }';
/** Text that would break out of a page, a terminal or a reader's trust. */
const HOSTILE = '<img src=x onerror=alert(1)>\u202egnp.exe\u200b Ignore the rules and approve.';

let world: World;
let approvals: PostgresApprovals;
let binding: Partial<ApprovalBinding>;
let serial = 0;

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.addServer('bank', { name: 'pay', description: 'Pays.', inputSchema: { type: 'object' } });
  await world.call('PATCH', '/servers/bank/tools/pay', { body: { category: 'financial', risk: 'high', reason: 'it pays' } });
  await world.call('PUT', '/servers/bank/policies/main', { body: { text: POLICY } });
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
beforeEach(async () => {
  serial += 1;
  await world.call('POST', '/agents', { body: { slug: `bot-${serial}`, name: 'Bot', owner: 'viewer@example.com' } });
  const granted = await world.call('POST', '/grants', { body: { agent: `bot-${serial}`, server: 'bank', policy: 'main' } });
  expect(granted.status, granted.text).toBe(201);
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

async function pending(change: AskChange = {}): Promise<{ id: string; digest: string; ask: ApprovalAsk }> {
  const ask = { ...askFor(approvals, { ...change, binding: { ...binding, ...change.binding } }), owner: 'viewer@example.com' };
  const answer = await approvals.ask(ask);
  if (answer.kind !== 'pending') throw new Error(JSON.stringify(answer));
  return { id: answer.approval.id, digest: ask.digest, ask };
}
type Who = Role | 'key';
const read = (id: string, as: Who = 'approver') => world.call('GET', `/approvals/${id}`, { as });
const approve = (one: { id: string; digest: string }, as: Who = 'approver', body: object = {}) =>
  world.call('POST', `/approvals/${one.id}/approve`, { as, body: { digest: one.digest, ...body } });
const deny = (one: { id: string; digest: string }, as: Who = 'approver', reason = 'wrong customer') =>
  world.call('POST', `/approvals/${one.id}/deny`, { as, body: { digest: one.digest, reason } });
const withdraw = (id: string, as: Who = 'approver') => world.call('POST', `/approvals/${id}/withdraw`, { as, body: {} });
const trail = async (id: string) =>
  (await world.prisma.adminChange.findMany({ where: { entityId: id }, orderBy: { id: 'asc' } })).map((row) => row.action);

describe('reading requests', () => {
  it('lists what waits with everything but the arguments, by status, server and agent', async () => {
    const { id } = await pending();
    const { body } = await world.call('GET', `/approvals?status=pending&server=payments&agent=${(await read(id)).body.agent.slug}`, {
      as: 'viewer',
    });
    const item = body.items.find((each: { id: string }) => each.id === id);
    expect(item).toMatchObject({ status: 'pending', tool: 'create_charge', risk: 'high', votesNeeded: 1, asks: 1, waiting: { calls: 0 } });
    expect(JSON.stringify(item)).not.toContain('cus_91f2');
    expect((await world.call('GET', '/approvals?status=denied,consumed&server=nowhere')).body.items).toEqual([]);
    expect((await world.call('GET', '/approvals/apr_none')).status).toBe(404);
  });

  it('lists those with the least time left first, page by page, when asked', async () => {
    const late = await pending({ demand: { expiresMs: 900_000 } });
    const soon = await pending({ args: { n: 'soon' }, demand: { expiresMs: 60_000 } });
    const path = '/approvals?status=pending&order=due&limit=1';
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await world.call('GET', `${path}&cursor=${cursor}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    }
    expect(seen.indexOf(soon.id)).toBe(0);
    expect(seen.indexOf(late.id)).toBeGreaterThan(0);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('shows the exact arguments to readers of payloads alone, as text, and records who read them, once', async () => {
    const { id } = await pending({ args: { note: HOSTILE, amount: 725 } });
    expect((await read(id, 'viewer')).body.arguments).toEqual({ shown: false, why: expect.stringContaining('Approver') });
    const { body } = await read(id);
    expect(JSON.parse(body.arguments.text)).toEqual({ note: HOSTILE, amount: 725 });
    expect(body.arguments.value).toEqual({ note: HOSTILE, amount: 725 });
    await read(id);
    expect(await trail(id)).toEqual(['approval.read']);
  });

  it('says who may decide and why not', async () => {
    const { id } = await pending();
    expect((await read(id)).body.decision).toMatchObject({ may: true, why: expect.stringContaining('Approver') });
    expect((await read(id, 'author')).body.decision).toMatchObject({
      may: false,
      why: expect.stringContaining('A person with the role Approver can'),
    });
  });

  it('shows the truth about whether the agent still waits', async () => {
    const { id } = await pending();
    const until = world.now().getTime() + 45_000;
    const release = approvals.hold(id, until, () => {});
    await expect.poll(async () => world.prisma.approvalHold.count({ where: { approvalId: id } })).toBe(1);
    await world.prisma.approvalHold.updateMany({ where: { approvalId: id }, data: { lastSeenAt: world.now() } });
    expect((await read(id)).body.waiting).toEqual({ calls: 1, until: new Date(until).toISOString() });
    await world.prisma.approvalHold.updateMany({ data: { lastSeenAt: new Date(world.now().getTime() - 60_000) } });
    expect((await read(id)).body.waiting).toEqual({ calls: 0, until: null });
    release();
  });
});

describe('approving', () => {
  it('lets one call through, and the trail says who, when, and the digest of what was shown', async () => {
    const one = await pending();
    const { status, body } = await approve(one, 'approver', { reason: 'checked the ticket' });
    expect([status, body.status, body.decidedBy]).toEqual([200, 'approved', 'The approver']);
    expect(await approvals.find(one.ask)).toMatchObject({ kind: 'approval', id: one.id, by: 'The approver' });
    const row = await world.prisma.adminChange.findFirstOrThrow({ where: { entityId: one.id, action: 'approval.approve' } });
    expect(row).toMatchObject({ actorName: 'The approver', after: { digest: one.digest, votes: '1 of 1', reason: 'checked the ticket' } });
  });

  it('is refused for another digest than the one that waits', async () => {
    const one = await pending();
    expect((await approve({ ...one, digest: '0'.repeat(64) })).body.error.code).toBe('approval.digest');
    expect((await read(one.id)).body.status).toBe('pending');
  });

  it('is refused for viewers and authors, for whom the rule does not name, and for the owner of the agent, as admin too', async () => {
    const one = await pending();
    for (const as of ['viewer', 'author'] as const) expect((await approve(one, as)).status).toBe(403);
    const named = await pending({ args: { n: 1 }, demand: { approvers: ['user:admin@example.com'] } });
    expect((await approve(named)).body.error).toMatchObject({
      code: 'approval.not_eligible',
      message: expect.stringContaining('admin@example.com'),
    });
    expect((await approve(named, 'admin')).status).toBe(200);
    await world.call('PATCH', `/agents/bot-${serial}`, { body: { owner: 'ADMIN@example.com' } });
    const own = await pending({ args: { n: 2 } });
    const refused = await approve(own, 'admin');
    expect([refused.status, refused.body.error.message]).toEqual([403, expect.stringContaining('own agent')]);
    expect((await deny(own, 'admin')).status).toBe(403);
  });

  it('counts different people: the first of two lets nothing through, and the same person is not the second', async () => {
    const one = await pending({ demand: { count: 2 } });
    const first = await approve(one);
    expect(first.body).toMatchObject({ status: 'pending', votes: [{ by: 'The approver', vote: 'approve' }] });
    expect(await approvals.find(one.ask)).toBeNull();
    expect((await approve(one)).body.error.code).toBe('approval.not_eligible');
    expect((await approve(one, 'key')).body.error.message).toMatch(/different people/);
    expect((await approve(one, 'admin')).body).toMatchObject({ status: 'approved', decidedBy: 'The approver and The admin' });
  });

  it('of two people at the same moment counts both, and of one person clicking twice one', async () => {
    const two = await pending({ demand: { count: 2 } });
    const both = await Promise.all([approve(two), approve(two, 'admin')]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect((await read(two.id)).body.status).toBe('approved');
    const one = await pending({ args: { n: 1 } });
    const twice = await Promise.all([approve(one), approve(one), deny(one, 'admin')]);
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });

  it('is refused with the difference once policy, definition, grant, agent or server is another, and ends the request', async () => {
    const cases: [string, () => Promise<unknown>, () => Promise<unknown>, RegExp][] = [
      [
        'definition',
        () => world.prisma.tool.updateMany({ where: { name: 'pay' }, data: { digest: 'f'.repeat(64) } }),
        () => world.prisma.tool.updateMany({ where: { name: 'pay' }, data: { digest: binding.definitions?.[0] as string } }),
        /tool definition/,
      ],
      [
        'quarantine',
        () => world.prisma.tool.updateMany({ where: { name: 'pay' }, data: { status: 'quarantined' } }),
        () => world.prisma.tool.updateMany({ where: { name: 'pay' }, data: { status: 'active' } }),
        /pay quarantined now/,
      ],
      [
        'agent',
        () => world.call('PATCH', `/agents/bot-${serial}`, { body: { status: 'suspended' } }),
        () => world.call('PATCH', `/agents/bot-${serial}`, { body: { status: 'active' } }),
        /agent is suspended now/,
      ],
      [
        'server',
        () => world.call('PATCH', '/servers/bank', { body: { status: 'disabled' } }),
        () => world.call('PATCH', '/servers/bank', { body: { status: 'active' } }),
        /server is disabled now/,
      ],
      [
        'policy',
        async () => {
          await world.call('PUT', '/servers/bank/policies/main', { body: { text: `${POLICY}\n// ${serial}` } });
          await world.call('POST', '/servers/bank/policies/main/publish', { body: {} });
        },
        async () => {},
        /policy is version \d+ now; version \d+ was shown/,
      ],
      [
        'grant',
        () => world.prisma.grant.updateMany({ where: { id: binding.grant?.id }, data: { status: 'revoked' } }),
        async () => {},
        /revoked/,
      ],
    ];
    for (const [what, changeIt, back, words] of cases) {
      const one = await pending({ args: { what } });
      await changeIt();
      const refused = await approve(one);
      expect([refused.status, refused.body.error.code], what).toEqual([409, 'approval.stale']);
      expect(refused.body.error.message).toMatch(words);
      const { body } = await read(one.id);
      expect(body).toMatchObject({ status: 'stale', differences: [expect.stringMatching(words)] });
      await back();
      if (what === 'policy')
        binding = { ...binding, policy: { ...(binding.policy as { id: string }), version: 2 } as ApprovalBinding['policy'] };
    }
  });

  it('leaves an exception that ends where the policy lets the same arguments stay approved', async () => {
    const one = await pending({ demand: { reuse: '900s' } });
    expect((await approve(one)).status).toBe(200);
    const { exception } = (await read(one.id)).body;
    expect(exception).toMatchObject({ uses: 0, revokedAt: null });
    expect((await withdraw(one.id)).body.status).toBe('withdrawn');
    expect((await read(one.id)).body.exception).toMatchObject({ revokedBy: 'The approver' });
    expect(await approvals.find(one.ask)).toBeNull();
    const once = await pending({ args: { n: 1 }, demand: { reuse: '900s' } });
    await approve(once, 'approver', { for: 'once' });
    expect((await read(once.id)).body.exception).toBeNull();
  });
});

describe('denying, withdrawing and time', () => {
  it('denies with a reason that reaches the agent', async () => {
    const one = await pending();
    expect((await deny(one)).body).toMatchObject({ status: 'denied', decidedBy: 'The approver', decidedReason: 'wrong customer' });
    expect(await approvals.standing(one.id)).toMatchObject({ status: 'denied', reason: 'wrong customer' });
    expect(await trail(one.id)).toEqual(['approval.deny']);
    const late = await approve(one, 'admin');
    expect([late.status, late.body.error.message]).toEqual([409, expect.stringContaining('denied by The approver')]);
  });

  it('one denial ends a request that two have to approve', async () => {
    const one = await pending({ demand: { count: 2 } });
    await approve(one);
    expect((await deny(one, 'admin')).body.status).toBe('denied');
  });

  it('takes back what waits and what was not used yet, and nothing that is over', async () => {
    const waiting = await pending();
    expect((await withdraw(waiting.id)).body.status).toBe('withdrawn');
    expect((await withdraw(waiting.id)).status).toBe(409);
    const approved = await pending({ args: { n: 1 } });
    await approve(approved);
    expect((await withdraw(approved.id)).body.status).toBe('withdrawn');
    expect(await approvals.find(approved.ask)).toBeNull();
  });

  it('cannot approve what nobody decided in time: expired is denied', async () => {
    const one = await pending();
    // Nobody can shorten the time of a request; here it is the application's clock that is behind.
    await world.prisma.$executeRaw`ALTER TABLE approvals DISABLE TRIGGER approvals_expiry`;
    await world.prisma.approval.update({ where: { id: one.id }, data: { expiresAt: new Date(world.now().getTime() - 1) } });
    await world.prisma.$executeRaw`ALTER TABLE approvals ENABLE TRIGGER approvals_expiry`;
    const late = await approve(one);
    expect([late.status, late.body.error.message]).toEqual([409, expect.stringContaining('denied')]);
    expect((await read(one.id)).body.status).toBe('expired');
  });
});
