import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readText } from '@/lib/adapters/upstream/read-response';
import type { ManagedUpstreams } from '@/lib/adapters/upstream/upstreams';
import type { JsonObject } from '@/lib/kernel/json';
import {
  call,
  EVERYTHING,
  fixtureFile,
  freePort,
  handshake,
  messagesOf,
  openSession,
  openUpstreams,
  request,
  resultOf,
  type StartedUpstream,
  startServer,
  streamed,
  textOf,
  urlTarget,
} from '../fixtures/upstreams/harness';

const opened: ManagedUpstreams[] = [];
const servers: Server[] = [];
const open = (...args: Parameters<typeof openUpstreams>): ManagedUpstreams => {
  const upstreams = openUpstreams(...args);
  opened.push(upstreams);
  return upstreams;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((upstreams) => upstreams.stopAll()));
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

const anything = call(1, 'read_record', { id: 'a' });

describe('server-everything over Streamable HTTP', () => {
  let server: StartedUpstream;
  beforeAll(async () => {
    server = await startServer([EVERYTHING, 'streamableHttp']);
  });
  afterAll(() => server.stop());

  it('runs a session from initialize to DELETE', async () => {
    const upstreams = open();
    const target = urlTarget(`http://127.0.0.1:${server.port}/mcp`);
    const session = openSession();
    expect(await handshake(upstreams, target, session)).toMatchObject({ protocolVersion: '2025-11-25' });
    expect(session.upstreamId).toMatch(/^[\x21-\x7e]+$/);
    const messages = await messagesOf(
      await upstreams.post(
        target,
        request(call(7, 'trigger-long-running-operation', { duration: 0.3, steps: 2 }, { progressToken: 'p' }), session),
      ),
    );
    expect(messages.filter((message) => message.method === 'notifications/progress')).toHaveLength(2);
    expect(messages.at(-1)?.id).toBe(7);
    expect(await upstreams.end(target, session)).toBe(200);
    const after = await upstreams.post(target, request(call(8, 'echo', { message: 'x' }), session));
    expect(after.status).toBeGreaterThanOrEqual(400);
    await readText(after.body ?? (async function* () {})());
  });

  it('keeps the stream of a session open until the listener leaves', async () => {
    const upstreams = open();
    const target = urlTarget(`http://127.0.0.1:${server.port}/mcp`);
    const session = openSession();
    await handshake(upstreams, target, session);
    const stop = new AbortController();
    const stream = await upstreams.listen(target, { headers: { 'mcp-protocol-version': '2025-11-25' }, session, signal: stop.signal });
    expect(stream).toMatchObject({ status: 200, contentType: 'text/event-stream' });
    await messagesOf(
      await upstreams.post(
        target,
        request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'toggle-simulated-logging', arguments: {} } }, session),
      ),
    );
    for await (const message of streamed(stream)) if (message.method === 'notifications/message') break;
    stop.abort();
    await upstreams.end(target, session);
  });
});

describe('the sink over Streamable HTTP', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sink-'));
  const log = join(folder, 'calls.ndjson');
  let server: StartedUpstream;
  beforeAll(async () => {
    server = await startServer([fixtureFile('sink-upstream.mjs')], { SINK_LOG: log });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('gets our credentials and the bytes that were decided on, and none of the protocol headers from configuration', async () => {
    const upstreams = open({
      headers: { Authorization: 'Bearer upstream-credential', 'X-Team': 'a', 'Mcp-Session-Id': 'forged', Host: 'evil.example' },
      env: {},
    });
    const target = urlTarget(`http://127.0.0.1:${server.port}/mcp`);
    const made = request(call(1, 'read_record', { id: 'ä\u2028' }), openSession());
    const [reply] = await messagesOf(await upstreams.post(target, made));
    expect(textOf(reply)).toMatch(/^read_record /);
    const [seen] = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { tool: string; arguments: JsonObject; headers: Record<string, string> });
    expect(seen).toMatchObject({
      tool: 'read_record',
      arguments: { id: 'ä\u2028' },
      headers: {
        authorization: 'Bearer upstream-credential',
        'x-team': 'a',
        'accept-encoding': 'identity',
        'content-type': 'application/json',
        host: `127.0.0.1:${server.port}`,
      },
    });
    expect(seen?.headers).not.toHaveProperty('mcp-session-id');
    expect(Number(seen?.headers['content-length'])).toBe(Buffer.byteLength(made.body));
  });

  it('carries 300 calls at once over few connections', async () => {
    const upstreams = open(undefined, { connectionsMax: 16 });
    const target = urlTarget(`http://127.0.0.1:${server.port}/mcp`);
    const before = readFileSync(log, 'utf8').trim().split('\n').length;
    const replies = await Promise.all(
      Array.from({ length: 300 }, async (_, id) =>
        messagesOf(await upstreams.post(target, request(call(id, 'write_record', { id }), null))),
      ),
    );
    expect(replies.map(([message]) => message?.id)).toEqual(Array.from({ length: 300 }, (_, id) => id));
    expect(readFileSync(log, 'utf8').trim().split('\n').length - before).toBe(300);
  });
});

describe('what goes wrong over HTTP', () => {
  it('knows what was never sent', async () => {
    const upstreams = open(undefined, { connectTimeoutMs: 300 });
    const refused = urlTarget(`http://127.0.0.1:${await freePort()}/mcp`);
    await expect(upstreams.post(refused, request(anything, null))).rejects.toMatchObject({
      name: 'UpstreamFailure',
      sent: false,
      message: expect.stringContaining('Nothing listens'),
    });
    await expect(upstreams.post(urlTarget('http://10.255.255.1/mcp'), request(anything, null))).rejects.toMatchObject({
      sent: false,
      message: expect.stringContaining('Plain http to 10.255.255.1'),
    });
    await expect(upstreams.post(urlTarget('http://localhost.invalid:1/mcp'), request(anything, null))).rejects.toMatchObject({
      sent: false,
    });
    const gone = new AbortController();
    gone.abort();
    await expect(upstreams.post(refused, request(anything, null, gone.signal))).rejects.toMatchObject({ sent: false });
    expect(upstreams.health(refused.serverId)).toMatchObject({ state: 'failing', consecutiveFailures: 1 });
  });

  it('knows what may have been acted on', async () => {
    const upstreams = open(undefined, { callIdleMs: 300 });
    const received: string[] = [];
    const tcp = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (chunk) => {
        received.push(String(chunk));
        if (String(chunk).includes('/cut')) socket.destroy();
        if (String(chunk).includes('/nonsense')) socket.end('this is not http\r\n\r\n');
      });
    });
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(tcp.address() as AddressInfo).port}`;
    for (const path of ['/cut', '/nonsense', '/silent'])
      await expect(upstreams.post(urlTarget(base + path), request(anything, null)), path).rejects.toMatchObject({ sent: true });
    expect(received).toHaveLength(3);
    const leaving = new AbortController();
    setTimeout(() => leaving.abort(), 100);
    await expect(upstreams.post(urlTarget(`${base}/left`), request(anything, null, leaving.signal))).rejects.toMatchObject({
      sent: true,
      message: expect.stringContaining('cancelled'),
    });
    await upstreams.stopAll();
    await new Promise((resolve) => tcp.close(resolve));
  });

  it('follows no redirect, takes no compressed answer', async () => {
    const paths: string[] = [];
    const url = await serve((incoming, response) => {
      paths.push(incoming.url ?? '');
      if (incoming.url === '/mcp') response.writeHead(307, { location: '/elsewhere?token=x' }).end();
      else response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' }).end('x');
    });
    const upstreams = open();
    const failure = await upstreams.post(urlTarget(url), request(anything, null)).catch((error: Error) => error);
    expect(failure).toMatchObject({ sent: true, message: expect.stringContaining('redirects to /elsewhere.') });
    await expect(upstreams.post(urlTarget(`${url}/gzip`), request(anything, null))).rejects.toMatchObject({
      message: expect.stringContaining('compressed'),
    });
    expect(paths).toEqual(['/mcp', '/mcp/gzip']);
  });

  it('ends answers that are too large, and streams only for an event that is', async () => {
    const url = await serve((incoming, response) => {
      if (incoming.url?.endsWith('/declared'))
        return void response.writeHead(200, { 'content-type': 'application/json', 'content-length': 5_000_000 }).end('x');
      if (incoming.url?.endsWith('/streamed')) response.writeHead(200, { 'content-type': 'application/json' });
      else response.writeHead(200, { 'content-type': 'text/event-stream' });
      const end = incoming.url?.endsWith('/events') ? '\n\n' : '';
      for (let index = 0; index < 20; index += 1) response.write(`data: ${'x'.repeat(10_000)}${end}`);
      response.end();
    });
    const upstreams = open(undefined, { bodyBytesMax: 100_000 });
    const textAt = async (path: string): Promise<string> =>
      readText((await upstreams.post(urlTarget(url + path), request(anything, null))).body ?? (async function* () {})());
    await expect(textAt('/declared')).rejects.toMatchObject({ sent: true, message: expect.stringContaining('larger than 100000 bytes') });
    await expect(textAt('/streamed')).rejects.toMatchObject({ message: expect.stringContaining('larger') });
    await expect(textAt('/one-event')).rejects.toMatchObject({ message: expect.stringContaining('larger') });
    expect(await textAt('/events')).toHaveLength(20 * (10_000 + 8));
  });

  it.each([
    ['a line feed', '\n', '\n'],
    ['carriage return and line feed', '\r\n', '\r\n'],
    ['the halves of the last line end', '\r\n\r', '\n'],
    ['a carriage return', '\r', '\r'],
  ])('goes on with a stream whose events end with %s in a chunk of its own', async (_, first, second) => {
    const url = await serve(async (_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.socket?.setNoDelay(true);
      for (let index = 0; index < 20; index += 1) {
        response.write(`data: ${'x'.repeat(100)}${first}`);
        await new Promise((resolve) => setTimeout(resolve, 15));
        response.write(second);
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      response.end();
    });
    const reply = await open(undefined, { bodyBytesMax: 1_000 }).post(urlTarget(url), request(anything, null));
    expect((await readText(reply.body ?? (async function* () {})())).match(/data/g)).toHaveLength(20);
  });

  it('holds back an upstream whose answer nobody reads, and lets go of one that nobody wants', async () => {
    let written = 0;
    let closed = false;
    const url = await serve((_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.on('close', () => {
        closed = true;
      });
      const more = (): void => {
        while (!closed && response.write(`data: ${'x'.repeat(50_000)}\n\n`)) written += 50_000;
        if (!closed) response.once('drain', more);
      };
      more();
    });
    const upstreams = open();
    const reply = await upstreams.post(urlTarget(url), request(anything, null));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const held = written;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(written).toBe(held);
    // Left without reading a byte, as an error page is.
    await reply.body?.[Symbol.asyncIterator]().return?.();
    await expect.poll(() => closed).toBe(true);
  });

  it('asks for new secrets only when the revision changes, and again after a failure', async () => {
    const asked: string[] = [];
    const url = await serve((incoming, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { sent: incoming.headers['x-key'] } })),
    );
    const { createUpstreams } = await import('@/lib/adapters/upstream/upstreams');
    const { keepingLog, loopbackGuard } = await import('../fixtures/upstreams/harness');
    const secrets = {
      secretsOf: async (serverId: string) => {
        asked.push(serverId);
        if (asked.length === 1) throw new Error('vault away');
        return { headers: { 'x-key': `key ${asked.length}` }, env: {} };
      },
    };
    const upstreams = createUpstreams({ secrets, guard: loopbackGuard, log: keepingLog() });
    opened.push(upstreams);
    const sent = async (revision: string): Promise<unknown> =>
      resultOf((await messagesOf(await upstreams.post(urlTarget(url, 'http', { revision }), request(anything, null))))[0]).sent;
    await expect(sent('1')).rejects.toMatchObject({ sent: false, message: expect.stringContaining('secrets') });
    expect([await sent('1'), await sent('1'), await sent('2')]).toEqual(['key 2', 'key 2', 'key 3']);
  });

  it('refuses calls after stopAll', async () => {
    const upstreams = open();
    await upstreams.stopAll();
    await expect(upstreams.post(urlTarget('http://127.0.0.1:1/'), request(anything, null))).rejects.toMatchObject({
      sent: false,
      message: expect.stringContaining('stopping'),
    });
  });
});

describe('server-everything over HTTP+SSE', () => {
  let server: StartedUpstream;
  beforeAll(async () => {
    server = await startServer([EVERYTHING, 'sse']);
  });
  afterAll(() => server.stop());

  it('gives each session a connection of its own, and one to callers without', async () => {
    const upstreams = open();
    const target = urlTarget(`http://127.0.0.1:${server.port}/sse`, 'sse');
    const sessions = [openSession(), openSession()];
    for (const session of sessions) expect(await handshake(upstreams, target, session)).toMatchObject({ protocolVersion: '2025-11-25' });
    const replies = await Promise.all(
      [...sessions, null].map(async (session) =>
        messagesOf(await upstreams.post(target, request(call(1, 'echo', { message: session?.id ?? 'none' }), session))),
      ),
    );
    expect(replies.map(([message]) => textOf(message))).toEqual([
      ...sessions.map(({ id }) => expect.stringContaining(id)),
      expect.stringContaining('none'),
    ]);
    expect(upstreams.health(target.serverId).connections).toBe(3);
    for (const session of sessions) expect(await upstreams.end(target, session)).toBe(200);
    expect(upstreams.health(target.serverId).connections).toBe(1);
  });

  it('reports progress on a stream', async () => {
    const upstreams = open();
    const target = urlTarget(`http://127.0.0.1:${server.port}/sse`, 'sse');
    const reply = await upstreams.post(
      target,
      request(call(4, 'trigger-long-running-operation', { duration: 0.3, steps: 2 }, { progressToken: 0 }), null),
    );
    const messages = await messagesOf(reply);
    expect(messages.map((message) => (message.params as JsonObject | undefined)?.progressToken ?? message.id)).toEqual([0, 0, 4]);
  });

  it('opens a lost connection again at the next call', async () => {
    const streams: ServerResponse[] = [];
    let opened = 0;
    const url = await serve((incoming, response) => {
      if (incoming.method === 'GET') {
        opened += 1;
        streams.push(response);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: endpoint\ndata: /messages?session=1\n\n');
        return;
      }
      let text = '';
      incoming.on('data', (chunk) => {
        text += chunk;
      });
      incoming.on('end', () => {
        const message = JSON.parse(text) as JsonObject;
        response.writeHead(202).end();
        if (message.id === undefined) return;
        const result = { protocolVersion: '2024-11-05', capabilities: {}, serverInfo: { name: 'old', version: '1' } };
        // Over several lines, as the format permits.
        streams
          .at(-1)
          ?.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result }, null, 1).replaceAll('\n', '\ndata: ')}\n\n`);
      });
    });
    const upstreams = open(undefined, { backoffFirstMs: 20 });
    const session = openSession();
    const result = await handshake(upstreams, urlTarget(url, 'sse'), session, '2024-11-05');
    expect(result).toMatchObject({ protocolVersion: '2024-11-05' });
    streams[0]?.end();
    await expect.poll(() => upstreams.health(`srv_${url}`).connections).toBe(0);
    const [after] = await messagesOf(
      await upstreams.post(urlTarget(url, 'sse'), request({ jsonrpc: '2.0', id: 5, method: 'ping' }, session)),
    );
    expect(after?.id).toBe(5);
    expect(opened).toBe(2);
  });

  it('sends nothing to an endpoint on another origin', async () => {
    let elsewhere = 0;
    const other = await serve((_incoming, response) => {
      elsewhere += 1;
      response.end();
    });
    const url = await serve((_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`event: endpoint\ndata: ${other}\n\n`);
    });
    await expect(open().post(urlTarget(url, 'sse'), request(anything, null))).rejects.toMatchObject({
      sent: false,
      message: expect.stringContaining('another origin'),
    });
    expect(elsewhere).toBe(0);
  });
});
