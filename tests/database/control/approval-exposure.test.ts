import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresApprovals, type PostgresApprovals } from '@/lib/adapters/postgres/approvals';
import { createPostgresLedger, type PostgresLedger } from '@/lib/adapters/postgres/ledger';
import { withValues } from '@/lib/control/readable-trace';
import type { ApprovalBinding } from '@/lib/domain/approval/approval-binding';
import type { AuditIntent } from '@/lib/domain/audit-event';
import type { JsonObject } from '@/lib/kernel/json';
import { redactArguments } from '@/lib/policy/redact';
import { askFor, DEMAND } from '../../fixtures/ledger/approval-fixture';
import { callIntent, captureLog } from '../../fixtures/ledger/ledger-fixture';
import { createWorld, type World } from './control-world';

const POLICY = '{ "version": "1", "default": "deny", "tools": { "*": { "approval": true } } }';
let world: World;
let approvals: PostgresApprovals;
let ledger: PostgresLedger;
let binding: ApprovalBinding;
let digests: ReadonlyMap<string, string>;

beforeAll(async () => {
  world = await createWorld();
  world.pass(Date.now() - world.now().getTime());
  await world.addPeople();
  await world.addServer(
    'bank',
    { name: 'erase', description: 'Deletes all records of a customer.', inputSchema: { type: 'object' } },
    { name: 'call_any', description: 'Runs another tool.', inputSchema: { type: 'object' } },
  );
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
    tools: ['erase'],
    arguments: '',
    inputs: null,
    definitions: [digests.get('erase') ?? null],
    policy: { id: grant.policyId as string, version: grant.policy?.liveVersion as number },
    grant: { id: grant.id, scopes: [], purpose: null },
    demand: { rule: DEMAND.rule, approvers: DEMAND.approvers, count: DEMAND.count },
    risk: { category: 'destructive', level: 'high' },
  };
});
afterAll(async () => {
  world.expectClean();
  await approvals.close();
  await ledger.close();
  await world.end();
});

const intentOf = (args: JsonObject, change: Partial<AuditIntent> = {}): AuditIntent =>
  callIntent({
    server: { id: binding.server, slug: 'bank' },
    agent: { id: binding.agent, slug: 'bot' },
    grant: binding.grant.id,
    policy: { ...binding.policy, slug: 'main' },
    tool: 'erase',
    args,
    ...change,
  });

async function pending(args: JsonObject, change: Partial<AuditIntent> = {}): Promise<{ id: string; digest: string }> {
  const ask = askFor(approvals, { args, binding: { ...binding, arguments: approvals.argumentsDigest(JSON.stringify(args)) } });
  const answer = await approvals.ask({
    ...ask,
    intent: intentOf(args, { decision: 'needs_approval', reason: 'approval.needed', ...change }),
  });
  if (answer.kind !== 'pending') throw new Error(JSON.stringify(answer));
  return { id: answer.approval.id, digest: ask.digest };
}

describe('who may not read payloads', () => {
  const trace: AuditIntent['trace'] = [
    {
      stage: 'approval',
      rule: '/tools/erase/approval/when/0',
      tool: 'erase',
      path: 'args.customer',
      op: 'eq',
      expected: 'vip',
      actual: 'cus_canary_77',
      result: 'pass',
    },
  ];

  it('gets no value of the arguments out of the trace, of a request or of an event', async () => {
    const one = await pending({ customer: 'cus_canary_77' }, { trace });
    const event = await ledger.record(intentOf({ customer: 'cus_canary_77' }, { trace }));
    for (const path of [`/approvals/${one.id}`, `/audit/${event}`]) {
      const seen = await world.call('GET', path, { as: 'viewer' });
      expect(seen.body.trace[0]).toMatchObject({ path: 'args.customer', expected: 'vip', result: 'pass' });
      expect(seen.text).not.toContain('canary');
      expect((await world.call('GET', path, { as: 'approver' })).body.trace[0].actual).toBe('cus_canary_77');
    }
  });
});

describe('what stands in the database of the arguments', () => {
  const step = (path: string, actual: string): AuditIntent['trace'][number] => ({
    stage: 'require',
    rule: '/r',
    tool: 'erase',
    path,
    op: 'eq',
    expected: 'x',
    actual,
    result: 'fail',
  });
  const stored = async (): Promise<string> => {
    const rows = await world.prisma.$queryRawUnsafe<{ row: string }[]>(
      'SELECT row_to_json(e)::text AS row FROM audit_events e UNION ALL SELECT row_to_json(a)::text FROM approvals a',
    );
    return rows.map(({ row }) => row).join('\n');
  };

  it('is sealed in the trace as well, and readers of payloads are shown it again; facts that are no arguments stay', async () => {
    const trace = [step('agent.environment', 'plain_fact_1'), step('args.customer', 'cus_sealed_1'), step('args.note', 'note_sealed_1')];
    const one = await pending({ customer: 'cus_sealed_1' }, { trace });
    const event = await ledger.record(intentOf({ customer: 'cus_sealed_1' }, { trace }));
    const text = await stored();
    expect(text).not.toMatch(/(cus|note)_sealed_1/);
    expect(text).toContain('plain_fact_1');
    for (const path of [`/approvals/${one.id}`, `/audit/${event}`]) {
      const { body } = await world.call('GET', path, { as: 'approver' });
      expect(body.trace.map(({ actual }: { actual: string }) => actual)).toEqual(['plain_fact_1', 'cus_sealed_1', 'note_sealed_1']);
      expect(body.arguments).toMatchObject({ shown: true, value: { customer: 'cus_sealed_1' } });
    }
    expect((await world.call('GET', '/audit/verify', { as: 'admin' })).body.ok).toBe(true);
  });

  it('is nothing at all where arguments are not kept, and a request forgets it when it is over', async () => {
    const trace = [step('args.customer', 'cus_unkept_1')];
    const change = { trace, keepArguments: false };
    const one = await pending({ customer: 'cus_unkept_1' }, change);
    const event = await ledger.record(intentOf({ customer: 'cus_unkept_1' }, change));
    expect((await world.call('GET', `/approvals/${one.id}`, { as: 'approver' })).body.trace[0].actual).toBe('cus_unkept_1');
    await world.call('POST', `/approvals/${one.id}/deny`, { as: 'approver', body: { digest: one.digest, reason: 'no' } });
    for (const path of [`/approvals/${one.id}`, `/audit/${event}`]) {
      const { body } = await world.call('GET', path, { as: 'approver' });
      expect(body.trace[0].path).toBe('args.customer');
      expect(body.trace[0].actual).toBeUndefined();
    }
    expect(await stored()).not.toContain('cus_unkept_1');
  });

  it('of an event from before stays readable', () => {
    const old = [{ ...step('args.customer', 'cus_old_1') }];
    expect(withValues(old, [])).toEqual(old);
  });
});

describe('the context of a request', () => {
  it('tells why the tool is risky that would run, not the one that runs it', async () => {
    const one = await pending({ tool: 'erase' }, { tool: 'call_any', innerTool: 'erase' });
    const { body } = await world.call('GET', `/approvals/${one.id}/context`, { as: 'approver' });
    const erase = await world.prisma.tool.findFirstOrThrow({ where: { name: 'erase' } });
    expect(body.riskReasons).toEqual(erase.reasons);
  });

  it('opens a bounded amount of earlier arguments, however large an agent made them', async () => {
    for (let n = 0; n < 12; n++) await ledger.admit({ intent: intentOf({ n, filler: 'x'.repeat(900_000) }), charges: [] });
    const one = await pending({ n: 99 });
    let opened = 0;
    const services = world.services as { openArguments: (typeof world.services)['openArguments'] };
    const open = services.openArguments;
    services.openArguments = (event) => {
      opened += event.envelope.length;
      return open(event);
    };
    const { body } = await world.call('GET', `/approvals/${one.id}/context`, { as: 'approver' });
    services.openArguments = open;
    expect(body.comparison.calls).toBeGreaterThan(0);
    expect(opened).toBeLessThan(6_000_000);
  });
});

describe('what people write', () => {
  it('is stored whatever characters it has', async () => {
    for (const [verb, body] of [
      ['approve', { for: '15m' }],
      ['deny', {}],
      ['withdraw', {}],
    ] as const) {
      const one = await pending({ verb });
      const answer = await world.call('POST', `/approvals/${one.id}/${verb}`, { as: 'approver', body: { ...body, reason: 'a\u0000b' } });
      expect([verb, answer.status], answer.text).toEqual([verb, 200]);
      if (verb !== 'approve') continue;
      const revoked = await world.call('POST', `/approvals/${one.id}/withdraw`, { as: 'approver', body: { reason: 'c\u0000d' } });
      expect(revoked.status, revoked.text).toBe(200);
    }
  });
});

describe('the load of many decisions', () => {
  it('is counted in time that grows with their number, not with its square', async () => {
    const row = await pending({ load: true });
    await world.prisma.$transaction(
      async (tx) => {
        await tx.$executeRaw`SET LOCAL session_replication_role = replica`;
        await tx.$executeRaw`
          INSERT INTO approvals SELECT (jsonb_populate_record(a, jsonb_build_object('id', 'apr_load_' || n, 'digest', 'd' || n, 'status', 'denied'))).*
            FROM approvals a, generate_series(1, 30000) n WHERE a.id = ${row.id}`;
        await tx.$executeRaw`
          INSERT INTO approval_votes (approval_id, voter_id, voter_kind, voter_name, vote, digest)
          SELECT 'apr_load_' || n, 'usr_busy', 'user', 'Busy', 'deny', 'd' FROM generate_series(1, 30000) n`;
      },
      { timeout: 60_000 },
    );
    const from = performance.now();
    const { body } = await world.call('GET', '/approvals/load', { as: 'viewer' });
    expect(body.approvers.find(({ name }: { name: string }) => name === 'Busy').decided).toBe(30_000);
    expect(performance.now() - from).toBeLessThan(2_500);
    await world.prisma.approval.deleteMany({ where: { id: { startsWith: 'apr_load_' } } });
  }, 120_000);
});
