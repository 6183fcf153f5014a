import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jsonReply, streamReply } from '@/lib/adapters/memory/memory-upstreams';
import { makeToken } from '@/lib/kernel/token';
import { newWorld, type World } from './gateway-world';

/** Twice the sessions that one grant may hold in this world. */
const MOST = 6;
const initialized = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'u', version: '1' } };

/** A world whose server keeps every stream open. */
function silentWorld(): World {
  const world = newWorld();
  world.upstreams.scripts.set('initialize', (request) => jsonReply({ jsonrpc: '2.0', id: request.rpcId, result: initialized }, 200, 'up'));
  world.upstreams.onListen = () =>
    streamReply(
      (async function* () {
        yield ': open\n\n';
        await new Promise(() => undefined);
      })(),
    );
  return world;
}

const bodyOf = ({ response }: Awaited<ReturnType<World['send']>>) => (response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();

describe('streams that a grant has open', () => {
  it('are bounded for each grant by itself, and one that has ended makes room', async () => {
    const world = silentWorld();
    const headers = { 'mcp-session-id': await world.initialize() };
    const open = () => world.send({ method: 'GET', headers, raw: null });
    const streams = [];
    for (let n = 0; n < MOST; n++) {
      const answer = await open();
      expect(answer.status).toBe(200);
      streams.push(bodyOf(answer));
    }
    const refused = await open();
    expect(refused.status).toBe(429);
    expect((await refused.json()).error).toMatchObject({ code: -32001, data: { reason: 'request.too_many' } });
    expect(world.upstreams.posts.filter(({ method }) => method === 'tools/call')).toEqual([]);
    const other = makeToken(randomBytes(32));
    world.putGrant(other, { id: 'grt_2' });
    const theirs = { 'mcp-session-id': await world.initialize({ token: other }) };
    expect((await world.send({ method: 'GET', headers: theirs, token: other, raw: null })).status).toBe(200);
    // Calls are no streams.
    expect((await world.call('refund', { amount: 1 }, { headers })).status).toBe(200);
    await streams[0]?.return?.();
    await streams[0]?.return?.();
    expect((await open()).status).toBe(200);
    expect((await open()).status).toBe(429);
  });

  it('do not count when the server has none, or cannot be reached', async () => {
    const world = silentWorld();
    const headers = { 'mcp-session-id': await world.initialize() };
    let tries = 0;
    world.upstreams.onListen = () => {
      tries++;
      if (tries % 2 === 0) throw new Error('away');
      return { status: 405, contentType: null, sessionId: null, body: null };
    };
    for (let n = 0; n < MOST + 2; n++) expect((await world.send({ method: 'GET', headers, raw: null })).status).not.toBe(429);
    expect(tries).toBe(MOST + 2);
  });
});
