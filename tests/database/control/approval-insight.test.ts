import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresApprovals, type PostgresApprovals } from '@/lib/adapters/postgres/approvals';
import { createPostgresLedger, type PostgresLedger } from '@/lib/adapters/postgres/ledger';
import type { ApprovalBinding } from '@/lib/domain/approval/approval-binding';
import type { AuditIntent } from '@/lib/domain/audit-event';
import type { JsonObject } from '@/lib/kernel/json';
import { redactArguments } from '@/lib/policy/redact';
import { type AskChange, askFor, DEMAND } from '../../fixtures/ledger/approval-fixture';
import { callIntent, captureLog } from '../../fixtures/ledger/ledger-fixture';
import { createWorld, type World } from './control-world';

const POLICY = '{ "version": "1", "default": "deny", "tools": { "pay": { "approval": true }, "note": { "approval": true } } }';

let world: World;
let approvals: PostgresApprovals;
let ledger: PostgresLedger;
let binding: ApprovalBinding;
let digests: ReadonlyMap<string, string>;

beforeAll(async () => {
  world = await createWorld();
  // The trail is written by the database's clock.
  world.pass(Date.now() - world.now().getTime());
  await world.addPeople();
  await world.addServer(
    'bank',
    { name: 'pay', description: 'Pays an invoice.', inputSchema: { type: 'object' } },
    { name: 'note', description: 'Adds a note.', inputSchema: { type: 'object' } },
  );
  await world.call('PATCH', '/servers/bank/tools/pay', { body: { category: 'financial', risk: 'high', reason: 'it pays' } });
  await world.call('PUT', '/servers/bank/policies/main', { body: { text: POLICY } });
  expect((await world.call('POST', '/servers/bank/policies/main/publish', { body: {} })).status).toBe(200);
  await world.call('POST', '/agents', { body: { slug: 'bot', name: 'Bot', owner: 'viewer@example.com' } });
  await world.call('POST', '/grants', { body: { agent: 'bot', server: 'bank', policy: 'main' } });
  const options = {
    poolConfig: world.poolConfig,
    node: 'node-a',
    envelope: world.services.envelope,
    hmacKey: randomBytes(32),
    redact: redactArguments,
    log: captureLog(),
  };
  approvals = await createPostgresApprovals(options);
  ledger = await createPostgresLedger(options);
  const grant = await world.prisma.grant.findFirstOrThrow({ include: { policy: true } });
  digests = new Map((await world.prisma.tool.findMany()).map(({ name, digest }) => [name, digest]));
  binding = {
    agent: grant.agentId,
    server: grant.serverId,
    tools: ['pay'],
    arguments: '',
    inputs: null,
    definitions: [],
    policy: { id: grant.policyId as string, version: grant.policy?.liveVersion as number },
    grant: { id: grant.id, scopes: [], purpose: null },
    demand: { rule: DEMAND.rule, approvers: DEMAND.approvers, count: DEMAND.count },
    risk: { category: 'financial', level: 'high' },
  };
});
afterAll(async () => {
  world.expectClean();
  await approvals.close();
  await ledger.close();
  await world.end();
});

/** The same call as an event of the trail and as a request. */
function intentOf(tool: string, args: JsonObject, change: Partial<AuditIntent> = {}): AuditIntent {
  return callIntent({
    server: { id: binding.server, slug: 'bank' },
    agent: { id: binding.agent, slug: 'bot' },
    grant: binding.grant.id,
    policy: { ...binding.policy, slug: 'main' },
    tool,
    args,
    ...change,
  });
}
const made = async (tool: string, args: JsonObject) => {
  const admission = await ledger.admit({ intent: intentOf(tool, args), charges: [] });
  if (!admission.admitted) throw new Error('not admitted');
  ledger.settle(
    { event: admission.event, outcome: 'ok', httpStatus: 200, upstreamMs: 1, gatewayMs: 1, resultBytes: 1, note: null },
    [],
    null,
  );
};
async function pending(
  args: JsonObject,
  change: AskChange & { tool?: string; risk?: AuditIntent['risk'] } = {},
): Promise<{ id: string; digest: string }> {
  const { tool = 'pay', risk = 'high' } = change;
  const bound: Partial<ApprovalBinding> = { ...binding, tools: [tool], definitions: [digests.get(tool) ?? null] };
  delete (bound as { arguments?: string }).arguments;
  const ask = askFor(approvals, { ...change, args, binding: bound });
  const answer = await approvals.ask({
    ...ask,
    intent: { ...intentOf(tool, args), ...{ decision: ask.intent.decision, reason: ask.intent.reason, rule: ask.intent.rule }, risk },
  });
  if (answer.kind !== 'pending') throw new Error(JSON.stringify(answer));
  return { id: answer.approval.id, digest: ask.digest };
}
const approve = (one: { id: string }, body: object = {}, as: 'approver' | 'admin' = 'approver') =>
  world.call('POST', `/approvals/${one.id}/approve`, { as, body });
/** What the verb writes, without its ceremony, for many at once. */
async function approveAll(ids: readonly string[]): Promise<void> {
  await world.prisma.$executeRaw`
    INSERT INTO approval_votes (approval_id, voter_id, voter_kind, voter_name, vote, digest)
    SELECT id, 'usr_many', 'user', 'Many', 'approve', digest FROM approvals WHERE id = ANY (${ids})`;
  await world.prisma.$executeRaw`
    UPDATE approvals SET status = 'approved', decided_at = clock_timestamp(), decided_by = 'Many', usable_until = clock_timestamp() + interval '10 minutes'
    WHERE id = ANY (${ids})`;
}
const context = async (one: { id: string }, as: 'approver' | 'viewer' = 'approver') =>
  (await world.call('GET', `/approvals/${one.id}/context`, { as })).body;

describe('what helps to decide', () => {
  it('compares with the call approved last and with earlier calls, says what came before, and records the reading once', async () => {
    for (let amount = 1; amount <= 20; amount++) await made('pay', { amount, currency: 'usd' });
    // Two commits of the same millisecond have no order that the list could show.
    await sleep(5);
    await made('note', { text: 'x' });
    const first = await pending({ amount: 48, currency: 'usd' });
    await approve(first, { reason: 'fine' });
    const one = await pending({ amount: 725, currency: 'gbp' });
    const seen = await context(one);
    expect(seen.comparison).toMatchObject({
      shown: true,
      calls: 20,
      last: { approval: first.id, by: 'The approver', kept: true },
      rows: [
        { path: 'amount', now: '725', last: '48', usual: 'half up to 11 · 95 % up to 20 · at most 20', marks: ['changed', 'highest'] },
        { path: 'currency', now: '"gbp"', last: '"usd"', usual: 'always "usd"', marks: ['changed', 'new'] },
      ],
    });
    expect(seen.before.map(({ tool }: { tool: string }) => tool)).toEqual(['pay', 'pay', 'pay', 'pay', 'pay', 'note']);
    expect(seen.similar).toEqual({ days: 30, approved: 1, denied: 0, expired: 0 });
    expect(seen.reach[0]).toMatch(/moves money/);
    expect(seen.riskReasons.length).toBeGreaterThan(0);
    await context(one);
    expect(await world.prisma.adminChange.count({ where: { entityId: one.id, action: 'approval.read' } })).toBe(1);
  });

  it('shows no values to whom may not read payloads', async () => {
    const one = await pending({ amount: 999_777 });
    const seen = await context(one, 'viewer');
    expect(seen.comparison).toEqual({ shown: false, why: expect.stringContaining('Approver') });
    expect(JSON.stringify(seen)).not.toContain('999777');
    expect(await world.prisma.adminChange.count({ where: { entityId: one.id } })).toBe(0);
  });
});

describe('contract', () => {
  it('takes a decision without a body, and `for` leaves an exception that ends', async () => {
    const bare = await pending({ amount: 1, n: 'bare' });
    expect((await world.call('POST', `/approvals/${bare.id}/approve`, { as: 'key' })).body.status).toBe('approved');
    const held = await pending({ amount: 1, n: 'while' });
    await approve(held, { for: '15m', reason: 'month end' });
    const { exception } = (await world.call('GET', `/approvals/${held.id}`, { as: 'approver' })).body;
    expect(Date.parse(exception.expiresAt) - Date.now()).toBeGreaterThan(14 * 60_000);
    const no = await pending({ amount: 1, n: 'no' });
    expect((await world.call('POST', `/approvals/${no.id}/deny`, { as: 'approver' })).body).toMatchObject({
      status: 'denied',
      decidedReason: null,
    });
  });

  it('approves a critical call no longer than the rule says', async () => {
    const one = await pending({ amount: 2 }, { risk: 'critical' });
    const refused = await approve(one, { for: '1h' });
    expect([refused.status, refused.body.error.code]).toEqual([422, 'approval.duration']);
    expect((await approve(one, { for: 'once' })).body.status).toBe('approved');
  });
});

describe('who looks', () => {
  const view = (one: { id: string }, as: 'approver' | 'admin', body: object = {}) =>
    world.call('POST', `/approvals/${one.id}/view`, { as, body });
  it('is shown to the others, until they leave', async () => {
    const one = await pending({ amount: 3 });
    expect((await view(one, 'approver')).body).toEqual({ viewers: [] });
    expect((await view(one, 'admin')).body).toEqual({ viewers: ['The approver'] });
    expect((await world.call('GET', `/approvals/${one.id}`, { as: 'approver' })).body.viewers).toEqual(['The admin']);
    await view(one, 'admin', { leaving: true });
    expect((await view(one, 'approver')).body).toEqual({ viewers: [] });
    await world.prisma.$executeRaw`UPDATE approval_viewers SET seen_at = clock_timestamp() - interval '31 seconds'`;
    expect((await view(one, 'admin')).body).toEqual({ viewers: [] });
    expect((await world.call('POST', `/approvals/${one.id}/view`, { as: 'viewer', body: {} })).status).toBe(403);
  });
});

describe('several at once', () => {
  const decide = (verdict: string, requests: object[], as: 'approver' | 'viewer' = 'approver') =>
    world.call('POST', '/approvals/decide', { as, body: { verdict, requests, reason: 'tidy' } });

  it('decides each by itself, and names what could not be decided', async () => {
    const many = [];
    for (let n = 0; n < 3; n++) many.push(await pending({ text: `n${n}` }, { tool: 'note', risk: 'medium' }));
    const [a, b, c] = many as [(typeof many)[0], (typeof many)[0], (typeof many)[0]];
    await world.call('POST', `/approvals/${c.id}/withdraw`, { as: 'approver', body: {} });
    const { body } = await decide('approve', [a, { ...b, digest: 'another' }, c]);
    expect(body.decided.map(({ id, status }: { id: string; status: string }) => [id, status])).toEqual([[a.id, 'approved']]);
    expect(body.refused.map(({ id, code }: { id: string; code: string }) => [id, code])).toEqual([
      [b.id, 'approval.digest'],
      [c.id, 'approval.over'],
    ]);
    expect((await decide('approve', [c])).body.error).toMatchObject({ code: 'approval.none_decided', details: [{ path: '/requests/0' }] });
    expect((await decide('deny', [b])).body.decided[0]).toMatchObject({ status: 'denied', decidedReason: 'tidy' });
    expect(await world.prisma.adminChange.count({ where: { entityId: a.id, action: 'approval.approve' } })).toBe(1);
  });

  it('refuses high risk, a mixture of tools, and whoever may not decide', async () => {
    const high = await pending({ amount: 4 });
    const note = await pending({ text: 'mixed' }, { tool: 'note', risk: 'low' });
    const low = await pending({ amount: 5 }, { risk: 'low' });
    for (const requests of [[high], [note, low], [note, { id: 'apr_none', digest: 'x' }]]) {
      const refused = await decide('approve', requests);
      expect([refused.status, refused.body.error.code]).toEqual([422, 'approval.mixture']);
    }
    expect((await decide('approve', [note], 'viewer')).status).toBe(403);
    for (const one of [high, note, low]) expect((await world.call('GET', `/approvals/${one.id}`)).body.status).toBe('pending');
  });
});

describe('how much people are asked', () => {
  it('counts by rule and by person, and what another `reuse` would have asked', async () => {
    const { body } = await world.call('GET', '/approvals/load?days=7', { as: 'viewer' });
    expect(body.asked).toBe(await world.prisma.approval.count());
    const pay = body.rules.find(({ tool }: { tool: string }) => tool === 'pay');
    expect(pay).toMatchObject({ server: 'bank', policy: 'main', asksTooMuch: false });
    expect(pay.alternatives.map(({ reuse }: { reuse: string }) => reuse)).toEqual(['15m', '1h', '8h']);
    const person = body.approvers.find(({ name }: { name: string }) => name === 'The approver');
    expect(person.decided).toBe(await world.prisma.approvalVote.count({ where: { voterName: 'The approver' } }));
    expect(person.medianSeconds).toBeLessThan(60);
    expect((await world.call('GET', '/approvals/load?days=0')).status).toBe(400);
  });

  it('suggests a condition that would have asked less, from the arguments, for readers of payloads, and records the reading', async () => {
    const ids: string[] = [];
    for (let size = 1; size <= 25; size++) {
      ids.push((await pending({ memo: 'rent', size }, { tool: 'note', risk: 'low' })).id);
      // No more than 20 of an agent wait at once.
      if (size % 5 === 0) await approveAll(ids.splice(0));
    }
    const no = await pending({ memo: 'other', size: 20 }, { tool: 'note', risk: 'low' });
    await world.call('POST', `/approvals/${no.id}/deny`, { as: 'approver', body: { digest: no.digest } });
    const path = `/approvals/load/alternatives?server=bank&policy=main&tool=note&rule=${encodeURIComponent(DEMAND.rule)}`;
    expect((await world.call('GET', path, { as: 'viewer' })).status).toBe(403);
    const { status, body } = await world.call('GET', path, { as: 'approver' });
    expect(status).toBe(200);
    const notes = await world.prisma.approval.count({ where: { tool: 'note' } });
    expect(body).toMatchObject({ requests: notes, kept: notes });
    expect(body.alternatives).toContainEqual({
      condition: { path: 'args.memo', op: 'not_in', value: ['rent'] },
      asked: notes - 25,
      unanswered: 0,
      range: null,
    });
    expect(body.alternatives).toContainEqual({
      condition: { path: 'args.size', op: 'gt', value: 19 },
      asked: notes - 19,
      unanswered: 0,
      range: { lowest: 1, highest: 25 },
    });
    await world.call('GET', path, { as: 'approver' });
    expect(await world.prisma.adminChange.count({ where: { action: 'approval.alternatives' } })).toBe(1);
    const none = await world.call('GET', path.replace('tool=note', 'tool=nothing'), { as: 'approver' });
    expect(none.body).toEqual({ requests: 0, kept: 0, alternatives: [] });
  });
});
