import { describe, expect, it } from 'vitest';
import type { ActiveRestriction } from '@/lib/domain/anomaly/agent-restriction';
import { newWorld } from './gateway-world';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 20, 12);
const restriction = (change: Partial<ActiveRestriction> = {}): ActiveRestriction => ({
  id: 'rst_1',
  agentId: 'agt_1',
  mode: 'pause',
  serverId: null,
  tool: null,
  untilMs: NOW + 10 * MINUTE,
  ...change,
});
// biome-ignore lint/suspicious/noExplicitAny: what tests look into
const decisionOf = (body: any) => body.result?._meta?.['dev.callgate/decision'];

describe('a paused agent', () => {
  it('is refused with its own reason and the time left, recorded, and nothing is sent', async () => {
    const world = newWorld();
    world.snapshots.setRestrictions([restriction()]);
    const answer = await world.call('refund', { amount: 1 });
    const body = await answer.json();
    expect([answer.status, body.result.isError]).toEqual([200, true]);
    expect(decisionOf(body)).toMatchObject({ outcome: 'limited', reason: 'anomaly.paused', rule: '(anomaly)', retryAfterMs: 10 * MINUTE });
    expect(body.result.content[0].text).toMatch(/^Stopped as unusual: .* NOT EXECUTED\. Do not repeat it .* 600 seconds/);
    expect(world.last().intent).toMatchObject({ decision: 'limited', reason: 'anomaly.paused', tool: 'refund' });
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('can call again by the clock alone, and when it was lifted', async () => {
    const world = newWorld();
    world.snapshots.setRestrictions([restriction()]);
    world.clock.now += 10 * MINUTE;
    expect((await (await world.call('refund', { amount: 1 })).json()).result.isError).toBeUndefined();
    world.clock.now -= 10 * MINUTE;
    world.snapshots.setRestrictions([]);
    expect((await (await world.call('refund', { amount: 1 })).json()).result.isError).toBeUndefined();
  });

  it('may list, and is nobody else', async () => {
    const world = newWorld();
    world.snapshots.setRestrictions([restriction(), restriction({ agentId: 'agt_2' })]);
    const listed = await (await world.send({ body: { jsonrpc: '2.0', id: 1, method: 'tools/list' } })).json();
    expect(listed.error).toBeUndefined();
    world.snapshots.setRestrictions([restriction({ agentId: 'agt_2' })]);
    expect((await (await world.call('refund', { amount: 1 })).json()).result.isError).toBeUndefined();
  });
});

describe('an agent whose calls need a person for a while', () => {
  const asking = restriction({ mode: 'approval', serverId: 'srv_1', tool: 'refund' });

  it('asks for what the policy allows, says why, and runs what was approved once', async () => {
    const world = newWorld();
    world.snapshots.setRestrictions([asking]);
    const body = await (await world.call('refund', { amount: 1 })).json();
    expect(decisionOf(body)).toMatchObject({ outcome: 'needs_approval', reason: 'approval.needed', rule: '(anomaly)' });
    expect(world.approvals.all[0]?.ask.intent.trace.at(-1)).toMatchObject({ stage: 'approval', rule: '(anomaly)', decided: true });
    expect(world.upstreams.posts).toHaveLength(0);
    world.approvals.approve(world.approvals.all[0]?.id ?? '', 'Ben');
    expect((await (await world.call('refund', { amount: 1 })).json()).result.isError).toBeUndefined();
    expect(world.upstreams.posts.filter(({ method }) => method === 'tools/call')).toHaveLength(1);
  });

  it('goes on with other tools, and is denied what the policy denies', async () => {
    const world = newWorld();
    world.snapshots.setRestrictions([asking, restriction({ mode: 'approval', serverId: 'srv_1', tool: 'remove' })]);
    expect((await (await world.call('list')).json()).result.isError).toBeUndefined();
    expect(decisionOf(await (await world.call('remove')).json())).toMatchObject({ outcome: 'denied', reason: 'policy.action_deny' });
    expect(decisionOf(await (await world.call('refund', { amount: 900 })).json())).toMatchObject({
      outcome: 'denied',
      reason: 'argument.denied',
    });
    expect(world.approvals.all).toHaveLength(0);
  });
});
