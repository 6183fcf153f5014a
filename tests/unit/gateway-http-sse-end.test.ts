import { beforeAll, describe, expect, it } from 'vitest';
import { jsonReply, streamReply } from '@/lib/adapters/memory/memory-upstreams';
import { issuerOf, jwksOf, newSigningKey, type SigningKey, signJwt } from '../fixtures/jwt-fixture';
import { newWorld, type World } from './gateway-world';
import { event, HttpSseClient, moment, spoken, withSessions } from './http-sse-client';

describe('the end of a stream', () => {
  it('is the end of the session with the server', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    expect(world.gateway.load()).toMatchObject({ sessions: 1, streams: 1 });
    await client.leave();
    expect(world.upstreams.ended).toHaveLength(1);
    expect(world.gateway.load()).toMatchObject({ sessions: 0, streams: 0 });
    expect((await client.post({ jsonrpc: '2.0', id: 1, method: 'ping' })).status).toBe(404);
  });

  it('comes with the request that opened it, too', async () => {
    const world = withSessions(newWorld());
    const leaving = new AbortController();
    const client = await HttpSseClient.open(world, { signal: leaving.signal });
    await client.initialize();
    leaving.abort();
    expect(world.gateway.load()).toMatchObject({ sessions: 0, streams: 0 });
  });

  it('waits for the outcome of calls that the server has got', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    const server = spoken();
    world.upstreams.scripts.set('tools/call', () => streamReply(server.texts));
    await client.call(1, 'refund', { amount: 1 });
    await moment();
    await client.leave();
    expect(world.upstreams.ended).toHaveLength(0);
    server.say(event({ jsonrpc: '2.0', id: 1, result: { content: [] } }));
    server.stop();
    await expect.poll(() => world.upstreams.ended.length).toBe(1);
    expect(world.last().settlement?.outcome).toBe('ok');
  });

  it('comes at once with the end of the grant', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    world.putGrant(world.token, { status: 'revoked' });
    expect(await client.event()).toBeNull();
    expect(world.upstreams.ended).toHaveLength(1);
    expect((await client.post({ jsonrpc: '2.0', id: 1, method: 'ping' })).status).toBe(401);
  });

  it('comes with the next message once the grant is over by the clock', async () => {
    const world = withSessions(newWorld());
    world.putGrant(world.token, { expiresAtMs: world.clock.now + 1_000 });
    const server = spoken();
    world.upstreams.onListen = () => streamReply(server.texts);
    const client = await HttpSseClient.open(world);
    await client.initialize();
    world.clock.now += 2_000;
    server.say(event({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }));
    expect(await client.event()).toBeNull();
    server.stop();
  });

  it('comes with a kill switch, after the refusals of the calls that it stops', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    world.upstreams.scripts.set(
      'tools/call',
      ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    );
    await client.call(1, 'refund', { amount: 1 });
    await moment();
    world.snapshots.setKills([{ id: 'kill_1', scope: 'agent', serverId: null, agentId: 'agt_1', tool: null }]);
    expect(JSON.stringify(await client.message())).toContain('kill.cancelled');
    expect(await client.event()).toBeNull();
    // What is refused in a word that the model reads has a status here: there is no stream to read it from.
    const refused = await client.post({ jsonrpc: '2.0', id: 2, method: 'ping' });
    expect([refused.status, await refused.text()]).toEqual([404, expect.stringContaining('kill.engaged')]);
    await expect(HttpSseClient.open(world)).rejects.toThrow('403');
    expect(world.gateway.load()).toMatchObject({ sessions: 0, streams: 0, calls: 0 });
  });

  it('comes with the session that it stands for', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    world.upstreams.scripts.set('tools/call', () => jsonReply({ jsonrpc: '2.0', id: null, error: { code: -32001, message: 'gone' } }, 404));
    await client.call(1, 'refund', { amount: 1 });
    expect(await client.message()).toMatchObject({ id: 1, error: { code: -32001 } });
    expect(await client.event()).toBeNull();
    expect(world.gateway.load()).toMatchObject({ sessions: 0, streams: 0 });
  });

  it('waits for the calls on their way while the gateway drains', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    const idle = await HttpSseClient.open(world);
    await client.initialize();
    const server = spoken();
    world.upstreams.scripts.set('tools/call', () => streamReply(server.texts));
    await client.call(1, 'refund', { amount: 1 });
    const drained = world.gateway.drain(1_000);
    expect(await idle.event()).toBeNull();
    expect((await client.post({ jsonrpc: '2.0', id: 2, method: 'ping' })).status).toBe(503);
    server.say(event({ jsonrpc: '2.0', id: 1, result: { content: [] } }));
    server.stop();
    expect(await client.message()).toMatchObject({ id: 1, result: {} });
    expect(await client.event()).toBeNull();
    expect(await drained).toEqual({ unfinished: 0 });
  });
});

describe('what one grant may hold', () => {
  it('is as many streams as sessions; one that was never used makes room', async () => {
    const world = withSessions(newWorld());
    const used = await HttpSseClient.open(world);
    await used.initialize();
    const idle = await HttpSseClient.open(world);
    world.clock.now += 1;
    await HttpSseClient.open(world);
    await HttpSseClient.open(world);
    expect(await idle.event()).toBeNull();
    expect(world.gateway.load()).toMatchObject({ streams: 3, sessions: 1 });
  });

  it('is a number of requests without an answer on each; notifications are taken all the same', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    world.upstreams.scripts.set('ping', () => new Promise(() => {}));
    const reading = client.event();
    await moment();
    const statuses = await Promise.all(
      Array.from({ length: 65 }, async (_, id) => (await client.post({ jsonrpc: '2.0', id, method: 'ping' })).status),
    );
    expect([statuses.filter((status) => status === 202).length, statuses.at(-1)]).toEqual([64, 429]);
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    expect((await client.post(cancelled)).status).toBe(202);
    await client.leave();
    expect(await reading).toBeNull();
  });

  it('is one session a stream', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    await client.initialize();
    expect(world.gateway.load().sessions).toBe(1);
    expect(world.upstreams.ended).toHaveLength(1);
    await client.leave();
    expect(world.upstreams.ended).toHaveLength(2);
  });
});

describe('a JWT over HTTP+SSE', () => {
  let key: SigningKey;
  beforeAll(async () => {
    key = await newSigningKey('k1');
  });
  function jwtWorld(change: Parameters<typeof issuerOf>[0] = {}): World {
    const world = withSessions(newWorld({ fetchKeys: async () => jwksOf(key) }));
    world.snapshots.setIssuers([issuerOf(change)]);
    return world;
  }
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

  it('for one request is used once: for the stream, or for one message', async () => {
    const world = jwtWorld({ oneTime: true });
    let serial = 0;
    const fresh = () => signJwt(key, world.clock.now, { jti: `t${serial++}` });
    const opening = await fresh();
    const client = await HttpSseClient.open(world, { token: opening });
    expect((await client.post(ping, { token: opening })).status).toBe(401);
    const params = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'old', version: '1' } };
    expect((await client.post({ ...ping, method: 'initialize', params }, { token: await fresh() })).status).toBe(202);
    expect((await client.message()).result).toBeDefined();
    let listened = 0;
    world.upstreams.onListen = () => {
      listened++;
      return streamReply([]);
    };
    expect((await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' }, { token: await fresh() })).status).toBe(202);
    await moment();
    expect(listened).toBe(1);
    const token = await fresh();
    expect((await client.post(ping, { token })).status).toBe(202);
    expect(await client.message()).toMatchObject({ id: 1, result: {} });
    expect((await client.post(ping, { token })).status).toBe(401);
    await client.leave();
  });

  it('keeps the stream open as long as the newest that was shown', async () => {
    const world = jwtWorld();
    const token = () => signJwt(key, world.clock.now);
    const client = await HttpSseClient.open(world, { token: await token() });
    world.clock.now += 400_000;
    await client.post(ping, { token: await token() });
    expect(await client.message()).toMatchObject({ id: 1 });
    world.clock.now += 400_000;
    world.putServer();
    expect(world.gateway.load().streams).toBe(1);
    world.clock.now += 400_000;
    world.putServer();
    expect(world.gateway.load().streams).toBe(0);
    expect(await client.event()).toBeNull();
  });
});
