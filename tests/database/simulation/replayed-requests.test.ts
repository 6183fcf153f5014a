import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { argumentsAad } from '@/lib/domain/sealed-value';
import { createEnvelope } from '@/lib/env/envelope';
import { newId } from '@/lib/kernel/ids';
import type { SeededWorld } from '../../fixtures/seed/seeded-world';
import { createSimulationWorld, ended } from './simulation-fixture';

interface Recorded {
  readonly method: string;
  readonly target: string | null;
  readonly args?: object;
  readonly decision?: string;
  readonly reason?: string;
  readonly rule?: string;
}

const DRAFT = {
  version: '1',
  default: 'deny',
  resources: {
    default: 'deny',
    rules: { 'file:///docs/*': { limits: [{ counter: 'reads', window: 'day', max: 2 }] } },
  },
  prompts: { default: 'allow', rules: { review: { deny_if: [{ path: 'args.depth', op: 'eq', value: 'full' }] } } },
  server: { default: 'deny', sampling: { require: [{ path: 'args.maxTokens', op: 'lte', value: 1000 }] } },
};
const ungoverned = { decision: 'allowed', reason: 'request.ungoverned', rule: '(not governed)' };
const ROWS: readonly Recorded[] = [
  { method: 'resources/read', target: 'file:///docs/a.md' },
  { method: 'resources/read', target: 'file:///docs/b.md' },
  { method: 'resources/read', target: 'file:///docs/c.md' },
  { method: 'resources/read', target: 'file:///etc/passwd', ...ungoverned },
  { method: 'resources/read', target: `file:///docs/${'x'.repeat(2_000)}` },
  { method: 'prompts/get', target: 'review', args: { depth: 'full' } },
  { method: 'prompts/get', target: 'review', args: { depth: 'short' } },
  { method: 'prompts/get', target: 'review' },
  { method: 'prompts/get', target: 'other', decision: 'denied', reason: 'policy.default_deny', rule: '(default deny)' },
  { method: 'sampling/createMessage', target: 'sampling', args: { maxTokens: 5_000 } },
  { method: 'elicitation/create', target: 'https://example.com/form', args: { url: 'https://example.com/form' }, ...ungoverned },
  { method: 'resources/read', target: null, decision: 'refused', reason: 'protocol.invalid_params', rule: '(gateway)' },
  { method: 'tools/list', target: null },
];

let fixture: Awaited<ReturnType<typeof createSimulationWorld>>;
beforeAll(async () => {
  fixture = await createSimulationWorld();
  const { world, seeded, nowMs, secretKey } = fixture;
  await world.prisma.writer.create({ data: { id: 'wrt_1', lockKey: 1n, node: 'node', lastHash: 'a', owner: 'wrt_1' } });
  const envelope = createEnvelope(secretKey);
  const [caller] = seeded.callers as [SeededWorld['callers'][number]];
  for (const [index, row] of ROWS.entries()) {
    const atMs = nowMs - 3_600_000 + index * 1_000;
    const id = newId('evt', atMs, randomBytes(10));
    await world.prisma.auditEvent.create({
      data: {
        id,
        at: new Date(atMs),
        writer: 'wrt_1',
        seq: BigInt(index + 1),
        previousHash: 'a',
        hash: 'b',
        method: row.method,
        decision: row.decision ?? 'allowed',
        reason: row.reason ?? 'policy.allowed',
        rule: row.rule ?? '/resources/all',
        serverId: seeded.server.id,
        serverSlug: seeded.server.slug,
        agentId: caller.agent.id,
        agentSlug: caller.agent.slug,
        grantId: caller.grant.id,
        policyId: seeded.policy.id,
        policySlug: seeded.policy.slug,
        policyVersion: seeded.policy.version,
        target: row.target?.slice(0, 2_000) ?? null,
        argumentsEnvelope: row.args === undefined ? null : envelope.seal(JSON.stringify(row.args), argumentsAad(id)),
        expectsOutcome: false,
        trace: [],
      },
    });
  }
  fixture.startRunner();
});
afterAll(() => fixture.end());

const simulate = async (text: object, more: object = {}) => {
  const body = { server: 'seeded', policy: 'back-office', text: JSON.stringify(text), days: 1, ...more };
  const started = await fixture.world.call('POST', '/simulations', { as: 'author', body });
  expect(started.status, started.text).toBe(201);
  return (await ended(fixture.world, started.body.id)).result;
};

describe('replaying requests that are no tool calls', () => {
  it('decides resources, prompts and what servers ask by the rules of the draft, with limits in the order of the trail', async () => {
    const result = await simulate(DRAFT);
    expect(result.calls).toBe(12);
    const cell = (from: string, to: string) =>
      result.matrix.find((one: { from: string; to: string }) => one.from === from && one.to === to);
    expect(cell('allowed', 'limited').samples).toMatchObject([
      { tool: 'resources/read file:///docs/c.md', rule: '/resources/rules/file:~1~1~1docs~1*/limits/0', ruleBefore: '/resources/all' },
    ]);
    const denied = cell('allowed', 'denied');
    expect(denied.samples.map((one: { tool: string; rule: string }) => [one.tool, one.rule]).sort()).toEqual([
      ['elicitation/create', '(default deny)'],
      ['prompts/get review', '/prompts/rules/review/deny_if/0'],
      ['resources/read file:///etc/passwd', '(default deny)'],
      ['sampling/createMessage', '/server/sampling/require/0'],
    ]);
    expect(cell('denied', 'allowed').samples).toMatchObject([{ tool: 'prompts/get other' }]);
    expect(cell('allowed', 'allowed').calls).toBe(3);
    expect(result.newly).toMatchObject({ denied: 4, limited: 1, allowed: 1 });
    expect(result.cannotTell).toEqual({
      total: 3,
      reasons: expect.arrayContaining([
        // An address that the trail had to cut, and a prompt whose arguments were not kept.
        { reason: 'arguments_not_kept', calls: 2 },
        { reason: 'not_decided_by_policy', calls: 1 },
      ]),
    });
    const group = result.groups.find((one: { by: string; key: string }) => one.by === 'tool' && one.key === 'prompts/get review');
    expect(group).toMatchObject({ calls: 3, changed: 1, cannotTell: 1 });
  });

  it('says of what the draft does not speak of that it passes', async () => {
    const result = await simulate({ version: '1', default: 'deny' });
    expect(result.newly).toMatchObject({ denied: 0, allowed: 1 });
    expect(result.groups.filter((one: { by: string }) => one.by === 'rule').map((one: { key: string }) => one.key)).toEqual([
      '(not governed)',
    ]);
  });

  it('leaves them out of policies that are made from what was observed, which are about tools', async () => {
    const { body } = await fixture.world.call('GET', '/servers/seeded/observed-policy?days=1', { as: 'author' });
    expect(body.calls).toBe(0);
  });
});
