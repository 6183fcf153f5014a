import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jsonReply, streamReply } from '@/lib/adapters/memory/memory-upstreams';
import { makeToken } from '@/lib/kernel/token';
import { newWorld } from './gateway-world';
import { event, HttpSseClient, moment, spoken, withSessions } from './http-sse-client';

describe('the stream of a client of HTTP+SSE', () => {
  it('begins with the address to post to, and carries the answers', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    expect(client.opened.headers['content-type']).toBe('text/event-stream');
    expect(client.endpoint).toMatch(/^\/mcp\/shop\/messages\?session=[\w-]{32}$/);
    expect(client.raw).toMatch(/^event: endpoint\ndata: /);
    expect(await client.initialize()).toMatchObject({ protocolVersion: '2024-11-05' });
    expect(world.clients).toEqual(['grt_1 old 0.9']);
    const taken = await client.call(7, 'refund', { amount: 1 });
    expect([taken.status, taken.response.body]).toEqual([202, null]);
    expect(await client.message()).toMatchObject({ jsonrpc: '2.0', id: 7, result: { content: [{ type: 'text' }] } });
    const sent = world.upstreams.posts.at(-1);
    expect(sent?.session).toMatchObject({ upstreamId: 'upstream-session' });
    expect(sent?.headers['mcp-protocol-version']).toBe('2024-11-05');
    expect(world.last().intent).toMatchObject({ tool: 'refund', client: { name: 'old' }, sourceIp: '192.0.2.7' });
    // The address is not in the record: the session there is the one with the server.
    expect(JSON.stringify(world.ledger.events)).not.toContain(client.query.slice('session='.length));
    await client.leave();
  });

  it('has the refusals that models read, in the bytes of Streamable HTTP but for the event', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    for (const [tool, args] of [
      ['refund', { amount: 501 }],
      ['remove', {}],
      ['secret', {}],
      ['wire', { amount: 2 }],
    ] as const) {
      const direct = await (await world.call(tool, args)).json();
      await client.call(9, tool, args);
      const same = (answer: Record<string, unknown>): string =>
        JSON.stringify({ ...answer, id: 0 }).replace(/evt_\w+|apr_\w+|"expiresAt":"[^"]+"/g, '…');
      expect(same(await client.message())).toBe(same(direct));
    }
    expect(world.upstreams.count('tools/call')).toBe(0);
    await client.leave();
  });

  it('has what a pause refuses on the stream too, although it is refused before the decision', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    const untilMs = world.clock.now + 60_000;
    world.snapshots.setRestrictions([{ id: 'res_1', agentId: 'agt_1', mode: 'pause', serverId: null, tool: null, untilMs }]);
    expect((await client.call(3, 'refund', { amount: 1 })).status).toBe(202);
    expect(await client.message()).toMatchObject({ id: 3, result: { isError: true } });
    await client.leave();
  });

  it('carries progress and the result of a streamed answer, without comments, ids and halves', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } };
    const result = { jsonrpc: '2.0', id: 4, result: { content: [] } };
    world.upstreams.scripts.set('tools/call', () =>
      streamReply([': hello\n\n', `id: 1\n${event(progress)}`, ...[...event(result)].map((letter) => letter)]),
    );
    const before = client.raw.length;
    await client.call(4, 'refund', { amount: 1 });
    expect([await client.message(), await client.message()]).toEqual([progress, result]);
    expect(client.raw.slice(before)).toBe(event(progress) + event(result));
    await moment();
    expect(world.last().settlement?.outcome).toBe('ok');
    await client.leave();
  });

  it('ends a request whose answer breaks off with an error', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    world.upstreams.scripts.set('prompts/list', () =>
      streamReply(
        (async function* () {
          yield 'event: message\ndata: {"jsonrpc":';
          throw new Error('reset');
        })(),
      ),
    );
    await client.post({ jsonrpc: '2.0', id: 5, method: 'prompts/list' });
    expect(await client.message()).toMatchObject({ id: 5, error: { code: expect.any(Number) } });
    world.upstreams.scripts.set('ping', () => ({ ...jsonReply({}), body: (async function* () {})() }));
    await client.post({ jsonrpc: '2.0', id: 6, method: 'ping' });
    expect(await client.message()).toMatchObject({ id: 6, error: { code: -32603 } });
    await client.leave();
  });

  it('fetches the rest of an answer that the server wants polled', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    world.upstreams.scripts.set('tools/call', () => streamReply(['id: a1\ndata: \n\n']));
    const asked: unknown[] = [];
    const result = { jsonrpc: '2.0', id: 8, result: { content: [{ type: 'text', text: 'late' }] } };
    const { upstreams } = world;
    upstreams.listen = async (_target, request) => {
      asked.push((request as { headers?: Record<string, string> }).headers?.['last-event-id']);
      return streamReply([`id: a2\n${event(result)}`]);
    };
    await client.call(8, 'refund', { amount: 1 });
    expect(await client.message()).toEqual(result);
    expect(asked).toContain('a1');
    await client.leave();
  });

  it('is kept alive between events', async () => {
    const world = newWorld({ hold: { commentEveryMs: 5 } });
    const client = await HttpSseClient.open(world);
    void client.event();
    await moment();
    await moment();
    await moment();
    expect(client.raw).toMatch(/\n\n: keep-alive\n\n$/);
    await client.leave();
  });
});

describe('what the server says by itself', () => {
  it('comes on the stream once the client is ready, and its questions are answered by posts', async () => {
    const world = withSessions(newWorld());
    const server = spoken();
    let listened = 0;
    world.upstreams.onListen = () => {
      listened++;
      return streamReply(server.texts);
    };
    const client = await HttpSseClient.open(world);
    await moment();
    expect(listened).toBe(0);
    await client.initialize();
    const changed = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
    server.say(event(changed));
    expect(await client.message()).toEqual(changed);
    const question = { jsonrpc: '2.0', id: 'q1', method: 'elicitation/create', params: { message: 'Sure?' } };
    server.say(event(question));
    expect(await client.message()).toEqual(question);
    const reply = { jsonrpc: '2.0', id: 'q1', result: { action: 'decline' } };
    expect((await client.post(reply)).status).toBe(202);
    expect(world.upstreams.posts.at(-1)?.body).toBe(JSON.stringify(reply));
    // Once only, and nothing that was not asked.
    expect((await client.post(reply)).status).toBe(400);
    expect(listened).toBe(1);
    await client.leave();
    expect(world.gateway.load()).toMatchObject({ sessions: 0, streams: 0 });
    server.stop();
  });

  it('may be nothing: some have no such stream', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    await client.call(1, 'refund', { amount: 1 });
    expect(await client.message()).toMatchObject({ id: 1 });
    await client.leave();
  });
});

describe('an address of a stream', () => {
  it('needs the credential of the grant that opened it', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    const stranger = makeToken(randomBytes(32));
    world.putGrant(stranger, { id: 'grt_2' });
    const elsewhere = makeToken(randomBytes(32));
    world.putGrant(elsewhere, { id: 'grt_3', serverId: 'srv_2' });
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    const before = world.upstreams.posts.length;
    for (const [token, status] of [
      [null, 401],
      [makeToken(randomBytes(32)), 401],
      [elsewhere, 403],
      [stranger, 404],
    ] as const)
      for (const method of ['ping', 'initialize', 'tools/call'])
        expect([method, (await client.post({ ...ping, method, params: { name: 'list' } }, { token })).status]).toEqual([method, status]);
    expect(world.upstreams.posts).toHaveLength(before);
    // Another token of the same grant is the same client.
    const rotated = makeToken(randomBytes(32));
    world.putGrant(rotated);
    expect((await client.post(ping, { token: rotated })).status).toBe(202);
    expect(await client.message()).toMatchObject({ id: 1 });
    await client.leave();
  });

  it.each(['', 'session=', 'session=made-up', 'session=a&session=b', 'id=1'])('that is none is unknown: %j', async (query) => {
    const world = withSessions(newWorld());
    const answer = await world.send({ path: '/shop/messages', query, body: { jsonrpc: '2.0', id: 1, method: 'ping' } });
    expect(answer.status).toBe(404);
    expect((await answer.json()).error).toMatchObject({ code: -32001, data: { reason: 'request.unknown_session' } });
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('takes what Streamable HTTP takes, and refuses the rest with the same status', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    await client.initialize();
    const cases: readonly (readonly [number, Parameters<HttpSseClient['post']>[1]])[] = [
      [415, { headers: { 'content-type': 'text/plain' } }],
      [415, { headers: { 'content-encoding': 'gzip' } }],
      [413, { raw: { tooLarge: true } }],
      [400, { raw: '{"jsonrpc":"2.0"' }],
      [400, { raw: '[]' }],
      [403, { headers: { origin: 'https://evil.example' } }],
      [403, { headers: { host: 'evil.example' } }],
      [401, { token: null }],
      [401, { query: `${client.query}&access_token=x` }],
    ];
    for (const [status, options] of cases) {
      const body = { jsonrpc: '2.0', id: 1, method: 'ping' };
      const [old, current] = [await client.post(body, options), await world.send({ body, ...options })];
      expect([JSON.stringify(options), old.status, current.status]).toEqual([JSON.stringify(options), status, status]);
    }
    // Nothing is accepted in the answer, so nothing has to be said about it.
    expect((await client.post({ jsonrpc: '2.0', id: 2, method: 'ping' }, { headers: { accept: 'text/html' } })).status).toBe(202);
    await client.leave();
  });

  it.each([
    ['POST', '/shop/sse'],
    ['DELETE', '/shop/sse'],
    ['GET', '/shop/messages'],
    ['DELETE', '/shop/messages'],
  ])('is not for %s %s', async (method, path) => {
    const answer = await newWorld().send({ method, path, body: { jsonrpc: '2.0', id: 1, method: 'initialize' } });
    expect(answer.status).toBe(405);
  });

  it('refuses the stateless revision, so that a client of both goes back', async () => {
    const world = withSessions(newWorld());
    const client = await HttpSseClient.open(world);
    const version = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    const answer = await client.post(
      { jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta: version } },
      { headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' } },
    );
    expect([answer.status, (await answer.json()).error.code]).toEqual([400, -32022]);
    await client.leave();
  });

  it.each([
    [{ token: null }, 401],
    [{ headers: { host: 'evil.example' } }, 403],
    [{ headers: { origin: 'https://evil.example' } }, 403],
    [{ headers: { accept: 'application/json' } }, 406],
    [{ query: 'token=x' }, 401],
    [{ path: '/nowhere/sse' }, 404],
  ] as const)('is not given to %j', async (options, status) => {
    const answer = await newWorld().send({ method: 'GET', path: '/shop/sse', raw: null, ...options });
    expect([answer.status, answer.response.headers['content-type']]).toEqual([status, 'application/json']);
  });
});
