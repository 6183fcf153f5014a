import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { failing, jsonReply, streamReply } from '@/lib/adapters/memory/memory-upstreams';
import type { Upstreams } from '@/lib/gateway/upstream-port';
import type { JsonObject } from '@/lib/kernel/json';
import { makeToken } from '@/lib/kernel/token';
import { issuerOf, jwksOf, newSigningKey, signJwt } from '../fixtures/jwt-fixture';
import { type Answer, newWorld, type SendOptions, type World } from './gateway-world';

const event = (message: object): string => `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;
const AT = { path: '' };

/** An agent with a grant for `shop` (`grt_1`, by the world's token) and one for `other` (`grt_2`, by `second`). */
function newPair(options: Parameters<typeof newWorld>[0] = {}): World & { readonly second: string } {
  const world = newWorld(options);
  const second = makeToken(randomBytes(32));
  world.putGrant(second, { id: 'grt_2', serverId: 'srv_2' });
  const { scripts } = world.upstreams;
  scripts.set('initialize', ({ rpcId }, { slug }) =>
    jsonReply(
      {
        jsonrpc: '2.0',
        id: rpcId,
        result: {
          protocolVersion: '2025-06-18',
          capabilities: { tools: {} },
          instructions: `Of ${slug}.`,
          serverInfo: { name: slug, version: '1' },
        },
      },
      200,
      `at-${slug}`,
    ),
  );
  scripts.set('tools/list', ({ rpcId }) => {
    const tools = ['list', 'secret'].map((name) => ({
      name,
      description: name === 'list' ? 'Lists.' : 'Hidden by policy.',
      inputSchema: name === 'list' ? { type: 'object', properties: { page: { type: 'number' } } } : { type: 'object' },
    }));
    return jsonReply({ jsonrpc: '2.0', id: rpcId, result: { tools } });
  });
  return Object.assign(world, { second });
}
const ask = (world: World, method: string, params: object = {}, options: Partial<SendOptions> = {}): Promise<Answer> =>
  world.send({ ...AT, body: { jsonrpc: '2.0', id: 7, method, params }, ...options });
const namesOf = async (answer: Answer): Promise<string[]> => (await answer.json()).result.tools.map(({ name }: { name: string }) => name);

/** Several streams that a test writes to: one for each session at a server. */
function openStreams(world: World) {
  const pushes = new Map<string, (text: string) => void>();
  world.upstreams.onListen = (session, signal) =>
    streamReply(
      (async function* () {
        for (;;)
          yield await new Promise<string>((resolve, reject) => {
            pushes.set(session?.upstreamId ?? '', resolve);
            signal.addEventListener('abort', () => reject(new Error('let go')));
          });
      })(),
    );
  return pushes;
}
const moment = () => new Promise((resolve) => setTimeout(resolve, 5));
function readerOf(answer: Answer) {
  const iterator = (answer.response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  return async (): Promise<string | null> => {
    const { done, value } = await iterator.next();
    return done === true ? null : new TextDecoder().decode(value);
  };
}
const dataOf = (text: string | null) => JSON.parse(/data: (.*)/.exec(text ?? '')?.[1] ?? 'null');

describe('a credential at the aggregate', () => {
  it('stands for its agent: each server by its own grant, of several by the presented one', async () => {
    const world = newPair();
    for (const token of [world.token, world.second]) {
      expect(await namesOf(await ask(world, 'tools/list', {}, { token }))).toEqual(['other__list', 'shop__list']);
      for (const [name, grant] of [
        ['shop__list', 'grt_1'],
        ['other__list', 'grt_2'],
      ]) {
        expect((await (await world.call(name as string, {}, { ...AT, token })).json()).result.isError).toBeUndefined();
        expect(world.last().intent).toMatchObject({ tool: 'list', grant, decision: 'allowed', server: { slug: name?.split('__')[0] } });
      }
    }
    const third = makeToken(randomBytes(32));
    world.putGrant(third, { id: 'grt_3' });
    await world.call('shop__list', {}, { ...AT, token: third });
    expect(world.last().intent.grant).toBe('grt_3');
    await world.call('shop__list', {}, { ...AT, token: world.token });
    expect(world.last().intent.grant).toBe('grt_1');
    // Its own endpoint it is still the only one of.
    expect((await world.call('list', {}, { path: '/other' })).status).toBe(403);
  });

  it('opens nothing once it is over, whatever other grants the agent has', async () => {
    const world = newPair();
    world.putGrant(world.second, { id: 'grt_2', serverId: 'srv_2', status: 'revoked' });
    expect((await world.call('shop__list', {}, { ...AT, token: world.second })).status).toBe(401);
    expect(await namesOf(await ask(world, 'tools/list'))).toEqual(['shop__list']);
    expect((await (await world.call('other__list', {}, AT)).json()).error.message).toBe('Unknown tool: other__list');
    world.putGrant(world.token, {}, { status: 'suspended' });
    expect((await ask(world, 'tools/list')).status).toBe(403);
  });

  it('of a stranger is refused with the way to the metadata of this endpoint', async () => {
    const answer = await ask(newPair(), 'tools/list', {}, { token: null });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer resource_metadata="https://gate.example.com/.well-known/oauth-protected-resource/mcp"',
    );
  });

  it('may be a JWT for the gateway, and not one for a single server', async () => {
    const key = await newSigningKey('k1');
    const world = newPair({ fetchKeys: async () => jwksOf(key) });
    world.snapshots.setIssuers([issuerOf({})]);
    const of = (aud: string) => signJwt(key, world.clock.now, { aud });
    for (const aud of ['https://gate.example.com/mcp', 'https://gate.example.com'])
      expect(await namesOf(await ask(world, 'tools/list', {}, { token: await of(aud) }))).toEqual(['other__list', 'shop__list']);
    const alone = await of('https://gate.example.com/mcp/shop');
    expect((await ask(world, 'tools/list', {}, { token: alone })).status).toBe(401);
    expect((await world.call('list', {}, { token: alone })).status).toBe(200);
  });
});

describe('the walk behind a name', () => {
  it('denies, limits and hides as that server alone does, and reads the same for what is hidden and what is not there', async () => {
    const world = newPair();
    const denied = await (await world.call('shop__remove', {}, AT)).json();
    expect(denied.result._meta['dev.callgate/decision']).toMatchObject({ outcome: 'denied', rule: '/tools/remove/action' });
    const texts = await Promise.all(['shop__secret', 'shop__none_'].map(async (name) => (await world.call(name, {}, AT)).text()));
    const plain = texts.map((text) => text.replace(/"id":\d+/, '"id":0').replace(/shop__(secret|none_)/, 'shop__'));
    expect(plain[0]).toBe(plain[1]);
    expect(
      world.ledger.events
        .slice(-2)
        .map(({ intent }) => intent.tool)
        .sort(),
    ).toEqual(['none_', 'secret']);
    for (let n = 0; n < 3; n++) await world.call('shop__list', {}, AT);
    const limited = await (await world.call('shop__list', {}, AT)).json();
    expect(limited.result._meta['dev.callgate/decision'].outcome).toBe('limited');
  });

  it('asks a client of the stateless revision to show where to decide, and goes on with its retry', async () => {
    const world = newPair();
    const meta = (capabilities: object) => ({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': capabilities,
    });
    world.upstreams.scripts.set('server/discover', ({ rpcId }) =>
      jsonReply({ jsonrpc: '2.0', id: rpcId, result: { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } } }),
    );
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'shop__wire' };
    const params = { name: 'shop__wire', arguments: { amount: 1 }, _meta: meta({ elicitation: { url: {} } }) };
    const first = (await (await ask(world, 'tools/call', params, { headers })).json()).result;
    expect(first).toMatchObject({ resultType: 'input_required', requestState: expect.stringMatching(/^callgate\.approval:/) });
    const retry = { ...params, requestState: first.requestState, inputResponses: { approval: { action: 'accept' } } };
    const second = (await (await ask(world, 'tools/call', retry, { headers })).json()).result;
    expect(second._meta['dev.callgate/decision'].outcome).toBe('needs_approval');
    const wrong = await ask(world, 'tools/call', params, { headers: { ...headers, 'mcp-name': 'shop__list' } });
    expect([wrong.status, (await wrong.json()).error.code]).toEqual([400, -32020]);
    await (
      await ask(
        world,
        'tools/call',
        { ...params, name: 'shop__list', arguments: {} },
        { headers: { ...headers, 'mcp-name': 'shop__list' } },
      )
    ).text();
    expect(world.upstreams.posts.at(-1)?.headers).toMatchObject({ 'mcp-name': 'list', 'mcp-method': 'tools/call' });
  });

  it('a server that is down is named, and the others answer', async () => {
    const world = newPair();
    const working = world.upstreams.scripts.get('initialize');
    world.upstreams.scripts.set('initialize', (request, target) =>
      target.slug === 'other' ? failing(false)(request, target) : (working as NonNullable<typeof working>)(request, target),
    );
    const { result } = await (await ask(world, 'tools/list')).json();
    expect(result.tools.map(({ name }: { name: string }) => name)).toEqual(['shop__list']);
    expect(result._meta['dev.callgate/unavailable']).toEqual([
      { server: 'other', reason: 'failed', message: 'The server could not be reached.' },
    ]);
    expect(world.last().intent).toMatchObject({ decision: 'unavailable', grant: 'grt_2', server: { slug: 'other' } });
  });

  it('a server that is slow is not waited for', async () => {
    const world = newPair({ aggregateWaitMs: 20 });
    const listed = world.upstreams.scripts.get('tools/list');
    world.upstreams.scripts.set('tools/list', (request, target) =>
      target.slug === 'other'
        ? new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(new Error('let go'))))
        : (listed as NonNullable<typeof listed>)(request, target),
    );
    const { result } = await (await ask(world, 'tools/list')).json();
    expect([result.tools.length, result._meta['dev.callgate/unavailable'][0]]).toEqual([
      1,
      expect.objectContaining({ server: 'other', reason: 'slow' }),
    ]);
  });
});

describe('a session at the aggregate', () => {
  const opened = async (world: World) => ({ headers: { 'mcp-session-id': await world.initialize(AT) } });

  it('introduces all servers, and is opened at each with what the client declared', async () => {
    const world = newPair();
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { roots: {}, tasks: { list: {}, cancel: {} } },
      clientInfo: { name: 'tester', version: '1' },
    };
    const { result } = await (await ask(world, 'initialize', params)).json();
    expect(result).toMatchObject({
      protocolVersion: '2025-11-25',
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: 'callgate' },
    });
    expect(result.instructions).toMatch(/other, shop[\s\S]*## other\n\nOf other\.\n\n## shop\n\nOf shop\./);
    const sent = world.upstreams.posts.filter(({ method }) => method === 'initialize').map(({ body }) => JSON.parse(body).params);
    expect(sent).toEqual([0, 1].map(() => ({ ...params, capabilities: { roots: {}, tasks: { cancel: {} } } })));
    expect(world.upstreams.count('notifications/initialized')).toBe(2);
  });

  it('is opened again at a server that forgot it, and the call is made once', async () => {
    const world = newPair();
    const session = await opened(world);
    let lost = true;
    world.upstreams.scripts.set('tools/call', ({ rpcId }) => {
      if (!lost) return jsonReply({ jsonrpc: '2.0', id: rpcId, result: { content: [] } });
      lost = false;
      return jsonReply({ jsonrpc: '2.0', id: rpcId, error: { code: -32001, message: 'Session not found' } }, 404);
    });
    const answer = await world.call('shop__list', {}, { ...AT, ...session });
    expect([answer.status, (await answer.json()).result]).toEqual([200, { content: [] }]);
    expect(world.upstreams.count('initialize')).toBe(3);
  });

  it('sends a call once to a server without sessions that answers 404', async () => {
    const world = newPair();
    const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'u', version: '1' } };
    world.upstreams.scripts.set('initialize', ({ rpcId }) => jsonReply({ jsonrpc: '2.0', id: rpcId, result }));
    const missing = { code: -32602, message: 'No such record' };
    world.upstreams.scripts.set('tools/call', ({ rpcId }) => jsonReply({ jsonrpc: '2.0', id: rpcId, error: missing }, 404));
    const headers = { 'mcp-session-id': await world.initialize(AT) };
    const answer = await ask(world, 'tools/call', { name: 'shop__refund', arguments: { amount: 1 } }, { headers });
    expect([answer.status, (await answer.json()).error]).toEqual([200, missing]);
    expect(world.upstreams.count('tools/call')).toBe(1);
  });

  it('carries what two servers ask under the same id, and each answer to the one that asked', async () => {
    const world = newPair();
    const pushes = openStreams(world);
    const session = await opened(world);
    const stream = await world.send({ ...AT, ...session, method: 'GET', raw: null });
    const read = readerOf(stream);
    const first = read();
    await moment();
    for (const slug of ['shop', 'other']) pushes.get(`at-${slug}`)?.(event({ id: 1, method: 'roots/list' }));
    const asked = [dataOf(await first), dataOf(await read())];
    expect(asked.map(({ id }) => id).sort()).toEqual(['other~n~1', 'shop~n~1']);
    const respond = (id: string): Promise<Answer> => world.send({ ...AT, ...session, body: { jsonrpc: '2.0', id, result: { roots: [] } } });
    expect((await respond('other~n~1')).status).toBe(202);
    const sent = world.upstreams.posts.at(-1);
    expect([sent?.session?.upstreamId, JSON.parse(sent?.body ?? '')]).toEqual([
      'at-other',
      { jsonrpc: '2.0', id: 1, result: { roots: [] } },
    ]);
    // Once each, and nothing that was never asked.
    for (const id of ['other~n~1', 'shop~n~2', 'none~n~1', '1']) expect((await respond(id)).status).toBe(400);
    expect((await respond('shop~n~1')).status).toBe(202);
  });

  it('tells a server of the tasks that the client made of its own questions, and of no others', async () => {
    const world = newPair();
    const pushes = openStreams(world);
    const session = await opened(world);
    const stream = await world.send({ ...AT, ...session, method: 'GET', raw: null });
    const read = readerOf(stream);
    let next = read();
    await moment();
    const asks = (slug: string, id: number, method: string, params = {}) => {
      pushes.get(`at-${slug}`)?.(event({ id, method, params }));
      return moment();
    };
    const say = (body: object): Promise<Answer> => world.send({ ...AT, ...session, body: { jsonrpc: '2.0', ...body } });
    const sentLast = () => {
      const { session: at, body } = world.upstreams.posts.at(-1) ?? {};
      return [at?.upstreamId, JSON.parse(body ?? 'null')];
    };
    await asks('shop', 1, 'sampling/createMessage', { task: {} });
    expect(dataOf(await next).id).toBe('shop~n~1');
    await say({ id: 'shop~n~1', result: { task: { taskId: 'c1', status: 'working' } } });
    expect(sentLast()).toMatchObject(['at-shop', { id: 1, result: { task: { taskId: 'c1' } } }]);
    next = read();
    for (const [id, method, code] of [
      [2, 'tasks/get', -32602],
      [3, 'tasks/result', -32602],
      [4, 'tasks/list', -32601],
    ] as const) {
      await asks('other', id, method, { taskId: 'c1' });
      expect(sentLast()).toMatchObject(['at-other', { id, error: { code } }]);
    }
    await asks('shop', 5, 'tasks/get', { taskId: 'c1' });
    let heard = await next;
    while (heard === '') heard = await read();
    // Nothing of what the other one asked has arrived before it.
    expect(dataOf(heard)).toMatchObject({ id: 'shop~n~5', method: 'tasks/get', params: { taskId: 'c1' } });
    await say({ method: 'notifications/tasks/status', params: { taskId: 'c1', status: 'completed' } });
    expect(sentLast()).toMatchObject(['at-shop', { method: 'notifications/tasks/status', params: { taskId: 'c1' } }]);
    const before = world.upstreams.posts.length;
    expect((await say({ method: 'notifications/tasks/status', params: { taskId: 'c2', status: 'completed' } })).status).toBe(202);
    expect(world.upstreams.posts).toHaveLength(before);
  });

  it('hears of another reach, and of the end of its grant', async () => {
    const world = newPair();
    openStreams(world);
    const session = await opened(world);
    const read = readerOf(await world.send({ ...AT, ...session, method: 'GET', raw: null }));
    world.putGrant(world.second, { id: 'grt_2', serverId: 'srv_2', status: 'revoked' });
    const methods = [dataOf(await read()), dataOf(await read()), dataOf(await read())].map(({ method }) => method);
    expect(methods).toEqual(['tools', 'prompts', 'resources'].map((list) => `notifications/${list}/list_changed`));
    expect(world.upstreams.ended.map(({ upstreamId }) => upstreamId)).toEqual(['at-other']);
    world.putGrant(world.token, { status: 'revoked' });
    expect(await read()).toBeNull();
  });

  it('resumes at the server whose event the client saw last', async () => {
    const world = newPair();
    const session = await opened(world);
    const asked: string[] = [];
    world.upstreams.onListen = () => streamReply([`id: 6\n${event({ id: 7, result: {} })}`]);
    const { upstreams } = world;
    const listen: Upstreams['listen'] = upstreams.listen.bind(upstreams);
    (upstreams as Upstreams).listen = (target, request) => {
      asked.push(`${target.slug} ${request.headers['last-event-id']}`);
      return listen(target, request);
    };
    const resume = (id: string): Promise<Answer> =>
      world.send({ ...AT, method: 'GET', raw: null, headers: { ...session.headers, 'last-event-id': id } });
    expect(await (await resume('shop~p~5')).text()).toContain('id: shop~p~6\n');
    expect(asked).toEqual(['shop 5']);
    expect((await resume('none~p~5')).status).toBe(404);
  });

  it('stops with the agent when a kill switch is engaged', async () => {
    const world = newPair();
    openStreams(world);
    const session = await opened(world);
    const read = readerOf(await world.send({ ...AT, ...session, method: 'GET', raw: null }));
    world.snapshots.setKills([{ id: 'kill_1', scope: 'agent', serverId: null, agentId: 'agt_1', tool: null }]);
    expect(await read()).toBeNull();
    expect(await namesOf(await ask(world, 'tools/list', {}, session))).toEqual([]);
    const refused = (await (await world.call('shop__list', {}, { ...AT, ...session })).json()) as JsonObject;
    expect(JSON.stringify(refused)).toContain('kill switch');
    expect(world.upstreams.count('tools/call')).toBe(0);
  });
});

describe('a subscription to all servers', () => {
  let world: ReturnType<typeof newPair>;
  afterEach(() => world.gateway.drain(100));

  it('begins with one acknowledgement, carries the changes of all, and ends with its result', async () => {
    world = newPair();
    const pushes = new Map<string, (text: string) => void>();
    world.upstreams.scripts.set('server/discover', ({ rpcId }) =>
      jsonReply({
        jsonrpc: '2.0',
        id: rpcId,
        result: { supportedVersions: ['2026-07-28'], capabilities: { tools: {}, resources: { subscribe: true } } },
      }),
    );
    world.upstreams.scripts.set('subscriptions/listen', ({ signal, body }, { slug }) =>
      streamReply(
        (async function* () {
          yield event({ method: 'notifications/subscriptions/acknowledged', params: JSON.parse(body).params });
          for (;;)
            yield await new Promise<string>((resolve, reject) => {
              pushes.set(slug, resolve);
              signal.addEventListener('abort', () => reject(new Error('let go')));
            });
        })(),
      ),
    );
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
    const notifications = { toolsListChanged: true, resourceSubscriptions: ['cg+shop:a://1', 'cg+none:a://2'] };
    const read = readerOf(await ask(world, 'subscriptions/listen', { notifications, _meta }, { headers }));
    expect(dataOf(await read())).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: {
        notifications: { toolsListChanged: true, resourceSubscriptions: ['cg+shop:a://1'] },
        _meta: { 'io.modelcontextprotocol/subscriptionId': 7 },
      },
    });
    const next = read();
    await moment();
    const sent = world.upstreams.posts.filter(({ method }) => method === 'subscriptions/listen').map(({ body }) => JSON.parse(body));
    expect(sent.map(({ id, params }) => [id, params.notifications])).toEqual([
      [7, { toolsListChanged: true }],
      [7, { toolsListChanged: true, resourceSubscriptions: ['a://1'] }],
    ]);
    pushes.get('other')?.(event({ method: 'notifications/tools/list_changed' }));
    expect(dataOf(await next).method).toBe('notifications/tools/list_changed');
    pushes.get('shop')?.(event({ method: 'notifications/resources/updated', params: { uri: 'a://1' } }));
    expect(dataOf(await read()).params.uri).toBe('cg+shop:a://1');
    world.putGrant(world.token, { status: 'revoked' });
    expect(dataOf(await read())).toMatchObject({ id: 7, result: { resultType: 'complete' } });
    expect(await read()).toBeNull();
  });
});
