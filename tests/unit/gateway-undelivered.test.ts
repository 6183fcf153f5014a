import { describe, expect, it } from 'vitest';
import { jsonReply, streamReply } from '@/lib/adapters/memory/memory-upstreams';
import type { HoldTimes } from '@/lib/gateway/held-calls';
import { UpstreamFailure } from '@/lib/gateway/upstream-port';
import { withId } from '@/lib/gateway/wire/answer-id';
import { type Answer, newWorld, type World } from './gateway-world';

const SOON = { graceMs: 5, commentEveryMs: 5, progressEveryMs: 20, holdMs: 60_000 };
const TOOLS = [{ name: 'wire', description: 'Sends money.', inputSchema: { type: 'object' } }];
const POLICY = { version: '1', default: 'deny', tools: { wire: { approval: { approvers: ['role:approver'], expires: '10m' } } } };
const approvalWorld = (hold: Partial<HoldTimes> = {}): World => newWorld({ tools: TOOLS, policy: POLICY, hold: { ...SOON, ...hold } });
const ARGS = { amount: 725 };
const RESULT = { content: [{ type: 'text', text: 'sent' }], structuredContent: { exact: 1 } };

async function until(what: string, is: () => boolean): Promise<void> {
  for (let looked = 0; !is(); looked++) {
    if (looked > 2_000) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Every event of a stream has to be whole JSON under the name that clients look at. */
// biome-ignore lint/suspicious/noExplicitAny: what tests look into
function messagesOf(text: string): any[] {
  return text
    .split('\n\n')
    .map((event) => event.split('\n'))
    .filter((lines) => lines.findLast((line) => line.startsWith('event: ')) === 'event: message')
    .map((lines) =>
      JSON.parse(
        lines
          .filter((line) => line.startsWith('data: '))
          .join('')
          .slice(6),
      ),
    );
}

/** A call whose answer the test gives, in the way it says. */
function paused(world: World): { answer: (reply: (id: unknown) => ReturnType<typeof jsonReply>) => void; sent: () => number } {
  let give: (reply: (id: unknown) => ReturnType<typeof jsonReply>) => void = () => {};
  const given = new Promise<(id: unknown) => ReturnType<typeof jsonReply>>((resolve) => (give = resolve));
  world.upstreams.scripts.set('tools/call', async (request) => (await given)(request.rpcId));
  return { answer: (reply) => give(reply), sent: () => world.upstreams.count('tools/call') };
}

const jsonOf = (id: unknown) => jsonReply({ jsonrpc: '2.0', id, result: RESULT });
const streamOf = (id: unknown) => streamReply([`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id, result: RESULT })}\n\n`]);

/** A call that was approved and is at the server, and the body its client reads. */
async function running(world: World): Promise<AsyncIterator<Uint8Array>> {
  const answer = await world.call('wire', ARGS);
  const body = (answer.response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  await body.next();
  await until('the call is held', () => world.approvals.holds.length > 0);
  world.approvals.approve(world.approvals.all[0]?.id ?? '', 'Ben');
  await until('the call is at the server', () => world.upstreams.count('tools/call') > 0);
  return body;
}

describe('the answer of an approved call whose client has left', () => {
  it.each([
    ['JSON', jsonOf],
    ['stream', streamOf],
  ])('is kept and given to the identical retry, once executed (%s)', async (_form, reply) => {
    const world = approvalWorld();
    const upstream = paused(world);
    const body = await running(world);
    await body.return?.();
    const retry = await world.call('wire', ARGS);
    const text = retry.text();
    upstream.answer(reply);
    const message = messagesOf(await text).at(-1);
    expect(message.result).toEqual(RESULT);
    expect(message.id).toBe(2);
    expect(upstream.sent()).toBe(1);
    const [first, replayed] = world.ledger.events;
    expect(first?.settlement).toMatchObject({ outcome: 'ok', note: expect.stringContaining('kept for 10 minutes') });
    expect(replayed?.intent).toMatchObject({
      decision: 'allowed',
      reason: 'approval.replayed',
      message: expect.stringContaining(first?.id ?? '?'),
    });
    expect(replayed?.intent.charges).toEqual([]);
    expect(replayed?.settlement).toMatchObject({ outcome: 'not_sent', note: expect.stringContaining(first?.id ?? '?') });
    expect(world.approvals.kept.size).toBe(0);
    await (await world.call('wire', ARGS)).response;
    expect(world.approvals.all.map(({ state }) => state.status)).toEqual(['consumed', 'pending']);
  });

  it('stays when the retry leaves as well, and is no answer to other arguments', async () => {
    const world = approvalWorld();
    const upstream = paused(world);
    const body = await running(world);
    await body.return?.();
    upstream.answer(jsonOf);
    await until('the answer is kept', () => world.approvals.kept.size === 1);
    const again = await world.call('wire', ARGS);
    await (again.response.body as AsyncIterableIterator<Uint8Array>).return?.();
    expect(world.approvals.kept.size).toBe(1);
    const other = await world.call('wire', { amount: 726 });
    expect(other.headers['content-type']).toBe('text/event-stream');
    expect((await (await world.call('wire', ARGS)).json()).result).toEqual(RESULT);
    expect(upstream.sent()).toBe(1);
  });

  it('that is too large is not kept, which the record and the retry say', async () => {
    const world = approvalWorld();
    const upstream = paused(world);
    const body = await running(world);
    await body.return?.();
    upstream.answer((id) => jsonReply({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'x'.repeat(1_100_000) }] } }));
    await until('the call has ended', () => world.ledger.events[0]?.settlement != null);
    expect(world.ledger.events[0]?.settlement?.note).toMatch(/too large to be kept/);
    const { result } = await (await world.call('wire', ARGS)).json();
    expect(result.content[0].text).toMatch(/has run \(evt_.*too large to be kept/);
    expect(upstream.sent()).toBe(1);
  });

  it('is not kept when it was written, nor when nobody had to approve', async () => {
    const world = approvalWorld();
    const upstream = paused(world);
    const body = await running(world);
    upstream.answer(jsonOf);
    while ((await body.next()).done !== true);
    expect(world.approvals.kept.size).toBe(0);
    expect(world.ledger.events[0]?.settlement).toMatchObject({ outcome: 'ok', note: null });
    expect(upstream.sent()).toBe(1);
  });

  it('lost with the server is of unknown outcome: the retry asks a person again', async () => {
    const world = approvalWorld();
    world.upstreams.scripts.set('tools/call', () => Promise.reject(new UpstreamFailure('reset', true)));
    const answer = await world.call('wire', ARGS);
    const text = answer.text();
    await until('the call is held', () => world.approvals.holds.length > 0);
    world.approvals.approve(world.approvals.all[0]?.id ?? '', 'Ben');
    await text;
    expect(world.ledger.events[0]?.settlement?.outcome).toBe('unknown');
    await world.call('wire', ARGS);
    expect(world.approvals.all).toHaveLength(2);
  });

  it('is given to nobody whose grant was revoked while it waited', async () => {
    const world = approvalWorld();
    const upstream = paused(world);
    const body = await running(world);
    await body.return?.();
    const retry = (await world.call('wire', ARGS)).text();
    world.putGrant(world.token, { status: 'revoked' });
    upstream.answer(jsonOf);
    expect(await retry).not.toContain('sent');
    expect(world.approvals.kept.size).toBe(1);
  });
});

describe('the end of a held answer', () => {
  const held = async (world: World): Promise<Answer> => {
    const answer = await world.call('wire', ARGS);
    await until('the call is held', () => world.approvals.holds.length > 0);
    world.approvals.approve(world.approvals.all[0]?.id ?? '', 'Ben');
    return answer;
  };

  it.each([
    ['breaks off', 100, true],
    ['ends too early', 100, false],
    ['breaks off after megabytes', 3_000_000, true],
  ])('is a whole result that tells the model when the JSON of the server %s', async (_what, length, throws) => {
    const world = approvalWorld();
    world.upstreams.scripts.set('tools/call', ({ rpcId }) => ({
      status: 200,
      contentType: 'application/json',
      sessionId: null,
      body: (async function* () {
        const text = JSON.stringify({ jsonrpc: '2.0', id: rpcId, result: { content: [{ type: 'text', text: 'y'.repeat(length) }] } });
        for (let at = 0; at < text.length - 20; at += 65_536)
          yield new TextEncoder().encode(text.slice(at, Math.min(at + 65_536, text.length - 20)));
        if (throws) throw new Error('socket hang up');
      })(),
    }));
    const messages = messagesOf(await (await held(world)).text());
    expect(messages.at(-1)).toMatchObject({ id: 1, result: { isError: true } });
    expect(world.ledger.events[0]?.settlement).toMatchObject({ outcome: 'unknown', note: 'The answer broke off.' });
  });

  it('says so at once when one agent has its share of what the node holds', async () => {
    const world = approvalWorld({ holdMs: 60_000 });
    for (let i = 0; i < 20; i++) {
      await Promise.all(Array.from({ length: 10 }, () => world.call('wire', { i })));
    }
    await until('200 calls are held', () => world.gateway.load().held === 200);
    const { result } = await (await world.call('wire', { i: 0 })).json();
    expect(result.content[0].text).toMatch(/200 calls of this agent are held already/);
    expect(world.gateway.load().held).toBe(200);
    await world.gateway.drain();
  });
});

describe('the id of a kept answer', () => {
  it('is the only thing that changes', () => {
    const text = '{ "result":{"id":5,"n":12345678901234567890.10,"t":"\\"id\\":"}, "\\u0069d" : "old" ,"jsonrpc":"2.0"}';
    expect(withId(text, 'new')).toBe('{ "result":{"id":5,"n":12345678901234567890.10,"t":"\\"id\\":"}, "\\u0069d" :"new","jsonrpc":"2.0"}');
    expect(withId('{"jsonrpc":"2.0","id":1}', 2)).toBe('{"jsonrpc":"2.0","id":2}');
    expect(withId('{"jsonrpc":"2.0"}', 2)).toBeNull();
  });
});
