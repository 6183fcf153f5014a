import { describe, expect, it } from 'vitest';
import { CredentialFailure, type UpstreamTarget } from '@/lib/gateway/upstream-port';
import { newWorld } from './gateway-world';

describe('the credential for a server', () => {
  it('follows from the agent of the grant, whatever the caller says', async () => {
    const world = newWorld();
    const used: (string | undefined)[] = [];
    const post = world.upstreams.post.bind(world.upstreams);
    world.upstreams.post = (target: UpstreamTarget, request) => {
      used.push(target.credentialOf);
      return post(target, request);
    };
    const server = world.snapshots.current()?.serverBySlug('shop');
    if (server === undefined) throw new Error('no server');
    const own = (agent: string) => new Map([[agent, { ...server.target, credentialOf: agent, revision: 'own' }]]);
    await world.call('refund', { amount: 1 });
    world.snapshots.putServer({ ...server, agentTargets: own('agt_2') });
    await world.call('refund', { amount: 1 }, { headers: { 'x-credential': 'agt_2' } });
    world.snapshots.putServer({ ...server, agentTargets: own('agt_1') });
    await world.call('refund', { amount: 1 });
    expect(used).toEqual([undefined, undefined, 'agt_1']);
  });

  it('is missed in words when only an operator can bring it back, and nothing counts as sent', async () => {
    const words = 'The gateway has to be reconnected. The call was not made.';
    const world = newWorld();
    world.upstreams.post = async () => Promise.reject(new CredentialFailure(words));
    const { result } = await (await world.call('refund', { amount: 1 })).json();
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain(words);
    expect(world.ledger.events.at(-1)?.settlement).toMatchObject({ outcome: 'not_sent', note: words });
  });
});
