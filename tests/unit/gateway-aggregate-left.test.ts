import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jsonReply, streamReply } from '@/lib/adapters/memory/memory-upstreams';
import type { UpstreamReply } from '@/lib/gateway/upstream-port';
import { makeToken } from '@/lib/kernel/token';
import { type Answer, newWorld } from './gateway-world';

const AT = { path: '' };
const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
const leave = ({ response }: Answer) => (response.body as AsyncIterableIterator<Uint8Array>).return?.();
const META = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };

/** A server that begins its streams only with the first event, which never comes. */
function holding() {
  const signals: AbortSignal[] = [];
  const hold = (signal: AbortSignal): Promise<UpstreamReply> => {
    signals.push(signal);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('let go'))));
  };
  return { signals, hold, left: () => signals.map(({ aborted }) => aborted) };
}

describe('a server whose stream has not begun', () => {
  it('is let go of when the client leaves the stream of all servers', async () => {
    const world = newWorld();
    const { hold, left } = holding();
    const result = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'u', version: '1' } };
    world.upstreams.scripts.set('initialize', ({ rpcId }) => jsonReply({ jsonrpc: '2.0', id: rpcId, result }, 200, 'u1'));
    world.upstreams.listen = (_target, { signal }) => hold(signal);
    const headers = { 'mcp-session-id': await world.initialize(AT), accept: 'text/event-stream' };
    const stream = await world.send({ ...AT, method: 'GET', raw: null, headers });
    expect(stream.status).toBe(200);
    await moment();
    expect(left()).toEqual([false]);
    await leave(stream);
    await moment();
    expect(left()).toEqual([true]);
  });

  it('is let go of when the client leaves while it takes up a stream again', async () => {
    const world = newWorld();
    const { hold, left } = holding();
    const result = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'u', version: '1' } };
    world.upstreams.scripts.set('initialize', ({ rpcId }) => jsonReply({ jsonrpc: '2.0', id: rpcId, result }, 200, 'u1'));
    world.upstreams.listen = (_target, { signal }) => hold(signal);
    const headers = { 'mcp-session-id': await world.initialize(AT), accept: 'text/event-stream', 'last-event-id': 'shop~p~4' };
    const client = new AbortController();
    const resumed = world.send({ ...AT, method: 'GET', raw: null, headers, signal: client.signal });
    await moment();
    expect(left()).toEqual([false]);
    client.abort();
    expect((await resumed).status).toBe(404);
    expect(left()).toEqual([true]);
  });

  it('is let go of when the client leaves its subscription', async () => {
    const world = newWorld();
    const { hold, left } = holding();
    const result = { supportedVersions: ['2026-07-28'], capabilities: { tools: { listChanged: true } } };
    world.upstreams.scripts.set('server/discover', ({ rpcId }) => jsonReply({ jsonrpc: '2.0', id: rpcId, result }));
    world.upstreams.scripts.set('subscriptions/listen', ({ signal }) => hold(signal));
    const params = { notifications: { toolsListChanged: true }, _meta: META };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
    const stream = await world.send({ ...AT, body: { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }, headers });
    await moment();
    expect(left()).toEqual([false]);
    await leave(stream);
    await moment();
    expect(left()).toEqual([true]);
  });
});

describe('a server that the agent reaches later', () => {
  it('is listened to again when it ends its part of a subscription', async () => {
    const world = newWorld();
    const asked: string[] = [];
    const result = { supportedVersions: ['2026-07-28'], capabilities: { tools: { listChanged: true } } };
    world.upstreams.scripts.set('server/discover', ({ rpcId }) => jsonReply({ jsonrpc: '2.0', id: rpcId, result }));
    world.upstreams.scripts.set('subscriptions/listen', ({ signal }, { slug }) => {
      asked.push(slug);
      if (slug === 'other' && asked.filter((one) => one === slug).length === 1) return streamReply([': hi\n\n']);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('let go'))));
    });
    const params = { notifications: { toolsListChanged: true }, _meta: META };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
    const stream = await world.send({ ...AT, body: { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }, headers });
    const reading = stream.text();
    await moment();
    expect(asked).toEqual(['shop']);
    world.putGrant(makeToken(randomBytes(32)), { id: 'grt_2', serverId: 'srv_2' });
    await expect.poll(() => asked, { timeout: 15_000 }).toEqual(['shop', 'other', 'other']);
    await world.gateway.drain(100);
    expect(await reading).toContain('notifications/tools/list_changed');
  });
});
