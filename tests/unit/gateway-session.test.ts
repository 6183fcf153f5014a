import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jsonReply, streamReply } from '@/lib/adapters/memory/memory-upstreams';
import { makeToken } from '@/lib/kernel/token';
import { newWorld, type World } from './gateway-world';

const event = (message: unknown): string => `event: message\ndata: ${JSON.stringify(message)}\n\n`;

function withSessions(world: World): World {
  world.upstreams.scripts.set('initialize', (request) =>
    jsonReply(
      {
        jsonrpc: '2.0',
        id: request.rpcId,
        result: { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'u', version: '1' } },
      },
      200,
      'upstream-session',
    ),
  );
  return world;
}

describe('a legacy session', () => {
  it('has an id of ours, and the upstream gets its own', async () => {
    const world = withSessions(newWorld());
    const session = await world.initialize();
    expect(session).toMatch(/^[\x21-\x7e]{20,}$/);
    expect(session).not.toContain('upstream');
    expect(world.clients).toEqual(['grt_1 tester 1.0']);
    expect(world.ledger.events).toHaveLength(0);
    await (await world.call('refund', { amount: 1 }, { headers: { 'mcp-session-id': session } })).text();
    const sent = world.upstreams.posts.at(-1);
    expect(sent?.session).toMatchObject({
      upstreamId: 'upstream-session',
      id: session,
      profile: { protocolVersion: '2025-11-25', capabilities: { elicitation: {} } },
    });
    expect(sent?.headers['mcp-protocol-version']).toBe('2025-06-18');
    expect(JSON.stringify(sent?.headers)).not.toContain(session);
    expect(world.last().intent).toMatchObject({ session, client: { name: 'tester', version: '1.0' } });
  });

  it('is unknown to another grant, on another server, and after its end', async () => {
    const world = withSessions(newWorld());
    const session = await world.initialize();
    const headers = { 'mcp-session-id': session };
    const stranger = makeToken(randomBytes(32));
    world.putGrant(stranger, { id: 'grt_2' });
    const elsewhere = makeToken(randomBytes(32));
    world.putGrant(elsewhere, { serverId: 'srv_2' });
    for (const options of [{ token: stranger }, { token: elsewhere, path: '/other' }, { headers: { 'mcp-session-id': 'made-up' } }]) {
      const answer = await world.call('refund', { amount: 1 }, { headers, ...options });
      expect(answer.status).toBe(404);
      expect((await answer.json()).error).toMatchObject({ code: -32001, data: { reason: 'request.unknown_session' } });
    }
    expect((await world.send({ method: 'DELETE', headers, raw: null })).status).toBe(200);
    expect(world.upstreams.ended).toHaveLength(1);
    expect((await world.call('refund', { amount: 1 }, { headers })).status).toBe(404);
    expect(world.upstreams.count('tools/call')).toBe(0);
  });

  it('survives the rotation of its token and not the revocation of its grant', async () => {
    const world = withSessions(newWorld());
    const headers = { 'mcp-session-id': await world.initialize() };
    const rotated = makeToken(randomBytes(32));
    world.putGrant(rotated);
    expect((await world.call('refund', { amount: 1 }, { headers, token: rotated })).status).toBe(200);
    world.putGrant(rotated, { status: 'revoked' });
    expect((await world.call('refund', { amount: 1 }, { headers, token: rotated })).status).toBe(401);
  });

  it('is not opened when the upstream refuses to', async () => {
    for (const reply of [
      (id: unknown) => jsonReply({ jsonrpc: '2.0', id, error: { code: -32602, message: 'no' } }),
      (id: unknown) => streamReply([event({ jsonrpc: '2.0', id, error: { code: -32602, message: 'no' } })]),
    ]) {
      const world = newWorld();
      world.upstreams.scripts.set('initialize', (request) => reply(request.rpcId));
      const session = await world.initialize();
      expect(world.gateway.load().sessions).toBe(0);
      if (session !== '') expect((await world.call('list', {}, { headers: { 'mcp-session-id': session } })).status).toBe(404);
    }
  });

  it('begins anew when the upstream forgot it', async () => {
    const world = withSessions(newWorld());
    const headers = { 'mcp-session-id': await world.initialize() };
    world.upstreams.scripts.set('tools/call', () =>
      jsonReply({ jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } }, 404),
    );
    expect((await world.call('refund', { amount: 1 }, { headers })).status).toBe(404);
    expect(world.last().settlement).toMatchObject({ outcome: 'upstream_error', httpStatus: 404 });
    expect(world.ledger.events).toHaveLength(1);
    expect(world.gateway.load().sessions).toBe(0);
  });

  it('goes on when a server without sessions answers 404: the client would take it for the end, and send the call again', async () => {
    const world = newWorld();
    const headers = { 'mcp-session-id': await world.initialize() };
    const missing = { code: -32602, message: 'No such record' };
    for (const method of ['tools/call', 'prompts/list'])
      world.upstreams.scripts.set(method, ({ rpcId }) => jsonReply({ jsonrpc: '2.0', id: rpcId, error: missing }, 404));
    const called = await world.call('refund', { amount: 1 }, { headers });
    expect([called.status, (await called.json()).error]).toEqual([200, missing]);
    expect(world.last().settlement).toMatchObject({ outcome: 'upstream_error', httpStatus: 404 });
    const listed = await world.send({ body: { jsonrpc: '2.0', id: 1, method: 'prompts/list' }, headers });
    expect([listed.status, (await listed.json()).error]).toEqual([200, missing]);
  });

  it('ends after an idle hour, and the oldest makes room beyond the cap', async () => {
    const world = withSessions(newWorld());
    const first = await world.initialize();
    for (let more = 0; more < 3; more++) {
      world.clock.now += 1000;
      await world.initialize();
    }
    expect(world.gateway.load().sessions).toBe(3);
    expect(world.upstreams.ended.map((session) => session.id)).toEqual([first]);
    world.clock.now += 3_600_001;
    expect((await world.call('list', {}, { headers: { 'mcp-session-id': first } })).status).toBe(404);
    expect(world.gateway.load().sessions).toBe(0);
  });

  it('takes its calls along when it ends, and does not count as used for what its client has left', async () => {
    const world = withSessions(newWorld());
    const [left, used] = [await world.initialize(), await world.initialize()];
    const goOn: (() => void)[] = [];
    world.upstreams.scripts.set('tools/call', () =>
      streamReply(
        (async function* () {
          yield ': open\n\n';
          await new Promise<void>((resolve) => goOn.push(resolve));
        })(),
      ),
    );
    const begin = async (session: string) => {
      const answer = await world.call('refund', { amount: 1 }, { headers: { 'mcp-session-id': session } });
      const read = (answer.response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      await read.next();
      return read;
    };
    const [leaving, staying] = [await begin(left), await begin(used)];
    await leaving?.return?.();
    const signals = world.upstreams.posts.filter(({ method }) => method === 'tools/call').map(({ signal }) => signal);
    // The server may go on with it: the client may come back for the result.
    expect(signals.map((signal) => signal.aborted)).toEqual([false, false]);
    for (let more = 0; more < 2; more++) await world.initialize();
    expect(world.upstreams.ended.map((session) => session.id)).toEqual([left]);
    expect(signals.map((signal) => signal.aborted)).toEqual([true, false]);
    expect((await world.send({ method: 'DELETE', headers: { 'mcp-session-id': used }, raw: null })).status).toBe(200);
    expect(signals[1]?.aborted).toBe(true);
    for (const resolve of goOn) resolve();
    await staying?.return?.();
  });

  it('is not needed where the upstream needs none', async () => {
    const world = newWorld();
    expect((await world.call('refund', { amount: 1 })).status).toBe(200);
    expect(world.upstreams.posts[0]?.session).toBeNull();
    expect(world.upstreams.posts[0]?.headers['mcp-protocol-version']).toBeUndefined();
  });
});

describe('questions of the upstream', () => {
  const question = { jsonrpc: '2.0', id: 'q1', method: 'elicitation/create', params: {} };
  const response = { body: { jsonrpc: '2.0', id: 'q1', result: { action: 'accept' } } };

  it('are answered once, in their session only', async () => {
    const world = withSessions(newWorld());
    const headers = { 'mcp-session-id': await world.initialize() };
    const other = { 'mcp-session-id': await world.initialize() };
    expect((await world.send({ ...response, headers })).status).toBe(400);
    world.upstreams.scripts.set('tools/call', (request) =>
      streamReply([event(question), event({ jsonrpc: '2.0', id: request.rpcId, result: { content: [] } })]),
    );
    await (await world.call('refund', { amount: 1 }, { headers })).text();
    expect((await world.send({ ...response, headers: other })).status).toBe(400);
    expect((await world.send(response)).status).toBe(400);
    expect((await world.send({ body: { ...response.body, id: 'q2' }, headers })).status).toBe(400);
    expect(world.upstreams.count('')).toBe(0);
    expect((await world.send({ ...response, headers })).status).toBe(202);
    expect(world.upstreams.posts.at(-1)?.body).toBe('{"jsonrpc":"2.0","id":"q1","result":{"action":"accept"}}');
    expect((await world.send({ ...response, headers })).status).toBe(400);
    expect(world.upstreams.count('')).toBe(1);
    expect(world.last().intent).toMatchObject({ decision: 'refused', reason: 'request.invalid' });
  });

  it('come on the stream of the session too, until the grant is revoked', async () => {
    const world = withSessions(newWorld());
    const headers = { 'mcp-session-id': await world.initialize() };
    const waiting: ((text: string) => void)[] = [];
    world.upstreams.onListen = () =>
      streamReply(
        (async function* () {
          for (;;) yield await new Promise<string>((resolve) => waiting.push(resolve));
        })(),
      );
    const answer = await world.send({ method: 'GET', headers: { ...headers, 'last-event-id': 'e7' }, raw: null });
    expect(answer.headers['content-type']).toBe('text/event-stream');
    const iterator = (answer.response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    const push = async (text: string) => {
      const read = iterator.next();
      await new Promise((resolve) => setTimeout(resolve, 2));
      waiting.shift()?.(text);
      return read;
    };
    expect((await push(event(question))).done).toBe(false);
    expect((await world.send({ ...response, headers })).status).toBe(202);
    world.putGrant(world.token, { status: 'revoked' });
    expect((await push(event(question))).done).toBe(true);
  });

  it('are told apart from results: a resumed result closes its event', async () => {
    const world = withSessions(newWorld());
    const headers = { 'mcp-session-id': await world.initialize() };
    world.upstreams.scripts.set('tools/call', () => streamReply(['id: 1\ndata: \n\n']));
    await (await world.call('refund', { amount: 1 }, { headers })).text();
    expect(world.last().settlement).toBeNull();
    const id = world.last().intent.rpcId;
    world.upstreams.onListen = () => streamReply([event({ jsonrpc: '2.0', id, result: { content: [], isError: true } })]);
    await (await world.send({ method: 'GET', headers: { ...headers, 'last-event-id': '1' }, raw: null })).text();
    expect(world.last().settlement?.outcome).toBe('tool_error');
  });

  it('leave a stream that the server closes without a word as it is: the result comes on the stream of the session', async () => {
    const world = withSessions(newWorld());
    const headers = { 'mcp-session-id': await world.initialize() };
    world.upstreams.scripts.set('tools/call', () => streamReply([': open\n\n']));
    expect(await (await world.call('refund', { amount: 1 }, { headers })).text()).toBe(': open\n\n');
    expect(world.last().settlement).toBeNull();
    const id = world.last().intent.rpcId;
    world.upstreams.onListen = () => streamReply([event({ jsonrpc: '2.0', id, result: { content: [] } })]);
    await (await world.send({ method: 'GET', headers, raw: null })).text();
    expect(world.last().settlement?.outcome).toBe('ok');
  });

  it('do without a stream where the server has neither sessions nor a GET, and the session goes on', async () => {
    const world = newWorld();
    world.upstreams.scripts.set('initialize', (request) =>
      jsonReply({ jsonrpc: '2.0', id: request.rpcId, result: { protocolVersion: '2025-11-25', capabilities: {} } }),
    );
    world.upstreams.onListen = () => ({ status: 404, contentType: 'text/html', sessionId: null, body: null });
    const headers = { 'mcp-session-id': await world.initialize() };
    const answer = await world.send({ method: 'GET', headers, raw: null });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST, DELETE']);
    expect((await world.call('refund', { amount: 1 }, { headers })).status).toBe(200);
  });

  it('need a session, and are no part of the modern era', async () => {
    const world = newWorld();
    expect((await world.send({ method: 'GET', raw: null })).status).toBe(400);
    const modern = await world.send({ method: 'GET', raw: null, headers: { 'mcp-protocol-version': '2026-07-28' } });
    expect([modern.status, modern.headers.allow]).toEqual([405, 'POST, GET, DELETE']);
    expect((await world.send({ ...response, headers: { 'mcp-protocol-version': '2026-07-28' } })).status).toBe(400);
  });
});

describe('notifications', () => {
  it('are passed on and accepted', async () => {
    const world = withSessions(newWorld());
    const headers = { 'mcp-session-id': await world.initialize() };
    const answer = await world.send({ body: { jsonrpc: '2.0', method: 'notifications/initialized' }, headers });
    expect([answer.status, await answer.text()]).toEqual([202, '']);
    expect(world.upstreams.posts.at(-1)).toMatchObject({ body: '{"jsonrpc":"2.0","method":"notifications/initialized"}', rpcId: null });
    expect(world.ledger.events).toHaveLength(0);
  });

  it('cancel the call they name', async () => {
    const world = withSessions(newWorld());
    const headers = { 'mcp-session-id': await world.initialize() };
    let release = (): void => {};
    world.upstreams.scripts.set('tools/call', () =>
      streamReply(
        (async function* () {
          yield ': open\n\n';
          await new Promise<void>((resolve) => (release = resolve));
        })(),
      ),
    );
    const answer = await world.call('refund', { amount: 1 }, { headers });
    const text = answer.text();
    const requestId = world.last().intent.rpcId;
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect((await world.send({ body: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } }, headers })).status).toBe(
      202,
    );
    expect(world.upstreams.count('notifications/cancelled')).toBe(1);
    release();
    expect(await text).toBe(': open\n\n');
    expect(world.last().settlement?.outcome).toBe('cancelled');
  });

  it('that are requests without an id are refused', async () => {
    const world = newWorld();
    const answer = await world.send({
      body: { jsonrpc: '2.0', method: 'tools/call', params: { name: 'refund', arguments: { amount: 1 } } },
    });
    expect(answer.status).toBe(400);
    expect((await answer.json()).error).toMatchObject({ code: -32600, data: { reason: 'request.invalid' } });
    expect(world.upstreams.posts).toHaveLength(0);
  });
});
