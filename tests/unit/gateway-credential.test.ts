import { describe, expect, it } from 'vitest';
import { streamReply } from '@/lib/adapters/memory/memory-upstreams';
import { CredentialFailure, type Upstreams, type UpstreamTarget } from '@/lib/gateway/upstream-port';
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

  it('that cannot be looked for in an answer lets go of the server, and nothing of the answer is passed on', async () => {
    const world = newWorld();
    const session = await world.initialize();
    const signals: AbortSignal[] = [];
    const endless = (signal: AbortSignal) => {
      signals.push(signal);
      return streamReply(
        (async function* () {
          yield 'data: {"jsonrpc":"2.0","method":"notifications/message"}\n\n';
          await new Promise(() => {});
        })(),
      );
    };
    world.upstreams.onListen = (_session, signal) => endless(signal);
    world.upstreams.scripts.set('ping', ({ signal }) => endless(signal));
    (world.upstreams as Upstreams).secretsIn = async () => Promise.reject(new Error('sealed with another key'));
    const headers = { 'mcp-session-id': session };
    const stream = await world.send({ method: 'GET', raw: null, headers: { ...headers, accept: 'text/event-stream' } });
    const ping = await world.send({ body: { jsonrpc: '2.0', id: 1, method: 'ping' }, headers });
    for (const answer of [stream, ping]) expect(await answer.text()).not.toContain('notifications/message');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});
