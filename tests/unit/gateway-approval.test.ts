import { describe, expect, it } from 'vitest';
import { jsonReply } from '@/lib/adapters/memory/memory-upstreams';
import type { HoldTimes } from '@/lib/gateway/held-calls';
import { mutationsOf } from '../fixtures/argument-mutations';
import { type Answer, newWorld, type World } from './gateway-world';

/** Waiting is real here, so that it is short: the clock of the gateway's tests goes on by one with each look. */
const SOON = { graceMs: 5, commentEveryMs: 5, progressEveryMs: 20 };
const HELD = { ...SOON, holdMs: 60_000, holdWithProgressMs: 60_000 };
const TOOLS = [{ name: 'wire', description: 'Sends money.', inputSchema: { type: 'object' } }];
const POLICY = { version: '1', default: 'deny', tools: { wire: { approval: { approvers: ['role:approver'], expires: '10m' } } } };
const approvalWorld = (hold: Partial<HoldTimes> = {}): World => newWorld({ tools: TOOLS, policy: POLICY, hold });
const ARGS = { amount: 725, customer: 'cus_91f2' };

// biome-ignore lint/suspicious/noExplicitAny: what tests look into
const lastMessage = (text: string): any =>
  text
    .split('\n\n')
    .flatMap((event) => event.split('\n').filter((line) => line.startsWith('data: ')))
    .map((line) => JSON.parse(line.slice(6)))
    .at(-1);
const textOf = (body: ReturnType<typeof lastMessage>): string => body.result.content[0].text;
const sent = (world: World) => world.upstreams.posts.filter((post) => post.method === 'tools/call');

async function held(world: World): Promise<void> {
  for (let looked = 0; world.approvals.holds.length === 0; looked++) {
    if (looked > 500) throw new Error('the call is not held');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
const idOf = (world: World, at = 0): string => world.approvals.all[at]?.id ?? '';

describe('a call that needs a person', () => {
  it('is answered after its time: NOT EXECUTED, the id, where to decide, and that an identical retry attaches', async () => {
    const world = approvalWorld();
    const body = await (await world.call('wire', ARGS)).json();
    expect(body.result.isError).toBe(true);
    expect(textOf(body)).toContain('NOT EXECUTED');
    expect(textOf(body)).toContain(idOf(world));
    expect(textOf(body)).toContain(`https://gate.example.com/approvals/${idOf(world)}`);
    expect(textOf(body)).toMatch(/identical call attaches/);
    expect(body.result._meta['dev.callgate/decision']).toMatchObject({
      outcome: 'needs_approval',
      approval: { id: idOf(world), expiresAt: '2026-11-20T12:10:00.000Z' },
    });
    await world.call('wire', ARGS);
    expect(world.approvals.all).toHaveLength(1);
    expect(world.approvals.all[0]?.asks).toBe(2);
    expect(sent(world)).toEqual([]);
  });

  it('runs once for the identical retry after it was approved; another one asks again', async () => {
    const world = approvalWorld();
    await world.call('wire', ARGS);
    world.approvals.approve(idOf(world), 'Ben');
    const answers: Answer[] = [];
    for (let i = 0; i < 3; i++) {
      const answer = await world.call('wire', { customer: 'cus_91f2', amount: 725.0 });
      await answer.text();
      answers.push(answer);
    }
    expect((await (answers[0] as Answer).json()).result.isError).not.toBe(true);
    for (const answer of answers.slice(1)) expect(textOf(await answer.json())).toMatch(/^Approval needed/);
    expect(sent(world)).toHaveLength(1);
    expect(world.approvals.all.map(({ state }) => state.status)).toEqual(['consumed', 'pending']);
  });

  it('goes through in the held call itself as soon as it is approved, and the record says who, and for what', async () => {
    const world = approvalWorld(HELD);
    const answer = await world.call('wire', ARGS);
    const text = answer.text();
    await held(world);
    world.approvals.approve(idOf(world), 'Ben');
    expect(lastMessage(await text).result.isError).not.toBe(true);
    expect(answer.headers['content-type']).toBe('text/event-stream');
    expect(sent(world)).toHaveLength(1);
    expect(world.last().intent).toMatchObject({ decision: 'allowed', reason: 'approval.granted', message: expect.stringContaining('Ben') });
    expect(world.last().intent.trace.at(-1)?.note).toContain(world.approvals.all[0]?.ask.digest);
    expect(world.gateway.load().held).toBe(0);
  });

  it('is answered as plain JSON when the decision comes within a moment', async () => {
    const world = approvalWorld({ ...HELD, graceMs: 60_000 });
    const answering = world.call('wire', ARGS);
    await held(world);
    world.approvals.approve(idOf(world), 'Ben');
    const answer = await answering;
    expect(answer.headers['content-type']).toContain('application/json');
    expect(sent(world)).toHaveLength(1);
  });

  it('shows life in comments, and in growing progress only to a client that asked for it', async () => {
    for (const token of [undefined, 'tok-1']) {
      const world = approvalWorld(HELD);
      const params = { name: 'wire', arguments: ARGS, ...(token ? { _meta: { progressToken: token } } : {}) };
      const text = (await world.send({ body: { jsonrpc: '2.0', id: 5, method: 'tools/call', params } })).text();
      await held(world);
      await new Promise((resolve) => setTimeout(resolve, 120));
      world.approvals.deny(idOf(world), 'Ben', 'wrong customer');
      const stream = await text;
      expect(stream).toMatch(/^: waiting for a person\n\n/);
      const values = [...stream.matchAll(/"progress":([\d.e-]+)/g)].map((match) => Number(match[1]));
      if (token === undefined) expect(values).toEqual([]);
      else {
        expect(values.length).toBeGreaterThan(1);
        expect([...new Set(values)].sort((a, b) => a - b)).toEqual(values);
        expect(stream).toContain(`Waiting for approval ${idOf(world)}`);
      }
      expect(textOf(lastMessage(stream))).toMatch(/wrong customer.*NOT EXECUTED.*Do not retry/);
      expect(sent(world)).toEqual([]);
    }
  });

  it('says why when it was denied, withdrawn or nobody decided in time', async () => {
    const ends: [string, (world: World) => void, RegExp][] = [
      ['approval.denied', (world) => world.approvals.deny(idOf(world), 'Ben', 'not today'), /not today/],
      ['approval.withdrawn', (world) => world.approvals.withdraw(idOf(world)), /taken back/],
      [
        'approval.expired',
        (world) => {
          world.clock.now += 601_000;
          for (const hold of world.approvals.holds) hold.onChange();
        },
        /denied/,
      ],
    ];
    for (const [reason, end, words] of ends) {
      const world = approvalWorld(HELD);
      const text = (await world.call('wire', ARGS)).text();
      await held(world);
      end(world);
      const body = lastMessage(await text);
      expect(body.result._meta['dev.callgate/decision'].reason).toBe(reason);
      expect(textOf(body)).toMatch(words);
      expect(textOf(body)).toContain('NOT EXECUTED');
      expect(world.last().intent.decision).toBe('denied');
      expect(sent(world)).toEqual([]);
    }
  });

  it('is not withdrawn by a client that hangs up, and nothing runs without a call that waits', async () => {
    const world = approvalWorld(HELD);
    const client = new AbortController();
    const answer = await world.call('wire', ARGS, { signal: client.signal });
    await held(world);
    client.abort();
    await answer.text();
    expect(world.approvals.all[0]?.state.status).toBe('pending');
    world.approvals.approve(idOf(world), 'Ben');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sent(world)).toEqual([]);
    await (await world.call('wire', ARGS)).text();
    expect(sent(world)).toHaveLength(1);
  });

  it('is let go of by notifications/cancelled, which the server never hears of', async () => {
    const world = approvalWorld(HELD);
    const session = await world.initialize();
    const headers = { 'mcp-session-id': session };
    const answer = await world.call('wire', ARGS, { headers });
    const text = answer.text();
    await held(world);
    await world.send({ headers, body: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } } });
    expect(textOf(lastMessage(await text))).toContain('NOT EXECUTED');
    expect(world.upstreams.count('notifications/cancelled')).toBe(0);
    expect(world.approvals.all[0]?.state.status).toBe('pending');
  });

  it('is let go of when the node drains', async () => {
    const world = approvalWorld(HELD);
    const text = (await world.call('wire', ARGS)).text();
    await held(world);
    const drained = world.gateway.drain(5_000);
    expect(textOf(lastMessage(await text))).toContain('NOT EXECUTED');
    await drained;
    expect(world.gateway.load().held).toBe(0);
  });

  it('shares one request and one execution between identical calls that wait at the same time', async () => {
    const world = approvalWorld(HELD);
    const texts = await Promise.all(Array.from({ length: 8 }, async () => (await world.call('wire', ARGS)).text));
    const bodies = texts.map((text) => text());
    for (let looked = 0; world.approvals.holds.length < 8 && looked < 500; looked++) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(world.approvals.all).toHaveLength(1);
    world.approvals.approve(idOf(world), 'Ben');
    const words = (await Promise.all(bodies)).map((text) => lastMessage(text).result._meta?.['dev.callgate/decision']?.reason ?? 'ran');
    expect(words.filter((word) => word === 'ran')).toHaveLength(1);
    expect(words.filter((word) => word === 'approval.consumed')).toHaveLength(7);
    expect(sent(world)).toHaveLength(1);
  });
});

describe('where to decide', () => {
  const metaOf = (elicitation: object) => ({
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'two', version: '2' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation },
  });
  const modern = (world: World, params: object, elicitation: object = { url: {} }) =>
    world.send({
      headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'wire' },
      body: {
        jsonrpc: '2.0',
        id: 7,
        method: 'tools/call',
        params: { name: 'wire', arguments: ARGS, ...params, _meta: metaOf(elicitation) },
      },
    });

  it('is asked for as input by the stateless revision, where the client can open URLs; the retry is held and runs once', async () => {
    const world = approvalWorld(HELD);
    const { result } = await (await modern(world, {})).json();
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: {
        approval: { method: 'elicitation/create', params: { mode: 'url', url: `https://gate.example.com/approvals/${idOf(world)}` } },
      },
    });
    const retried = await modern(world, { requestState: result.requestState, inputResponses: { approval: { action: 'accept' } } });
    const text = retried.text();
    await held(world);
    world.approvals.approve(idOf(world), 'Ben');
    expect(lastMessage(await text).result.isError).not.toBe(true);
    expect(sent(world)).toHaveLength(1);
    expect(sent(world)[0]?.body).not.toMatch(/requestState|inputResponses/);
    expect(world.approvals.all).toHaveLength(1);
  });

  it('is told in the result where the client declared forms alone, or nothing', async () => {
    for (const elicitation of [{ form: {} }, {}]) {
      const world = approvalWorld();
      const { result } = await (await modern(world, {}, elicitation)).json();
      expect(result).toMatchObject({ resultType: 'complete', isError: true });
    }
  });

  it('is asked on the stream of the held call by 2025-11-25, and the answer to it decides nothing and goes no further', async () => {
    const world = approvalWorld(HELD);
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: { url: {} } },
      clientInfo: { name: 'tester', version: '1' },
    };
    world.upstreams.scripts.set('initialize', ({ rpcId }) =>
      jsonReply({
        jsonrpc: '2.0',
        id: rpcId,
        result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } },
      }),
    );
    const opened = await world.send({ body: { jsonrpc: '2.0', id: 'init', method: 'initialize', params } });
    await opened.text();
    const headers = { 'mcp-session-id': opened.headers['mcp-session-id'] ?? '' };
    const text = (await world.call('wire', ARGS, { headers })).text();
    await held(world);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const answer = await world.send({
      headers,
      body: { jsonrpc: '2.0', id: `callgate:${idOf(world)}:number:1`, result: { action: 'decline' } },
    });
    expect(answer.status).toBe(202);
    expect(world.upstreams.count('')).toBe(0);
    expect(world.approvals.all[0]?.state.status).toBe('pending');
    world.approvals.approve(idOf(world), 'Ben');
    expect(await text).toMatch(/"method":"elicitation\/create","params":\{"mode":"url"/);
    expect(sent(world)).toHaveLength(1);
  });
});

describe('an approval', () => {
  it('covers what a call hands over beside its arguments, too: other answers are another call', async () => {
    const world = approvalWorld();
    const call = (inputs: object) =>
      world.send({ body: { jsonrpc: '2.0', id: 9, method: 'tools/call', params: { name: 'wire', arguments: ARGS, ...inputs } } });
    await call({});
    world.approvals.approve(idOf(world), 'Ben');
    await (await call({ inputResponses: { confirm: { action: 'accept' } } })).text();
    expect(sent(world)).toEqual([]);
    expect(world.approvals.all).toHaveLength(2);
    await (await call({})).text();
    expect(sent(world)).toHaveLength(1);
  });

  it('lets none of 10,000 mutations of its arguments through, and then the arguments that were approved', async () => {
    const args = { amount: 725, customer: 'cus_91f2', lines: [{ sku: 'A-1', count: 2 }], note: 'Grüße' };
    const world = approvalWorld();
    await world.call('wire', args);
    world.approvals.approve(idOf(world), 'Ben');
    for (const mutated of mutationsOf(args, 10_000)) await (await world.call('wire', mutated)).text();
    expect(sent(world)).toEqual([]);
    await (await world.call('wire', args)).text();
    expect(sent(world)).toHaveLength(1);
  }, 60_000);

  const CHANGES: Record<string, [(world: World) => void, RegExp]> = {
    policy: [(world) => world.putServer({ policies: world.nextVersion() }), /policy is version 42 now; version 41 was shown/],
    definition: [(world) => world.putServer({ catalogue: world.changedTool('wire') }), /tool definition/],
    grant: [(world) => world.putGrant(world.token, { scopes: ['other'] }), /grant/],
  };
  it.each(Object.entries(CHANGES))(
    'is stale once the %s is another one: asked again, with the difference named',
    async (_what, [change, words]) => {
      const world = approvalWorld(HELD);
      const text = (await world.call('wire', ARGS)).text();
      await held(world);
      change(world);
      world.approvals.approve(idOf(world), 'Ben');
      const body = lastMessage(await text);
      expect(body.result._meta['dev.callgate/decision'].reason).toBe('approval.stale');
      expect(textOf(body)).toMatch(words);
      expect(world.approvals.all[0]?.state.status).toBe('stale');
      expect(world.approvals.all[0]?.differences).toHaveLength(1);
      expect(sent(world)).toEqual([]);
    },
  );

  const ENDS: Record<string, [(world: World) => void, string]> = {
    'a revoked grant': [(world) => world.putGrant(world.token, { status: 'revoked' }), 'identity.revoked'],
    'a suspended agent': [(world) => world.putGrant(world.token, {}, { status: 'suspended' }), 'grant.agent_suspended'],
    'a disabled owner': [(world) => world.putGrant(world.token, {}, { ownerActive: false }), 'identity.owner_disabled'],
    'a disabled server': [(world) => world.putServer({ status: 'disabled' }), 'server.disabled'],
    'a quarantined tool': [(world) => world.putServer({ catalogue: world.changedTool('wire', 'quarantined') }), 'tool.quarantined'],
  };
  it.each(Object.entries(ENDS))(
    'ends with %s: nothing runs, and it is stale with the difference named',
    async (_what, [change, reason]) => {
      const world = approvalWorld(HELD);
      const text = (await world.call('wire', ARGS)).text();
      await held(world);
      change(world);
      world.approvals.approve(idOf(world), 'Ben');
      await text;
      expect(world.last().intent.reason).toBe(reason);
      expect(world.approvals.all[0]?.state.status).toBe('stale');
      expect(world.approvals.all[0]?.differences[0]?.is).toContain('refused');
      expect(sent(world)).toEqual([]);
    },
  );
});
