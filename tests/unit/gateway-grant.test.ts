import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jsonReply } from '@/lib/adapters/memory/memory-upstreams';
import type { AgentView, GrantView } from '@/lib/gateway/snapshot-port';
import { makeToken } from '@/lib/kernel/token';
import { compilePolicy } from '@/lib/policy/compile';
import { newWorld, type ToolSpec, type World } from './gateway-world';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 20, 12);
const TOOLS: readonly ToolSpec[] = [
  { name: 'refund', description: 'Refunds.', inputSchema: { type: 'object', properties: { amount: { type: 'number' } } } },
  { name: 'wipe', description: 'Deletes.', inputSchema: { type: 'object' } },
];

/** `pol_1` allows refunds, `pol_2` also wiping. */
function elevatableWorld(elevated: object = { version: '1', default: 'allow' }): World {
  const world = newWorld({ tools: TOOLS, policy: { version: '1', default: 'deny', hide: ['wipe'], tools: { refund: {} } } });
  const { policy } = compilePolicy(JSON.stringify(elevated), null);
  if (policy === null) throw new Error('the policy of the test does not compile');
  const more = { id: 'pol_2', slug: 'break-glass', version: 7, compiled: policy };
  const base = world.snapshots.current()?.serverBySlug('shop')?.policies.get('pol_1');
  if (base === undefined) throw new Error('the world has no policy');
  world.putServer({
    policies: new Map([
      ['pol_1', base],
      ['pol_2', more],
    ]),
  });
  return world;
}
const elevate = (world: World, untilMs: number, change: Partial<GrantView> = {}) =>
  world.putGrant(world.token, { elevation: { policyId: 'pol_2', untilMs }, ...change });
const ran = async (world: World, tool: string) => {
  const body = await (await world.call(tool, {})).json();
  return body.error === undefined && body.result.isError !== true;
};

describe('an elevation', () => {
  it('decides by the other policy until its end, and falls back by the clock alone, without a newer snapshot', async () => {
    const world = elevatableWorld();
    expect(await ran(world, 'wipe')).toBe(false);
    elevate(world, NOW + MINUTE);
    const { version } = world.snapshots.current() ?? {};
    world.clock.now = NOW + MINUTE - 1;
    expect(await ran(world, 'wipe')).toBe(true);
    expect(world.last().intent).toMatchObject({ decision: 'allowed', policy: { id: 'pol_2', slug: 'break-glass', version: 7 } });
    world.clock.now = NOW + MINUTE;
    expect(await ran(world, 'wipe')).toBe(false);
    expect(world.last().intent).toMatchObject({ decision: 'hidden', policy: { id: 'pol_1', version: 41 } });
    expect(await ran(world, 'refund')).toBe(true);
    expect(world.snapshots.current()?.version).toBe(version);
  });

  it('shows its tools in the list, for as long', async () => {
    const world = elevatableWorld();
    world.upstreams.scripts.set('tools/list', () => jsonReply({ jsonrpc: '2.0', id: 1, result: { tools: [...TOOLS] } }));
    elevate(world, NOW + MINUTE);
    const names = async () => {
      const answer = await world.send({ body: { jsonrpc: '2.0', id: 1, method: 'tools/list' } });
      return (await answer.json()).result.tools.map((tool: { name: string }) => tool.name);
    };
    expect(await names()).toEqual(['refund', 'wipe']);
    world.clock.now = NOW + MINUTE;
    expect(await names()).toEqual(['refund']);
  });

  it('can never make a grant good again, and denies everything when its policy is not published', async () => {
    const world = elevatableWorld();
    elevate(world, NOW + MINUTE, { expiresAtMs: NOW - 1 });
    expect((await world.call('wipe', {})).status).toBe(401);
    elevate(world, NOW + MINUTE, { status: 'revoked' });
    expect((await world.call('wipe', {})).status).toBe(401);
    world.putGrant(world.token, { elevation: { policyId: 'pol_gone', untilMs: NOW + MINUTE } });
    expect(await ran(world, 'refund')).toBe(false);
    expect(world.last().intent).toMatchObject({ reason: 'policy.none' });
  });

  it('that ends while a call waits for a person ends what was asked for', async () => {
    const hold = { graceMs: 5, commentEveryMs: 5, holdMs: 60_000 };
    const world = newWorld({ tools: TOOLS, policy: { version: '1', default: 'deny' }, hold });
    const asking = compilePolicy('{"version":"1","default":"deny","tools":{"wipe":{"approval":true}}}', null).policy;
    if (asking === null) throw new Error('the policy of the test does not compile');
    const base = world.snapshots.current()?.serverBySlug('shop')?.policies.get('pol_1');
    if (base === undefined) throw new Error('the world has no policy');
    world.putServer({
      policies: new Map([
        ['pol_1', base],
        ['pol_2', { id: 'pol_2', slug: 'break-glass', version: 7, compiled: asking }],
      ]),
    });
    elevate(world, NOW + MINUTE);
    const text = (await world.call('wipe', {})).text();
    while (world.approvals.holds.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    world.clock.now = NOW + MINUTE;
    world.approvals.approve(world.approvals.all[0]?.id ?? '', 'Ben');
    expect(await text).toContain('"isError":true');
    expect(world.upstreams.count('tools/call')).toBe(0);
    expect(world.approvals.all[0]?.state.status).toBe('stale');
  });
});

describe('the times of a grant', () => {
  it('begin and end by the clock of the database, without a newer snapshot', async () => {
    const world = newWorld();
    world.putGrant(world.token, { notBeforeMs: NOW + MINUTE, expiresAtMs: NOW + 2 * MINUTE });
    const statusAt = async (ms: number) => {
      world.clock.now = ms;
      return (await world.call('refund', { amount: 1 })).status;
    };
    expect(await statusAt(NOW + MINUTE - 1)).toBe(403);
    expect(await statusAt(NOW + MINUTE)).toBe(200);
    expect(await statusAt(NOW + 2 * MINUTE - 1)).toBe(200);
    expect(await statusAt(NOW + 2 * MINUTE)).toBe(401);
  });

  it('give a token that was rotated out its grace and no more', async () => {
    const world = newWorld();
    const fresh = makeToken(randomBytes(32));
    world.putGrant(world.token, { tokenExpiresAtMs: NOW + MINUTE });
    world.putGrant(fresh);
    world.clock.now = NOW + MINUTE - 1;
    expect((await world.call('refund', { amount: 1 })).status).toBe(200);
    world.clock.now = NOW + MINUTE;
    expect((await world.call('refund', { amount: 1 })).status).toBe(401);
    expect((await world.call('refund', { amount: 1 }, { token: fresh })).status).toBe(200);
  });

  it('mean nothing without a policy: everything is denied', async () => {
    const world = newWorld();
    world.putGrant(world.token, { policyId: null });
    for (const tool of ['list', 'refund', 'wire', 'remove']) expect(await ran(world, tool), tool).toBe(false);
    expect(world.upstreams.count('tools/call')).toBe(0);
  });
});

describe('a policy that looks at the grant', () => {
  const condition = (path: string, op: string, value: unknown) => ({
    version: '1',
    default: 'deny',
    tools: { refund: { require: [{ conditions: [{ path, op, value }], on_deny: `Needs ${path}.` }] } },
  });
  const cases: [string, object, Partial<GrantView>, Partial<AgentView>, boolean][] = [
    ['a purpose that is there', condition('grant.purpose', 'exists', true), { purpose: 'month end' }, {}, true],
    ['a purpose that is missing', condition('grant.purpose', 'exists', true), {}, {}, false],
    ['the purpose it demands', condition('grant.purpose', 'eq', 'month end'), { purpose: 'month end' }, {}, true],
    ['another purpose', condition('grant.purpose', 'eq', 'month end'), { purpose: 'testing' }, {}, false],
    ['the owner it demands', condition('agent.owner', 'eq', 'ann@example.com'), {}, {}, true],
    ['another owner', condition('agent.owner', 'eq', 'ann@example.com'), {}, { owner: 'ben@example.com' }, false],
    ['a scope that was given', condition('grant.scopes', 'contains', 'refunds'), { scopes: ['read', 'refunds'] }, {}, true],
    ['a scope that was not', condition('grant.scopes', 'contains', 'refunds'), { scopes: ['read'] }, {}, false],
    ['no scopes at all', condition('grant.scopes', 'contains', 'refunds'), {}, {}, false],
  ];
  it.each(cases)('finds %s', async (_, policy, grant, agent, allowed) => {
    const world = newWorld({ tools: TOOLS, policy });
    world.putGrant(world.token, grant, agent);
    expect(await ran(world, 'refund')).toBe(allowed);
    if (!allowed) expect(world.last().intent).toMatchObject({ decision: 'denied', message: expect.stringContaining('Needs ') });
  });

  it('demands that the owner of the agent is among the owners of the resource', async () => {
    const schema = { type: 'object', properties: { owners: { type: 'array' } } };
    const world = newWorld({
      tools: [{ name: 'refund', description: 'Refunds.', inputSchema: schema }],
      policy: condition('agent.owner', 'in', 'args.owners'),
    });
    const isError = async (args: object) => (await (await world.call('refund', args)).json()).result.isError === true;
    expect(await isError({ owners: ['eve@example.com', 'ann@example.com'] })).toBe(false);
    expect(await isError({ owners: ['eve@example.com'] })).toBe(true);
    expect(await isError({})).toBe(true);
  });
});

it('tells of every request that a grant was good for, and of no other', async () => {
  const world = newWorld();
  const seen: string[] = [];
  world.ports.onUse = (grant, client, ip) => seen.push(`${grant} ${client?.name ?? '-'} ${ip}`);
  await world.call('refund', { amount: 1 });
  await world.call('remove', {});
  world.putGrant(world.token, { status: 'revoked' });
  await world.call('refund', { amount: 1 });
  expect(seen).toEqual(['grt_1 - 192.0.2.7', 'grt_1 - 192.0.2.7']);
});
