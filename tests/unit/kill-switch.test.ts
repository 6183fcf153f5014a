import { describe, expect, it } from 'vitest';
import { type EngagedKill, killOf } from '@/lib/domain/kill-switch';
import type { GatewayRequest } from '@/lib/gateway/request';
import { UpstreamFailure } from '@/lib/gateway/upstream-port';
import { type Answer, newWorld, type World } from './gateway-world';

const kill = (change: Partial<EngagedKill> & Pick<EngagedKill, 'scope'>): EngagedKill => ({
  id: `kil_${change.scope}`,
  serverId: null,
  agentId: null,
  tool: null,
  ...change,
});
const ALL = kill({ scope: 'all' });
const SERVER = kill({ scope: 'server', serverId: 'srv_1' });
const AGENT = kill({ scope: 'agent', agentId: 'agt_1' });
const TOOL = kill({ scope: 'tool', serverId: 'srv_1', tool: 'refund' });
const MODERN = {
  headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'refund' },
};

// biome-ignore lint/suspicious/noExplicitAny: what tests look into
const decisionOf = (body: any) => body.result?._meta['dev.callgate/decision'];
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

/** An upstream that answers never, and says when it was let go of. */
function slow(world: World): { aborted: boolean } {
  const seen = { aborted: false };
  world.upstreams.scripts.set('tools/call', (request) => {
    return new Promise((_, reject) => {
      request.signal.addEventListener('abort', () => {
        seen.aborted = true;
        reject(new UpstreamFailure('The call was cancelled.', true));
      });
    });
  });
  return seen;
}

describe('what a kill switch stops', () => {
  const subject = { agentId: 'agt_1', serverId: 'srv_1', tools: ['run', 'refund'] };

  it('is everything, a server, an agent, or a tool wherever it stands in the chain', () => {
    for (const one of [ALL, SERVER, AGENT, TOOL]) expect(killOf([one], subject)).toBe(one);
    expect(killOf([TOOL, AGENT, SERVER, ALL], subject)).toBe(ALL);
  });

  it('is nothing else', () => {
    const others = [
      kill({ scope: 'server', serverId: 'srv_2' }),
      kill({ scope: 'agent', agentId: 'agt_2' }),
      kill({ scope: 'tool', serverId: 'srv_2', tool: 'refund' }),
      kill({ scope: 'tool', serverId: 'srv_1', tool: 'refunds' }),
    ];
    expect(killOf(others, subject)).toBeNull();
    expect(killOf([], subject)).toBeNull();
    expect(killOf([TOOL], { ...subject, tools: [] })).toBeNull();
  });
});

describe('a call under a kill switch', () => {
  it.each([ALL, SERVER, AGENT, TOOL])('of scope $scope is refused with its own reason, recorded, and not sent', async (one) => {
    const world = newWorld();
    world.snapshots.setKills([one]);
    const answer = await world.call('refund', { amount: 1 });
    const body = await answer.json();
    expect([answer.status, body.result.isError]).toEqual([200, true]);
    expect(decisionOf(body)).toMatchObject({ outcome: 'denied', reason: 'kill.engaged', rule: '(kill switch)', event: world.last().id });
    expect(body.result.content[0].text).toMatch(/^Stopped by an operator: The kill switch stops .* NOT EXECUTED/);
    expect(world.last().intent).toMatchObject({ decision: 'denied', reason: 'kill.engaged', tool: 'refund' });
    expect(world.upstreams.posts).toHaveLength(0);
    world.snapshots.setKills([]);
    expect((await (await world.call('refund', { amount: 1 })).json()).result.isError).toBeUndefined();
  });

  it('of one tool stops no other, reaches behind dispatchers, and tells nothing of hidden tools', async () => {
    const world = newWorld();
    world.snapshots.setKills([TOOL, kill({ scope: 'tool', serverId: 'srv_1', tool: 'secret' })]);
    expect((await (await world.call('list')).json()).result.isError).toBeUndefined();
    const inner = await world.call('run', { tool_name: 'refund', arguments: { amount: 1 } });
    expect(decisionOf(await inner.json()).reason).toBe('kill.engaged');
    expect((await (await world.call('secret')).json()).error.message).toBe('Unknown tool: secret');
    expect(world.upstreams.count('tools/call')).toBe(1);
  });

  it('lists no stopped tool, and asks no stopped server', async () => {
    const world = newWorld();
    const tools = [
      { name: 'list', description: 'Lists.', inputSchema: { type: 'object', properties: { page: { type: 'number' } } } },
      { name: 'remove', description: 'Removes.', inputSchema: { type: 'object' } },
    ];
    world.upstreams.scripts.set('tools/list', (request) => ({
      status: 200,
      contentType: 'application/json',
      sessionId: null,
      body: (async function* () {
        yield new TextEncoder().encode(JSON.stringify({ jsonrpc: '2.0', id: request.rpcId, result: { tools } }));
      })(),
    }));
    const listed = async (): Promise<string[]> => {
      const body = await (await world.send({ body: { jsonrpc: '2.0', id: 1, method: 'tools/list' } })).json();
      return body.result.tools.map((tool: { name: string }) => tool.name);
    };
    expect(await listed()).toEqual(['list', 'remove']);
    world.snapshots.setKills([kill({ scope: 'tool', serverId: 'srv_1', tool: 'remove' })]);
    expect(await listed()).toEqual(['list']);
    world.snapshots.setKills([SERVER]);
    expect(await listed()).toEqual([]);
    expect(world.upstreams.count('tools/list')).toBe(2);
  });

  it('opens no session and passes nothing else on', async () => {
    const world = newWorld();
    const session = await world.initialize();
    world.snapshots.setKills([AGENT]);
    const sent = world.upstreams.posts.length;
    for (const method of ['initialize', 'resources/list', 'prompts/list']) {
      const answer = await world.send({ body: { jsonrpc: '2.0', id: 1, method, params: {} } });
      expect([answer.status, (await answer.json()).error.code], method).toEqual([200, -32003]);
    }
    const note = { jsonrpc: '2.0', method: 'notifications/initialized' };
    expect((await world.send({ body: note, headers: { 'mcp-session-id': session } })).status).toBe(403);
    const stream = { method: 'GET', raw: null, headers: { accept: 'text/event-stream', 'mcp-session-id': session } };
    expect((await world.send(stream)).status).toBe(403);
    expect(world.upstreams.posts).toHaveLength(sent);
  });
});

describe('a call that runs when a kill switch is engaged', () => {
  const modern = (world: World): Promise<Answer> =>
    world.send({
      ...MODERN,
      body: {
        jsonrpc: '2.0',
        id: 7,
        method: 'tools/call',
        params: {
          name: 'refund',
          arguments: { amount: 1 },
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientCapabilities': {},
            'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
          },
        },
      },
    });

  it.each([ALL, SERVER, AGENT, TOOL])('of scope $scope is cancelled upstream, recorded, and refused', async (one) => {
    for (const call of [(world: World) => world.call('refund', { amount: 1 }), modern]) {
      const world = newWorld();
      const seen = slow(world);
      const running = call(world);
      await soon();
      world.snapshots.setKills([one]);
      const body = await (await running).json();
      expect(seen.aborted).toBe(true);
      expect(decisionOf(body)).toMatchObject({ outcome: 'denied', reason: 'kill.cancelled' });
      expect(body.result.content[0].text).toMatch(/^Stopped by an operator: .*UNKNOWN/);
      expect(world.last().settlement).toMatchObject({
        outcome: 'cancelled',
        note: expect.stringContaining(`kill.cancelled: the kill switch ${one.id}`),
      });
      expect(world.gateway.load().calls).toBe(0);
    }
  });

  it('tells a server of the earlier revisions, where a closed connection says nothing', async () => {
    const world = newWorld();
    slow(world);
    const running = world.call('refund', { amount: 1 });
    await soon();
    world.snapshots.setKills([SERVER]);
    await running;
    const told = world.upstreams.posts.filter((post) => post.method === 'notifications/cancelled');
    expect(told.map((post) => JSON.parse(post.body).params.requestId)).toEqual([JSON.parse(world.upstreams.posts[0]?.body ?? '{}').id]);
  });

  it('goes on when the switch is for something else', async () => {
    const world = newWorld();
    let release = (): void => {};
    world.upstreams.scripts.set('tools/call', async (request) => {
      await new Promise<void>((resolve) => (release = resolve));
      return {
        status: 200,
        contentType: 'application/json',
        sessionId: null,
        body: bytes({ jsonrpc: '2.0', id: request.rpcId, result: { content: [] } }),
      };
    });
    const running = world.call('refund', { amount: 1 });
    await soon();
    world.snapshots.setKills([kill({ scope: 'server', serverId: 'srv_2' }), kill({ scope: 'tool', serverId: 'srv_1', tool: 'list' })]);
    release();
    expect((await (await running).json()).result.isError).toBeUndefined();
    expect(world.last().settlement?.outcome).toBe('ok');
  });

  it('ends a stream with the refusal as its last message, and a body that has not begun as a whole one', async () => {
    for (const contentType of ['text/event-stream', 'application/json']) {
      const world = newWorld();
      world.upstreams.scripts.set('tools/call', (request) => ({
        status: 200,
        contentType,
        sessionId: null,
        body: silent(request.signal, contentType === 'application/json' ? [] : [': working\n\n']),
      }));
      const answer = await world.call('refund', { amount: 1 });
      const text = answer.text();
      await soon();
      world.snapshots.setKills([TOOL]);
      expect(await text, contentType).toContain('"reason":"kill.cancelled"');
      expect(world.last().settlement?.outcome).toBe('cancelled');
    }
  });

  it('that was admitted but not sent yet is not sent', async () => {
    const world = newWorld();
    const { ledger } = world;
    const admit = ledger.admit.bind(ledger);
    ledger.admit = async (request) => {
      const admission = await admit(request);
      world.snapshots.setKills([AGENT]);
      return admission;
    };
    const body = await (await world.call('refund', { amount: 1 })).json();
    expect(decisionOf(body).reason).toBe('kill.engaged');
    expect(world.upstreams.posts).toHaveLength(0);
    expect(world.last().settlement).toMatchObject({ outcome: 'not_sent', note: expect.stringContaining('kill.engaged') });
  });

  it('of one tool gets no result on the stream of its session either, where the client reads why; other messages pass', async () => {
    const world = newWorld();
    const session = await world.initialize();
    const headers = { accept: 'application/json, text/event-stream', 'mcp-session-id': session };
    let send: (text: string) => void = () => {};
    const sent = new Promise<string>((resolve) => (send = resolve));
    world.upstreams.onListen = () => ({ status: 200, contentType: 'text/event-stream', sessionId: null, body: texts(sent) });
    // The answer of the call ends at once and says that its result can be fetched elsewhere.
    world.upstreams.scripts.set('tools/call', () => ({
      status: 200,
      contentType: 'text/event-stream',
      sessionId: null,
      body: texts(Promise.resolve('id: e1\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n')),
    }));
    const stream = await world.send({ method: 'GET', raw: null, headers: { accept: 'text/event-stream', 'mcp-session-id': session } });
    const read = stream.text();
    await (await world.call('refund', { amount: 1 }, { headers })).text();
    world.snapshots.setKills([TOOL]);
    send(
      'id: e2\nevent: message\ndata: {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"refunded"}]}}\n\n' +
        'id: e3\nevent: message\ndata: {"jsonrpc":"2.0","id":99,"result":{"content":[]}}\n\n',
    );
    const [instead, other] = (await read).trim().split('\n\n');
    expect(instead).toMatch(/^event: message\nid: e2\ndata: .*"id":1.*"reason":"kill.cancelled"/);
    expect(instead).not.toContain('refunded');
    expect(other).toBe('id: e3\nevent: message\ndata: {"jsonrpc":"2.0","id":99,"result":{"content":[]}}');
  });

  it('ends whole with why, however much of a result had come: a part of one is never passed on', async () => {
    for (const [contentType, begun] of [
      ['application/json', '{"jsonrpc":"2.0","id":1,"result":{"con'],
      ['text/event-stream', 'event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{"con'],
    ] as const) {
      const world = newWorld();
      world.upstreams.scripts.set('tools/call', (request) => ({
        status: 200,
        contentType,
        sessionId: null,
        body: silent(request.signal, [begun]),
      }));
      const text = (await world.call('refund', { amount: 1 })).text().catch((error: Error) => error.message);
      await soon();
      world.snapshots.setKills([TOOL]);
      const whole = (await text).replace(/^event: message\ndata: /, '');
      expect(JSON.parse(whole).result).toMatchObject({ isError: true, _meta: { 'dev.callgate/decision': { reason: 'kill.cancelled' } } });
    }
  });

  it('closes streams of the server, too', async () => {
    const world = newWorld();
    const session = await world.initialize();
    let aborted = false;
    world.upstreams.onListen = (_, signal) => {
      signal.addEventListener('abort', () => (aborted = true));
      return { status: 200, contentType: 'text/event-stream', sessionId: null, body: silent(signal, []) };
    };
    const stream = await world.send({ method: 'GET', raw: null, headers: { accept: 'text/event-stream', 'mcp-session-id': session } });
    expect(stream.status).toBe(200);
    world.snapshots.setKills([SERVER]);
    expect(aborted).toBe(true);
    await stream.text().catch(() => '');
  });
});

describe('a call that waits for a person when a kill switch is engaged', () => {
  it('is refused at once, and a client that had its answer begun as a stream reads why', async () => {
    for (const graceMs of [60_000, 1]) {
      const world = newWorld({ hold: { graceMs, commentEveryMs: 5, progressEveryMs: 20, holdMs: 60_000, holdWithProgressMs: 60_000 } });
      const answer = world.call('wire', { amount: 1 });
      while (world.approvals.holds.length === 0) await soon();
      const text = answer.then((one) => one.text());
      world.snapshots.setKills([AGENT]);
      expect(await text).toContain('"reason":"kill.engaged"');
      expect(world.upstreams.count('tools/call')).toBe(0);
      expect(world.gateway.load().held).toBe(0);
    }
  });
});

async function* bytes(value: unknown): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(JSON.stringify(value));
}

/** Says these texts, and then nothing until it is let go of. */
async function* silent(signal: GatewayRequest['signal'], texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
  await new Promise((_, reject) => {
    if (signal.aborted) reject(new Error('aborted'));
    signal.addEventListener('abort', () => reject(new Error('aborted')));
  });
}

async function* texts(later: Promise<string>): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(await later);
}
