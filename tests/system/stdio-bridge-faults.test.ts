import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually';

const BRIDGE = fileURLToPath(new URL('../../scripts/stdio/callgate-stdio.mjs', import.meta.url));
const STATELESS = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };

interface Message {
  readonly id?: unknown;
  readonly method?: string;
}
interface Told {
  readonly id?: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}
interface Place {
  readonly child: ChildProcessWithoutNullStreams;
  say(message: object | string): void;
  next(): Promise<Told>;
}

let server: Server;
let child: ChildProcessWithoutNullStreams;
afterEach(async () => {
  child.kill('SIGKILL');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** The bridge in front of something that is no gateway, or one in trouble. */
async function facing(answer: (req: IncomingMessage, res: ServerResponse, message: Message) => unknown): Promise<Place> {
  server = createServer(async (req, res) => {
    let text = '';
    for await (const chunk of req) text += chunk;
    await answer(req, res, text === '' ? {} : JSON.parse(text));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp/x`;
  child = spawn(process.execPath, [BRIDGE], { env: { CALLGATE_URL: url, CALLGATE_TOKEN: 'cg_x' } as unknown as NodeJS.ProcessEnv });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    child,
    say: (message) => void child.stdin.write(`${typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    next: async () => JSON.parse((await lines.next()).value as string) as Told,
  };
}

const json = (res: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) =>
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const okOf = (res: ServerResponse, { id }: Message, result: object = {}, headers: Record<string, string> = {}) =>
  json(res, 200, { jsonrpc: '2.0', id, result }, headers);

describe('the stdio bridge', () => {
  it.each([
    ['a page with status 200', 200, '<html>\nSign in\n</html>', 'no JSON-RPC message'],
    ['a redirect', 302, '', 'answered 302'],
    ['a page of a proxy with status 502', 502, '<html>Bad gateway</html>', 'answered 502'],
    ['nothing', 200, '', 'no JSON-RPC message'],
  ])('makes an error of %s', async (_, status, page, words) => {
    const place = await facing((_req, res) => res.writeHead(status, { 'content-type': 'text/html', location: '/' }).end(page));
    place.say({ id: 1, method: 'ping' });
    expect(await place.next()).toMatchObject({ id: 1, error: { code: -32000, message: expect.stringContaining(words) } });
  });

  it('leaves events out that are no messages, and goes on to the answer', async () => {
    const place = await facing((_req, res, { id }) =>
      res
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(`data: not JSON\n\ndata: {"jsonrpc":"2.0",\ndata: "id":${id},"result":{"n":1.0}}\n\n`),
    );
    place.say({ id: 4, method: 'ping' });
    expect(await place.next()).toMatchObject({ id: 4, result: { n: 1 } });
  });

  it.each(['{}', '[]', '{"jsonrpc":"2.0","id":1}'])('refuses %s, which is no message', async (line) => {
    const place = await facing((_req, res, message) => okOf(res, message));
    place.say(line);
    expect(await place.next()).toMatchObject({ id: null, error: { code: -32700 } });
  });

  it('opens one other session for many requests that hear that theirs has ended', async () => {
    let opened = 0;
    const place = await facing((req, res, message) => {
      if (message.method === 'initialize')
        return okOf(res, message, { protocolVersion: '2025-06-18' }, { 'mcp-session-id': `s${++opened}` });
      if (req.method !== 'POST' || message.id === undefined) return res.writeHead(req.method === 'GET' ? 405 : 202).end();
      if (req.headers['mcp-session-id'] !== 's2')
        return setTimeout(
          () => json(res, 404, { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'gone' } }),
          Number(message.id) * 20,
        );
      return okOf(res, message, { session: req.headers['mcp-session-id'] });
    });
    place.say({ id: 0, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {} } });
    await place.next();
    for (const id of [1, 2, 3, 4, 5, 6]) place.say({ id, method: 'tools/call', params: { name: 'x' } });
    const answers = [
      await place.next(),
      await place.next(),
      await place.next(),
      await place.next(),
      await place.next(),
      await place.next(),
    ];
    expect(answers.map(({ result }) => result?.session)).toEqual(Array(6).fill('s2'));
    expect(answers.map(({ id }) => id).sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(opened).toBe(2);
  });

  it('takes a stream that broke off up again where it was', async () => {
    const resumed: unknown[] = [];
    const place = await facing((req, res, message) => {
      if (message.method === 'initialize') return okOf(res, message, { protocolVersion: '2025-06-18' }, { 'mcp-session-id': 's' });
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      if (req.method === 'GET' && req.headers['last-event-id'] === undefined) return;
      if (req.method === 'GET') {
        resumed.push(req.headers['last-event-id'], req.headers['mcp-session-id'], req.headers['mcp-protocol-version']);
        return res.end('data: {"jsonrpc":"2.0","id":2,"result":{"late":true}}\n\n');
      }
      return res.write('retry: 10\nid: e7\ndata: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n', () => res.destroy());
    });
    place.say({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {} } });
    await place.next();
    place.say({ id: 2, method: 'tools/call', params: { name: 'x' } });
    expect([await place.next(), await place.next()]).toMatchObject([
      { method: 'notifications/progress' },
      { id: 2, result: { late: true } },
    ]);
    expect(resumed).toEqual(['e7', 's', '2025-06-18']);
  });

  it('tries again to open another session when the first try failed', async () => {
    let tries = 0;
    const place = await facing((req, res, message) => {
      if (message.method === 'initialize') {
        if (++tries === 2) return json(res, 503, { jsonrpc: '2.0', id: null, error: { code: -32603, message: 'not yet' } });
        return okOf(res, message, { protocolVersion: '2025-06-18' }, { 'mcp-session-id': `s${tries}` });
      }
      if (req.method !== 'POST' || message.id === undefined) return res.writeHead(req.method === 'GET' ? 405 : 202).end();
      if (req.headers['mcp-session-id'] === 's1')
        return json(res, 404, { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'gone' } });
      return okOf(res, message, { session: req.headers['mcp-session-id'] ?? null });
    });
    place.say({ id: 0, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {} } });
    await place.next();
    place.say({ id: 1, method: 'ping' });
    expect(await place.next()).toMatchObject({ id: 1, error: { message: expect.stringContaining('opens no other one (503)') } });
    place.say({ id: 2, method: 'ping' });
    expect(await place.next()).toMatchObject({ id: 2, result: { session: 's3' } });
  });

  it.each(['breaks off', 'is being asked for'])(
    'listens to the session that took the place of one whose stream %s, from its beginning',
    async (when) => {
      let opened = 0;
      let isOver = false;
      const listening: { session: unknown; last: unknown }[] = [];
      let stream: ServerResponse | null = null;
      let answerLate = (): void => {};
      const place = await facing((req, res, message) => {
        const session = req.headers['mcp-session-id'];
        if (message.method === 'initialize')
          return okOf(res, message, { protocolVersion: '2025-06-18' }, { 'mcp-session-id': `s${++opened}` });
        if (req.method === 'GET') {
          listening.push({ session, last: req.headers['last-event-id'] });
          if (isOver && session === 's1') {
            answerLate = () => res.writeHead(404).end();
            return;
          }
          stream = res.writeHead(200, { 'content-type': 'text/event-stream' });
          return res.write(
            `retry: 300\nid: ${session}-e\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"of":"${session}"}}\n\n`,
          );
        }
        if (isOver && session === 's1') return json(res, 404, { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'gone' } });
        return message.id === undefined ? res.writeHead(202).end() : okOf(res, message);
      });
      place.say({ id: 0, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {} } });
      await place.next();
      place.say({ method: 'notifications/initialized' });
      expect(await place.next()).toMatchObject({ params: { of: 's1' } });
      isOver = true;
      (stream as ServerResponse | null)?.destroy();
      if (when === 'is being asked for') await eventually('it is asked for', () => listening.length === 2);
      place.say({ id: 1, method: 'ping' });
      expect(await place.next()).toMatchObject({ id: 1, result: {} });
      answerLate();
      expect(await place.next()).toMatchObject({ params: { of: 's2' } });
      expect(listening.filter(({ session }) => session === 's2')).toEqual([{ session: 's2', last: undefined }]);
    },
  );

  it('says in headers what the stateless revision repeats there, and cancels by letting go', async () => {
    const seen: IncomingMessage['headers'][] = [];
    let left = false;
    const tools = [
      { name: 'größe', inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } } },
    ];
    const place = await facing((req, res, message) => {
      seen.push(req.headers);
      if (message.method === 'tools/list') return okOf(res, message, { tools });
      res.on('close', () => {
        left = true;
      });
      return res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    });
    place.say({ id: 1, method: 'tools/list', params: { _meta: STATELESS } });
    await place.next();
    place.say({ id: 'c', method: 'tools/call', params: { name: 'größe', arguments: { region: 'Straße 1' }, _meta: STATELESS } });
    await eventually('the call arrives', () => seen.length === 2);
    const sentinel = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;
    expect(seen[1]).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': sentinel('größe'),
      'mcp-param-region': sentinel('Straße 1'),
    });
    place.say({ method: 'notifications/cancelled', params: { requestId: 'c' } });
    await eventually('the bridge lets go', () => left);
    expect(seen).toHaveLength(2);
  });

  it.each(['SIGTERM', 'the end of stdin'])('ends on %s also when nobody reads what it says', async (how) => {
    const place = await facing((_req, res, message) => okOf(res, message, { text: 'x'.repeat(4_000_000) }));
    place.child.stdout.pause();
    for (let id = 0; id < 8; id++) place.say({ id, method: 'ping' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (how === 'SIGTERM') place.child.kill('SIGTERM');
    else place.child.stdin.end();
    expect(await once(place.child, 'exit')).toEqual([0, null]);
  });
});
