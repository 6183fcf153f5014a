import { describe, expect, it } from 'vitest';
import { jsonReply, type Script } from '@/lib/adapters/memory/memory-upstreams';
import { newWorld, type World } from './gateway-world';

const error = (id: unknown, code: number, message: string) => ({ jsonrpc: '2.0', id, error: { code, message } });

/** An upstream that answers nothing outside a session, as most do. */
function insisting(world: World, refusal: { status: number; code: number } = { status: 400, code: -32000 }): World {
  let opened = 0;
  world.upstreams.scripts.set('initialize', (request) =>
    jsonReply(
      {
        jsonrpc: '2.0',
        id: request.rpcId,
        result: { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'u', version: '1' } },
      },
      200,
      `upstream-${++opened}`,
    ),
  );
  world.upstreams.scripts.set('tools/call', (request) =>
    request.session?.upstreamId
      ? jsonReply({ jsonrpc: '2.0', id: request.rpcId, result: { content: [{ type: 'text', text: request.session.upstreamId }] } })
      : jsonReply(error(request.rpcId, refusal.code, 'Bad Request: no session'), refusal.status),
  );
  return world;
}

describe('a call without a session', () => {
  it('goes in a session of the gateway when the upstream insists on one, and in the same one from then on', async () => {
    const world = insisting(newWorld());
    const first = await world.call('refund', { amount: 1 });
    expect(first.status).toBe(200);
    expect((await first.json()).result.content[0].text).toBe('upstream-1');
    expect(world.last().settlement?.outcome).toBe('ok');
    expect(world.upstreams.count('notifications/initialized')).toBe(1);
    const tried = world.upstreams.count('tools/call');
    expect((await (await world.call('refund', { amount: 1 })).json()).result.content[0].text).toBe('upstream-1');
    expect(world.upstreams.count('tools/call')).toBe(tried + 1);
    expect(world.upstreams.count('initialize')).toBe(1);
    expect(world.upstreams.posts.find((post) => post.method === 'initialize')?.body).toContain('"capabilities":{}');
  });

  it('is tried without one first, once, where the upstream needs none', async () => {
    const world = newWorld();
    await (await world.call('refund', { amount: 1 })).text();
    expect(world.upstreams.posts.map((post) => post.method)).toEqual(['tools/call']);
  });

  it('is not sent again for any other refusal', async () => {
    const world = insisting(newWorld(), { status: 400, code: -32602 });
    const answer = await world.call('refund', { amount: 1 });
    expect(answer.status).toBe(400);
    expect((await answer.json()).error.code).toBe(-32602);
    expect(world.upstreams.posts.map((post) => post.method)).toEqual(['tools/call']);
  });

  it.each([
    ['without sessions', null],
    ['with sessions', 'upstream-1'],
  ])('is not sent again to a server %s for an error of its own that has the code of a missing session', async (_, sessionId) => {
    const world = newWorld();
    const result = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'u', version: '1' } };
    world.upstreams.scripts.set('initialize', ({ rpcId }) => jsonReply({ jsonrpc: '2.0', id: rpcId, result }, 200, sessionId));
    world.upstreams.scripts.set('tools/call', ({ rpcId }) => jsonReply(error(rpcId, -32000, 'The disk is full.'), 400));
    const answer = await world.call('refund', { amount: 1 });
    expect((await answer.json()).error.message).toBe('The disk is full.');
    expect(world.upstreams.count('tools/call')).toBe(1);
  });

  it('is not sent again when the server wants a session and gives none', async () => {
    const world = newWorld();
    const result = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'u', version: '1' } };
    world.upstreams.scripts.set('initialize', ({ rpcId }) => jsonReply({ jsonrpc: '2.0', id: rpcId, result }));
    world.upstreams.scripts.set('tools/call', ({ rpcId }) => jsonReply(error(rpcId, -32000, 'Bad Request: no session'), 400));
    expect((await (await world.call('refund', { amount: 1 })).json()).error.message).toBe('Bad Request: no session');
    expect(world.upstreams.count('tools/call')).toBe(1);
  });

  it('shares the session that is being opened with those that come meanwhile', async () => {
    const world = insisting(newWorld());
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => world.call('refund', { amount: i })));
    const texts = await Promise.all(answers.map(async (answer) => (await answer.json()).result.content[0].text));
    expect(texts).toEqual(Array(8).fill('upstream-1'));
    expect(world.upstreams.count('initialize')).toBe(1);
  });

  it('goes in another session when the upstream has forgotten the one before', async () => {
    const world = insisting(newWorld());
    await (await world.call('refund', { amount: 1 })).text();
    const inSession = world.upstreams.scripts.get('tools/call') as Script;
    world.upstreams.scripts.set('tools/call', (request, target) =>
      request.session?.upstreamId === 'upstream-1'
        ? jsonReply(error(request.rpcId, -32001, 'Session not found'), 404)
        : inSession(request, target),
    );
    const answer = await world.call('refund', { amount: 1 });
    expect([answer.status, (await answer.json()).result.content[0].text]).toEqual([200, 'upstream-2']);
    expect(world.last().settlement?.outcome).toBe('ok');
  });

  it('never shares a session with another request of the same id', async () => {
    const world = insisting(newWorld());
    await (await world.call('refund', { amount: 1 })).text();
    const body = { jsonrpc: '2.0', id: 'same', method: 'tools/call', params: { name: 'refund', arguments: { amount: 1 } } };
    const answers = await Promise.all([world.send({ body }), world.send({ body })]);
    const texts = await Promise.all(answers.map(async (answer) => (await answer.json()).result.content[0].text));
    expect(new Set(texts).size).toBe(2);
  });
});
