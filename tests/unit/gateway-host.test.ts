import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { streamReply } from '@/lib/adapters/memory/memory-upstreams';
import { handleFetch } from '@/lib/hosts/gateway-fetch';
import { createGatewayHttpListener } from '@/lib/hosts/gateway-http';
import { newWorld, type World } from './gateway-world';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(world: World, trustProxy = false): Promise<number> {
  const server = createServer({ requireHostHeader: false }, createGatewayHttpListener(world.gateway, { trustProxy }));
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const headersFor = (world: World) => ({
  host: 'gate.example.com',
  authorization: `Bearer ${world.token}`,
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
});
const callText = (amount: unknown) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'refund', arguments: { amount } } });

function post(port: number, headers: Record<string, string>, body: string | Buffer, path = '/mcp/shop'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, path, method: 'POST', headers }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message) text += String(chunk);
  return text;
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

const breakingAfter =
  (chunks: readonly string[], type = 'application/json') =>
  () => ({
    ...streamReply(
      (async function* () {
        yield* chunks;
        throw new Error('reset');
      })(),
    ),
    contentType: type,
  });
const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

describe('the node host', () => {
  it('answers a call and a refusal, and takes the source from the socket', async () => {
    const world = newWorld();
    const port = await serve(world);
    const answer = await post(port, { ...headersFor(world), 'x-forwarded-for': '10.0.0.1' }, callText(1));
    expect(JSON.parse(await textOf(answer)).result.content[0].text).toContain('refund');
    expect(world.last().intent.sourceIp).toBe('127.0.0.1');
    const denied = await post(port, headersFor(world), callText(1000));
    expect(denied.headers['x-callgate-event']).toBe(world.last().id);
    expect(JSON.parse(await textOf(denied)).result.isError).toBe(true);
  });

  it('believes the last forwarded address only of its own proxy', async () => {
    const world = newWorld();
    const port = await serve(world, true);
    await textOf(await post(port, { ...headersFor(world), 'x-forwarded-for': '10.0.0.1, 198.51.100.9' }, callText(1)));
    expect(world.last().intent.sourceIp).toBe('198.51.100.9');
  });

  it('stops reading at the limit, announced or not', async () => {
    const world = newWorld();
    const port = await serve(world);
    const big = Buffer.alloc(world.gateway.bodyBytesMax + 1, 32);
    const announced = await post(port, { ...headersFor(world), 'content-length': String(big.length) }, big);
    expect([announced.statusCode, announced.headers.connection]).toEqual([413, 'close']);
    expect(JSON.parse(await textOf(announced)).error.code).toBe(-32600);
    const chunked = await post(port, { ...headersFor(world), 'transfer-encoding': 'chunked' }, big);
    expect(chunked.statusCode).toBe(413);
    chunked.resume();
    const fits = Buffer.from(callText(1).padEnd(world.gateway.bodyBytesMax, ' '));
    expect((await post(port, headersFor(world), fits)).statusCode).toBe(200);
    expect(world.upstreams.count('tools/call')).toBe(1);
  });

  it('refuses a second Host and a body framed twice', async () => {
    const world = newWorld();
    const port = await serve(world);
    const raw = (lines: string[]) =>
      new Promise<string>((resolve) => {
        const socket = connect(port, '127.0.0.1');
        let text = '';
        socket.on('data', (data) => (text += String(data)));
        socket.on('close', () => resolve(text));
        socket.on('error', () => resolve(text));
        socket.write([...lines, 'Connection: close', '', ''].join('\r\n') + callText(1));
      });
    const common = ['POST /mcp/shop HTTP/1.1', `Authorization: Bearer ${world.token}`, 'Content-Type: application/json'];
    const length = `Content-Length: ${callText(1).length}`;
    expect(await raw([...common, 'Host: gate.example.com', 'Host: evil.example', length])).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw([...common, 'Host: gate.example.com', length, 'Transfer-Encoding: chunked'])).toMatch(/^HTTP\/1\.1 400 /);
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('streams events as they come and lets the upstream go when a modern client leaves', async () => {
    const world = newWorld();
    const port = await serve(world);
    let release = (): void => {};
    world.upstreams.scripts.set('tools/call', () =>
      streamReply(
        (async function* () {
          yield ': first\n\n';
          await new Promise<void>((resolve) => (release = resolve));
          yield ': second\n\n';
          await new Promise<void>(() => {});
        })(),
      ),
    );
    const headers = { ...headersFor(world), 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'refund' };
    const answer = await post(port, headers, callText(1));
    expect(answer.headers['x-accel-buffering']).toBe('no');
    const chunks: string[] = [];
    answer.on('data', (chunk) => chunks.push(String(chunk)));
    await soon();
    expect(chunks).toEqual([': first\n\n']);
    release();
    await soon();
    expect(chunks).toEqual([': first\n\n', ': second\n\n']);
    expect(world.last().settlement).toBeNull();
    answer.destroy();
    await soon();
    expect(world.last().settlement?.outcome).toBe('cancelled');
    expect(world.upstreams.posts[0]?.signal.aborted).toBe(true);
  });

  it('keeps to the pace of a slow reader', async () => {
    const world = newWorld();
    const port = await serve(world);
    let made = 0;
    const block = `: ${'x'.repeat(64 * 1024)}\n\n`;
    world.upstreams.scripts.set('tools/call', () =>
      streamReply(
        (async function* () {
          for (; made < 2000; made++) yield block;
        })(),
      ),
    );
    const answer = await post(port, headersFor(world), callText(1));
    answer.pause();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(made).toBeLessThan(500);
    answer.destroy();
  });

  it('breaks a stream off where the upstream broke off', async () => {
    const world = newWorld();
    const port = await serve(world);
    world.upstreams.scripts.set('ping', breakingAfter([': one\n\n', ': two\n\n'], 'text/event-stream'));
    await expect(post(port, headersFor(world), ping).then(textOf)).rejects.toThrow();
  });

  it('answers 502 when the upstream broke off before anything was passed on', async () => {
    const world = newWorld();
    const port = await serve(world);
    world.upstreams.scripts.set('ping', breakingAfter(['{"jsonrpc":"2.0",']));
    const answer = await post(port, headersFor(world), ping);
    expect(answer.statusCode).toBe(502);
    expect(await textOf(answer)).toBe('');
  });

  it('tells the model of a call whose JSON broke off, and passes none of it on', async () => {
    const world = newWorld();
    const port = await serve(world);
    world.upstreams.scripts.set('tools/call', breakingAfter(['{"jsonrpc":"2.0",', '"id":1,', '"result":']));
    const answer = await post(port, headersFor(world), callText(1));
    expect([answer.statusCode, answer.headers['x-callgate-event']]).toEqual([200, expect.stringMatching(/^evt_/)]);
    expect(JSON.parse(await textOf(answer)).result).toMatchObject({ isError: true });
    expect(world.last().settlement).toMatchObject({ outcome: 'unknown', note: 'The answer broke off.' });
  });
});

describe('the fetch host', () => {
  const requestFor = (world: World, body: string, init: RequestInit = {}) =>
    new Request('http://gate.example.com/mcp/shop', {
      method: 'POST',
      body,
      ...init,
      headers: { ...headersFor(world), ...(init.headers as Record<string, string>) },
    });

  it('answers a call, a refusal and a stream', async () => {
    const world = newWorld();
    const answer = await handleFetch(world.gateway, requestFor(world, callText(1)), '198.51.100.1');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect((await answer.json()).result.content).toHaveLength(1);
    expect(world.last().intent.sourceIp).toBe('198.51.100.1');
    expect((await handleFetch(world.gateway, requestFor(world, '[]'), null)).status).toBe(400);
    world.upstreams.scripts.set('tools/call', () => streamReply([': a\n\n', 'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n']));
    const stream = await handleFetch(world.gateway, requestFor(world, callText(1)), null);
    expect(await stream.text()).toBe(': a\n\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n');
    expect(world.last().settlement?.outcome).toBe('ok');
  });

  it('bounds the body', async () => {
    const world = newWorld();
    const answer = await handleFetch(world.gateway, requestFor(world, ' '.repeat(world.gateway.bodyBytesMax + 1)), null);
    expect(answer.status).toBe(413);
  });

  it('answers 502 when the upstream broke off before anything was passed on, as the node host does', async () => {
    const world = newWorld();
    for (const chunks of [[], ['{"jsonrpc":"2.0",']]) {
      world.upstreams.scripts.set('ping', breakingAfter(chunks));
      const answer = await handleFetch(world.gateway, requestFor(world, ping), null);
      expect([answer.status, answer.headers.get('cache-control'), await answer.text()]).toEqual([502, 'no-store', '']);
    }
  });

  it('breaks a stream off where the upstream broke off', async () => {
    const world = newWorld();
    world.upstreams.scripts.set('ping', breakingAfter([': one\n\n', ': two\n\n'], 'text/event-stream'));
    const answer = await handleFetch(world.gateway, requestFor(world, ping), null);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    await expect(answer.text()).rejects.toThrow();
  });

  it('hands on every chunk of a body that is no stream', async () => {
    const world = newWorld();
    const chunks = ['{"jsonrpc":"2.0",', '"id":1,', '"result":{', '}}'];
    world.upstreams.scripts.set('ping', () => ({ ...streamReply(chunks), contentType: 'application/json' }));
    expect(await (await handleFetch(world.gateway, requestFor(world, ping), null)).text()).toBe(chunks.join(''));
  });

  it('lets go of a body whose reader leaves before its first byte', async () => {
    const world = newWorld();
    const gone = new AbortController();
    let left = 0;
    let begin = (): void => {};
    let end = (): void => {};
    const began = new Promise<void>((resolve) => (begin = resolve));
    const done = { done: true, value: undefined } as const;
    const silent: AsyncIterableIterator<Uint8Array> = {
      [Symbol.asyncIterator]: () => silent,
      next: () =>
        new Promise((resolve) => {
          end = () => resolve(done);
          begin();
        }),
      async return() {
        left++;
        end();
        return done;
      },
    };
    const handle = () => Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, body: silent });
    const gateway = { ...world.gateway, bodyBytesMax: 1024, handle } as typeof world.gateway;
    const request = requestFor(world, ping, { signal: gone.signal });
    const answered = handleFetch(gateway, request, null);
    await began;
    expect(left).toBe(0);
    gone.abort();
    expect((await answered).status).toBe(200);
    expect(left).toBe(1);
  });

  it('tells the gateway that the reader left', async () => {
    const world = newWorld();
    world.upstreams.scripts.set('tools/call', () => streamReply([': a\n\n', ': b\n\n']));
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'refund' };
    const answer = await handleFetch(world.gateway, requestFor(world, callText(1), { headers }), null);
    await answer.body?.cancel();
    expect(world.last().settlement?.outcome).toBe('cancelled');
  });
});
