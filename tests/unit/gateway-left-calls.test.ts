import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { streamReply } from '@/lib/adapters/memory/memory-upstreams';
import type { ManagedUpstreams } from '@/lib/adapters/upstream/upstreams';
import type { GatewayResponse } from '@/lib/gateway/request';
import { makeToken } from '@/lib/kernel/token';
import { NO_SECRETS, openUpstreams, urlTarget } from '../fixtures/upstreams/harness';
import { type Answer, newWorld, type World } from './gateway-world';

const PER_AGENT = 16;
const POLICY = { version: '1', default: 'allow' };

/** Until this holds; a call takes some turns of the event loop. */
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('it does not come to that');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const outcomes = (world: World, outcome: string) => world.ledger.events.filter(({ settlement }) => settlement?.outcome === outcome);
const leave = (response: GatewayResponse) => (response.body as AsyncIterableIterator<Uint8Array>).return?.();

/** A server in memory whose calls end when the test says so. */
function slow(world: World) {
  const calls: { end(): void; readonly signal: AbortSignal }[] = [];
  world.upstreams.scripts.set('tools/call', ({ rpcId, signal }) => {
    let end = (): void => {};
    const ended = new Promise<string>((resolve, reject) => {
      end = () => resolve(`data: {"jsonrpc":"2.0","id":${rpcId},"result":{}}\n\n`);
      signal.addEventListener('abort', () => reject(new Error('let go')));
    });
    ended.catch(() => {});
    calls.push({ end, signal });
    return streamReply(
      (async function* () {
        yield ': hi\n\n';
        yield await ended;
      })(),
    );
  });
  return calls;
}

describe('calls whose clients have left', () => {
  it('go on up to the share of an agent; further ones are cancelled, and the record says that their outcome is unknown', async () => {
    const world = newWorld({ policy: POLICY });
    const calls = slow(world);
    for (let i = 0; i < PER_AGENT + 1; i++) await leave((await world.call('refund', { amount: i })).response);
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([...Array(PER_AGENT).fill(false), true]);
    expect(outcomes(world, 'unknown').map(({ settlement }) => settlement?.note)).toEqual([
      expect.stringContaining('Whether it had an effect is unknown.'),
    ]);
    expect(world.upstreams.posts.find(({ method }) => method === 'notifications/cancelled')?.body).toContain(
      `"requestId":${PER_AGENT + 1}`,
    );
    for (const { end } of calls) end();
    await until(() => outcomes(world, 'ok').length === PER_AGENT);
    // There is room again.
    await leave((await world.call('refund', { amount: 1 })).response);
    expect(calls.at(-1)?.signal.aborted).toBe(false);
  });

  it('are counted for each agent, and those that are read are not', async () => {
    const world = newWorld({ policy: POLICY });
    const other = makeToken(randomBytes(32));
    world.putGrant(other, { id: 'grt_9' }, { id: 'agt_9', slug: 'second' });
    const calls = slow(world);
    const kept: Answer[] = [];
    for (let i = 0; i < PER_AGENT; i++) {
      kept.push(await world.call('refund', { amount: i }));
      await leave((await world.call('refund', { amount: i })).response);
    }
    await leave((await world.call('refund', { amount: 1 }, { token: other })).response);
    expect(calls.filter(({ signal }) => signal.aborted)).toHaveLength(0);
    for (const { end } of calls) end();
    for (const answer of kept) expect(await answer.text()).toContain('"result"');
  });

  it('are let go of once their outcome is known, although the server does not end its answer', async () => {
    const world = newWorld({ policy: POLICY });
    let released = false;
    world.upstreams.scripts.set('tools/call', ({ rpcId, signal }) => {
      signal.addEventListener('abort', () => {
        released = true;
      });
      return streamReply(
        (async function* () {
          yield `data: {"jsonrpc":"2.0","id":${rpcId},"result":{}}\n\n`;
          await new Promise(() => {});
        })(),
      );
    });
    const { response } = await world.call('refund', { amount: 1 });
    await (response.body as AsyncIterableIterator<Uint8Array>).next();
    await leave(response);
    expect([world.last().settlement?.outcome, released]).toEqual(['ok', true]);
  });
});

describe('a server over HTTP', () => {
  let server: Server;
  let upstreams: ManagedUpstreams;
  afterEach(async () => {
    await upstreams.stopAll();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is not taken away from others by an agent that leaves its calls before they are answered', async () => {
    const waiting: ServerResponse[] = [];
    server = createServer(async (req, res) => {
      let text = '';
      for await (const chunk of req) text += chunk;
      const { id, params } = JSON.parse(text);
      if (params?.name !== 'list') waiting.push(res);
      else res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    upstreams = openUpstreams(NO_SECRETS, { connectionsMax: PER_AGENT + 2 });
    const target = urlTarget(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, 'http', { serverId: 'srv_1' });
    const world = newWorld({ policy: POLICY, reach: upstreams, target });
    for (let i = 0; i < PER_AGENT * 2; i++) {
      const client = new AbortController();
      void world.call('refund', { amount: i }, { signal: client.signal });
      await until(() => waiting.length >= Math.min(i + 1, PER_AGENT));
      client.abort();
    }
    await until(() => outcomes(world, 'unknown').length + outcomes(world, 'not_sent').length === PER_AGENT);
    const other = makeToken(randomBytes(32));
    world.putGrant(other, { id: 'grt_9' }, { id: 'agt_9', slug: 'second' });
    const answer = await world.call('list', {}, { token: other });
    expect((await answer.json()).result).toEqual({ content: [] });
    expect(outcomes(world, 'ok')).toHaveLength(1);
  });
});
