import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApprovalOptions, createPostgresApprovals, type PostgresApprovals } from '@/lib/adapters/postgres/approvals';
import { createPostgresLedger, type PostgresLedger } from '@/lib/adapters/postgres/ledger';
import type { ApprovalBinding } from '@/lib/domain/approval/approval-binding';
import type { ApprovalAsk } from '@/lib/gateway/ports';
import type { JsonObject } from '@/lib/kernel/json';
import { redactArguments } from '@/lib/policy/redact';
import { type AskChange, askFor } from '../../fixtures/ledger/approval-fixture';
import { callIntent, captureLog } from '../../fixtures/ledger/ledger-fixture';
import { createWorld, type World } from './control-world';

const POLICY = '{ "version": "1", "default": "deny", "tools": { "pay": { "approval": true } } }';
const ARGS = { amount: 725, customer: 'cus_91f2', reason: 'charged twice', pin: 'secret-4711' };
const REDACT = ['args.pin'];
const LOOSE = { amount: 'at_most', reason: 'any' };

let world: World;
/** Two nodes of one gateway. */
let nodes: [PostgresApprovals, PostgresApprovals];
let ledgers: [PostgresLedger, PostgresLedger];
let node: (name: string) => ApprovalOptions;
let binding: Partial<ApprovalBinding>;
let serial = 0;

beforeAll(async () => {
  world = await createWorld();
  // Exceptions end by the database's clock.
  world.pass(Date.now() - world.now().getTime());
  await world.addPeople();
  await world.addServer('bank', { name: 'pay', description: 'Pays.', inputSchema: { type: 'object' } });
  await world.call('PUT', '/servers/bank/policies/main', { body: { text: POLICY } });
  expect((await world.call('POST', '/servers/bank/policies/main/publish', { body: {} })).status).toBe(200);
  const options = { poolConfig: world.poolConfig, envelope: world.services.envelope, hmacKey: randomBytes(32), redact: redactArguments };
  node = (name) => ({ ...options, node: name, log: captureLog() });
  nodes = [await createPostgresApprovals(node('node-a')), await createPostgresApprovals(node('node-b'))];
  ledgers = [await createPostgresLedger(node('node-a')), await createPostgresLedger(node('node-b'))];
});
afterAll(async () => {
  world.expectClean();
  await Promise.all([...nodes, ...ledgers].map((each) => each.close()));
  await world.end();
});
beforeEach(async () => {
  serial += 1;
  await world.call('POST', '/agents', { body: { slug: `bot-${serial}`, name: 'Bot', owner: 'viewer@example.com' } });
  await world.call('POST', '/grants', { body: { agent: `bot-${serial}`, server: 'bank', policy: 'main' } });
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

interface Pending {
  readonly id: string;
  readonly digest: string;
}
function askOf(args: JsonObject, change: AskChange & { risk?: 'high' | 'critical' } = {}): ApprovalAsk {
  const { risk = 'high' } = change;
  const ask = askFor(nodes[0], { redact: REDACT, ...change, args, binding: { ...binding, ...change.binding } });
  const names = {
    agent: { id: binding.agent as string, slug: `bot-${serial}` },
    server: { id: binding.server as string, slug: 'bank' },
    tool: 'pay',
  };
  return { ...ask, owner: 'viewer@example.com', intent: { ...ask.intent, ...names, risk } };
}
async function pending(args: JsonObject = ARGS, change: Parameters<typeof askOf>[1] = {}): Promise<Pending> {
  const ask = askOf(args, change);
  const answer = await nodes[0].ask(ask);
  if (answer.kind !== 'pending') throw new Error(JSON.stringify(answer));
  return { id: answer.approval.id, digest: ask.digest };
}
const sentenceOf = (exception: Record<string, unknown> | undefined): unknown =>
  (exception?.scope as { sentence: string } | undefined)?.sentence;
type Who = 'approver' | 'admin' | 'viewer' | 'key';
const approve = (one: Pending, body: object, as: Who = 'approver') =>
  world.call('POST', `/approvals/${one.id}/approve`, { as, body: { digest: one.digest, ...body } });
const exceptions = async (as: Who = 'approver') =>
  (await world.call('GET', `/exceptions?agent=bot-${serial}`, { as })).body.items as Record<string, unknown>[];
/** The call at a node: whether it passes without asking, and used its pass in the admission. */
async function passes(args: JsonObject, at: 0 | 1 = 0, change: AskChange = {}): Promise<boolean> {
  const found = await nodes[at].find(askOf(args, change));
  if (found === null) return false;
  const { version } = (await world.prisma.$queryRaw<{ version: bigint }[]>`SELECT version FROM config_version`)[0] as { version: bigint };
  const { kind, id, digest } = found;
  const admission = await ledgers[at].admitWithPass(
    { intent: callIntent(), charges: [] },
    { kind, id, digest, configVersion: Number(version) },
  );
  return admission.admitted;
}

describe('approving for a while within a scope', () => {
  it('says which arguments can be loosened and how', async () => {
    const one = await pending();
    const { body } = await world.call('GET', `/approvals/${one.id}`, { as: 'approver' });
    expect(body.arguments.scopable).toEqual([
      { path: 'amount', bounds: ['equal', 'at_most'] },
      { path: 'customer', bounds: ['equal', 'any'] },
      { path: 'reason', bounds: ['equal', 'any'] },
    ]);
    const critical = await pending({ ...ARGS, n: 1 }, { risk: 'critical' });
    expect((await world.call('GET', `/approvals/${critical.id}`, { as: 'approver' })).body.arguments.scopable).toEqual([]);
  });

  it('lets calls within it pass on every node, counts each in the admission, and asks for everything else', async () => {
    const one = await pending();
    expect((await approve(one, { for: '15m', scope: LOOSE, reason: 'month end' })).body.status).toBe('approved');
    expect(await passes(ARGS)).toBe(true);
    for (const at of [0, 1] as const) {
      expect(await passes({ ...ARGS, amount: 12, reason: 'another' }, at)).toBe(true);
      expect(await passes({ ...ARGS, amount: 725.5 }, at)).toBe(false);
      expect(await passes({ ...ARGS, customer: 'cus_92' }, at)).toBe(false);
      expect(await passes({ ...ARGS, pin: 'secret-4712' }, at)).toBe(false);
      expect(await passes({ ...ARGS, extra: null }, at)).toBe(false);
    }
    expect(await exceptions()).toMatchObject([{ uses: 2, active: true, createdBy: 'The approver', reason: 'month end' }]);
    const event = (await exceptions())[0]?.lastEvent;
    expect(await world.prisma.auditEvent.count({ where: { id: event as string } })).toBe(1);
  });

  it('means nothing under another policy version, definition, grant, class, rule, or with more than arguments', async () => {
    const one = await pending();
    await approve(one, { for: '15m', scope: LOOSE });
    const { policy, grant } = binding as ApprovalBinding;
    for (const changed of [
      { policy: { ...policy, version: policy.version + 1 } },
      { definitions: ['f'.repeat(64)] },
      { grant: { ...grant, scopes: ['more'] } },
      { grant: { ...grant, id: 'grt_other' } },
      { agent: 'agt_other' },
      { server: 'srv_other' },
      { tools: ['pay', 'inner'] },
      { inputs: 'a'.repeat(64) },
      { risk: { category: 'financial', level: 'critical' } },
      { demand: { rule: '/all_tools/approval', approvers: ['role:approver'], count: 1 } },
    ])
      expect(await passes({ ...ARGS, amount: 1 }, 0, { binding: changed }), JSON.stringify(changed)).toBe(false);
    expect(await passes({ ...ARGS, amount: 1 })).toBe(true);
  });

  it('stops with the next call on every node when it is revoked, and at its end', async () => {
    const one = await pending();
    await approve(one, { for: '15m', scope: LOOSE });
    const small = { ...ARGS, amount: 3 };
    expect([await passes(small, 0), await passes(small, 1)]).toEqual([true, true]);
    // Found before, used after: the admission looks at it under its lock.
    const found = await nodes[1].find(askOf(small));
    const [exception] = await exceptions();
    expect((await world.call('POST', `/exceptions/${exception?.id}/revoke`, { as: 'approver', body: { reason: 'enough' } })).status).toBe(
      200,
    );
    expect([await passes(small, 0), await passes(small, 1)]).toEqual([false, false]);
    if (found === null) throw new Error('nothing was found');
    const late = await ledgers[1].admitWithPass({ intent: callIntent(), charges: [] }, { ...found, configVersion: 1 });
    expect(late).toEqual({ admitted: false, pass: 'withdrawn' });
    const ends = await pending({ ...ARGS, customer: 'cus_ends' });
    await approve(ends, { for: '15m', scope: LOOSE });
    expect(await passes({ ...ARGS, customer: 'cus_ends', reason: 'x' })).toBe(true);
    expect(await passes({ ...ARGS, customer: 'cus_ends', reason: 'y' })).toBe(true);
    await world.prisma.$executeRaw`UPDATE approval_exceptions SET expires_at = clock_timestamp() WHERE approval_id = ${ends.id}`;
    expect(await passes({ ...ARGS, customer: 'cus_ends', reason: 'x' })).toBe(false);
  });

  it('refuses what was not shown, is redacted or cannot be loosened, naming the path, and what has no time', async () => {
    const one = await pending();
    for (const [scope, path] of [
      [{ nothing: 'any' }, '/scope/nothing'],
      [{ pin: 'any' }, '/scope/pin'],
      [{ amount: 'any' }, '/scope/amount'],
      [{ customer: 'at_most' }, '/scope/customer'],
      [{ 'a/b': 'equal' }, '/scope/a~1b'],
    ] as const) {
      const refused = await approve(one, { for: '15m', scope });
      expect([refused.status, refused.body.error.code, refused.body.error.details[0].path], path).toEqual([400, 'approval.scope', path]);
    }
    expect((await approve(one, { for: '15m', scope: { amount: 'wide' } })).status).toBe(400);
    expect((await approve(one, { for: 'once', scope: LOOSE })).body.error.message).toMatch(/say `for`/);
    expect((await world.call('GET', `/approvals/${one.id}`)).body.status).toBe('pending');
    const critical = await pending({ ...ARGS, n: 2 }, { risk: 'critical', demand: { reuse: '900s' } });
    expect((await approve(critical, { scope: LOOSE })).body.error).toMatchObject({ code: 'approval.scope' });
    expect((await approve(critical, { scope: { amount: 'equal' } })).body.status).toBe('approved');
  });

  it('of two people takes the tightest bound of each argument and the shortest time', async () => {
    const one = await pending(ARGS, { demand: { count: 2 } });
    expect((await approve(one, { for: '1h', scope: LOOSE })).body.status).toBe('pending');
    expect(await exceptions()).toEqual([]);
    expect((await approve(one, { for: '15m', scope: { amount: 'at_most', customer: 'any' } }, 'admin')).body.status).toBe('approved');
    const [exception] = await exceptions();
    expect(exception?.scope).toMatchObject({
      arguments: [
        { path: 'amount', bound: 'at_most', value: '725' },
        { path: 'customer', bound: 'equal', value: '"cus_91f2"' },
        { path: 'reason', bound: 'equal', value: '"charged twice"' },
      ],
      redacted: 1,
    });
    expect(Date.parse(exception?.expiresAt as string) - Date.now()).toBeLessThan(15 * 60_000 + 5_000);
    expect(await passes(ARGS)).toBe(true);
    expect(await passes({ ...ARGS, amount: 1 })).toBe(true);
    expect(await passes({ ...ARGS, reason: 'x' })).toBe(false);
    const exact = await pending({ ...ARGS, customer: 'cus_two' }, { demand: { count: 2 } });
    await approve(exact, { for: '15m', scope: LOOSE });
    await approve(exact, { for: '15m' }, 'admin');
    expect((await exceptions())[0]?.scope).toMatchObject({ loosened: false, arguments: [] });
  });

  it('is sealed; values are for readers of payloads, whose reading is recorded; others see names and kinds', async () => {
    const one = await pending();
    await approve(one, { for: '15m', scope: LOOSE });
    const row = await world.prisma.approvalException.findFirstOrThrow({ where: { approvalId: one.id } });
    const plain = JSON.stringify(
      await world.prisma.$queryRaw`
      SELECT (SELECT json_agg(v) FROM approval_votes v WHERE approval_id = ${one.id}) AS votes, (SELECT json_agg(x) FROM approval_exceptions x WHERE id = ${row.id}) AS exceptions,
        (SELECT json_agg(c.after) FROM admin_changes c WHERE entity_id = ${one.id}) AS changes`,
    );
    // As words: digests may hold the digits.
    expect(plain).not.toMatch(/(?<![\w-])(?:725|4711)(?![\w-])|cus_91f2|charged twice/);
    expect(plain).toContain('at_most');
    const [forViewer] = await exceptions('viewer');
    expect(JSON.stringify(forViewer)).not.toMatch(/(?<![\w-])(?:725|4711)(?![\w-])|cus_91f2|charged twice/);
    expect(forViewer?.scope).toMatchObject({
      loosened: true,
      sentence: expect.stringMatching(
        /with amount at most what was shown, reason any text, customer exactly what was shown, 1 more exactly as it was\.$/,
      ),
    });
    const read = () => world.prisma.adminChange.count({ where: { entityId: one.id, action: 'approval.read' } });
    expect(await read()).toBe(0);
    const [forApprover] = await exceptions();
    expect(sentenceOf(forApprover)).toMatch(
      new RegExp(
        `^bot-${serial} may call bank/pay until .* UTC with amount at most 725, reason any text, customer exactly "cus_91f2", 1 more exactly as it was\\.$`,
      ),
    );
    expect(JSON.stringify(forApprover)).not.toMatch(/(?<![\w-])4711(?![\w-])/);
    await exceptions();
    expect(await read()).toBe(1);
    await expect(world.prisma.$executeRaw`UPDATE approval_exceptions SET scope_envelope = 'x' WHERE id = ${row.id}`).rejects.toThrow(
      /never changes/,
    );
  });

  it('is forgotten when it ended and the server keeps no arguments; the list says so', async () => {
    const forgets = await pending(ARGS, { keepArguments: false });
    await approve(forgets, { for: '15m', scope: LOOSE });
    const keeps = await pending({ ...ARGS, n: 1 });
    await approve(keeps, { for: '15m', scope: LOOSE });
    await world.prisma.$executeRaw`UPDATE approval_exceptions SET expires_at = clock_timestamp() WHERE agent_id = ${binding.agent}`;
    const envelopes = async () =>
      (await world.prisma.approvalException.findMany({ where: { agentId: binding.agent as string }, orderBy: { id: 'asc' } })).map(
        ({ scopeEnvelope }) => scopeEnvelope !== null,
      );
    expect(await envelopes()).toEqual([true, true]);
    // Each node looks once when it starts, and every minute.
    const fresh = await createPostgresApprovals(node('node-c'));
    await expect.poll(envelopes, { timeout: 15_000 }).toEqual([false, true]);
    await fresh.close();
    expect((await exceptions()).map(sentenceOf)).toEqual([
      expect.stringContaining('amount at most 725'),
      expect.stringContaining('a scope that is not kept any more'),
    ]);
  });

  it('is found by its agent and rule alone, among many', async () => {
    for (let n = 0; n < 5; n++)
      await approve(await pending({ ...ARGS, customer: `cus_${n}` }), { for: '1h', scope: { amount: 'at_most' } });
    await world.prisma.approval.updateMany({ where: { status: 'approved' }, data: { status: 'withdrawn' } });
    for (let n = 0; n < 5; n++) expect(await passes({ ...ARGS, customer: `cus_${n}`, amount: n })).toBe(true);
    expect(await passes({ ...ARGS, customer: 'cus_5', amount: 1 })).toBe(false);
  });
});
