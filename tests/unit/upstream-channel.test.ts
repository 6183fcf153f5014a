import { describe, expect, it } from 'vitest';
import { Channel, type ChannelLimits } from '@/lib/adapters/upstream/channel';
import { withId } from '@/lib/adapters/upstream/response-id';
import type { Wire } from '@/lib/adapters/upstream/wire';
import type { UpstreamReply, UpstreamRequest, UpstreamSession } from '@/lib/gateway/upstream-port';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';

const limits: ChannelLimits = { callIdleMs: 60_000, waitingBytesMax: 10_000, askHoldMs: 30 };
const quiet = { warn: () => undefined, error: () => undefined };

/** A channel on a wire whose other end is this test. */
function connected(capabilities: JsonObject = {}, changed: Partial<ChannelLimits> = {}) {
  const sent: JsonObject[] = [];
  const wire: Wire = {
    send: async (text, sending) => {
      if (sending()) sent.push(JSON.parse(text) as JsonObject);
    },
    close: async () => undefined,
    closeNow: () => undefined,
    diagnostics: () => '',
  };
  const channel = new Channel(wire, capabilities, { ...limits, ...changed }, quiet);
  return {
    channel,
    sent,
    says: (message: JsonObject): void => channel.receive(message, JSON.stringify(message)),
    lastCall: () => sent.filter(({ method }) => method === 'tools/call').at(-1)?.id as number,
  };
}

function session(id: string): UpstreamSession {
  return { id, profile: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} }, upstreamId: null };
}

function post(
  channel: Channel,
  message: JsonObject,
  from: UpstreamSession | null,
  signal = new AbortController().signal,
): Promise<UpstreamReply> {
  const request: UpstreamRequest = {
    body: JSON.stringify(message),
    method: String(message.method),
    rpcId: null,
    headers: {},
    session: from,
    signal,
  };
  const reply = channel.post(message, request);
  reply.catch(() => undefined);
  return reply;
}

const call = (id: number | string, meta?: JsonObject): JsonObject => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 't', arguments: {}, ...(meta === undefined ? {} : { _meta: meta }) },
});
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

async function textOf(reply: UpstreamReply): Promise<string> {
  let text = '';
  for await (const chunk of reply.body ?? []) text += Buffer.from(chunk).toString('utf8');
  return text;
}

describe('putting an id into a message', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":1,"result":{}}', '{"jsonrpc":"2.0","id":"x","result":{}}'],
    ['{ "result" : {"id":3,"a":"}\\"{"} , "id" : 1 }', '{ "result" : {"id":3,"a":"}\\"{"} , "id" : "x" }'],
    ['{"id":1}', '{"id":"x"}'],
    ['{"\\u0069d":"a\\\\","r":[1,[2,{"id":9}]]}', '{"\\u0069d":"x","r":[1,[2,{"id":9}]]}'],
  ])('%s', (text, expected) => {
    expect(withId(text, '"x"')).toBe(expected);
    expect((JSON.parse(expected) as JsonObject).id).toBe('x');
  });

  it.each(['[]', '{"a":1}', '{"id":1,"id":2}', '', '{'])('leaves %s alone', (text) => {
    expect(withId(text, '"x"')).toBeNull();
  });
});

describe('a channel', () => {
  it('renames ids and progress tokens on the way out and back', async () => {
    const { channel, sent, says } = connected();
    const one = post(channel, call('same', { progressToken: 'p', other: 1 }), session('a'));
    const two = post(channel, call('same', { progressToken: 'p' }), session('b'));
    await settled();
    const [first, second] = sent;
    expect(first?.id).not.toBe(second?.id);
    expect(first).toMatchObject({ params: { _meta: { progressToken: first?.id, other: 1 } } });
    says({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: second?.id as number, progress: 1 } });
    says({ jsonrpc: '2.0', id: second?.id as number, result: { of: 'b' } });
    says({ jsonrpc: '2.0', id: String(first?.id), error: { code: 1, message: 'of a' } });
    expect((await one).contentType).toBe('application/json');
    expect(JSON.parse(await textOf(await one))).toEqual({ jsonrpc: '2.0', id: 'same', error: { code: 1, message: 'of a' } });
    expect((await two).contentType).toBe('text/event-stream');
    expect(await textOf(await two)).toBe(
      'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":1}}\n\nevent: message\ndata: {"jsonrpc":"2.0","id":"same","result":{"of":"b"}}\n\n',
    );
  });

  it('answers ping itself and refuses what the client did not declare', () => {
    const { sent, says } = connected({ roots: {} });
    says({ jsonrpc: '2.0', id: 'p', method: 'ping' });
    says({ jsonrpc: '2.0', id: 's', method: 'sampling/createMessage', params: {} });
    expect(sent).toEqual([
      { jsonrpc: '2.0', id: 'p', result: {} },
      { jsonrpc: '2.0', id: 's', error: { code: -32601, message: expect.any(String) } },
    ]);
  });

  it('never guesses whose question it is when several sessions have calls in flight', async () => {
    const { channel, sent, says } = connected({ elicitation: {} });
    const [a, b] = [post(channel, call(1), session('a')), post(channel, call(1), session('b'))];
    await settled();
    says({ jsonrpc: '2.0', id: 7, method: 'elicitation/create', params: { message: 'private to a' } });
    says({ jsonrpc: '2.0', method: 'notifications/message', params: { data: 'private to a' } });
    await settled();
    expect(sent.at(-1)).toMatchObject({ id: 7, error: { code: -32603 } });
    says({ jsonrpc: '2.0', id: sent[0]?.id as number, result: {} });
    says({ jsonrpc: '2.0', id: 8, method: 'elicitation/create', params: { message: 'private to b' } });
    says({ jsonrpc: '2.0', id: sent[1]?.id as number, result: {} });
    expect(await textOf(await a)).not.toContain('private');
    expect(await textOf(await b)).toContain('private to b');
  });

  it('takes an answer only from the session that was asked, and gives it the id of the server', async () => {
    const { channel, sent, says, lastCall } = connected({ roots: {} });
    void post(channel, call(1), session('a'));
    await settled();
    const callId = lastCall();
    says({ jsonrpc: '2.0', id: 99, method: 'roots/list' });
    const answer: JsonObject = { jsonrpc: '2.0', id: 'server-1', result: { roots: [] } };
    for (const from of [session('b'), null]) expect((await post(channel, answer, from)).status).toBe(202);
    expect(sent.some(({ id }) => id === 99)).toBe(false);
    await post(channel, answer, session('a'));
    expect(sent.at(-1)).toEqual({ jsonrpc: '2.0', id: 99, result: { roots: [] } });
    await post(channel, answer, session('a'));
    expect(sent.filter(({ id }) => id === 99)).toHaveLength(1);
    says({ jsonrpc: '2.0', id: 100, method: 'roots/list' });
    says({ jsonrpc: '2.0', id: callId, result: {} });
    expect(sent.at(-1)).toMatchObject({ id: 100, error: { code: -32603 } });
  });

  it('holds a question for a session that is about to listen, and gives up when none does', async () => {
    const { channel, sent, says } = connected({ roots: {} });
    says({ jsonrpc: '2.0', id: 1, method: 'roots/list' });
    expect(sent.at(-1)).toMatchObject({ id: 1, error: { code: -32601 } });
    channel.attach('a');
    says({ jsonrpc: '2.0', id: 2, method: 'roots/list' });
    const stop = new AbortController();
    const stream = channel.listen('a', stop.signal);
    stop.abort();
    expect(await textOf(stream)).toContain('"id":"server-1"');
    says({ jsonrpc: '2.0', id: 3, method: 'roots/list' });
    await expect.poll(() => sent.at(-1)).toMatchObject({ id: 3, error: { code: -32603 } });
  });

  it('tells every listener of changes, and of a resource only those who subscribed', async () => {
    const { channel, sent, says } = connected();
    const stop = new AbortController();
    const streams = ['a', 'b'].map((id) => channel.listen(id, stop.signal));
    void post(channel, { jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri: 'x:1' } }, session('a'));
    void post(channel, { jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri: 'x:1' } }, session('c'));
    await settled();
    const unsubscribed = await post(
      channel,
      { jsonrpc: '2.0', id: 2, method: 'resources/unsubscribe', params: { uri: 'x:1' } },
      session('c'),
    );
    expect(await textOf(unsubscribed)).toBe('{"jsonrpc":"2.0","id":2,"result":{}}');
    expect(sent.some(({ method }) => method === 'resources/unsubscribe')).toBe(false);
    says({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    says({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'x:1' } });
    stop.abort();
    const [a, b] = await Promise.all(streams.map(textOf));
    expect([a, b].map((text) => text?.includes('list_changed'))).toEqual([true, true]);
    expect([a, b].map((text) => text?.includes('resources/updated'))).toEqual([true, false]);
  });

  it('lets the server forget what only a session that has ended followed', async () => {
    const { channel, sent, says } = connected();
    for (const [id, uri] of [
      ['a', 'x:1'],
      ['a', 'x:2'],
      ['b', 'x:2'],
    ] as const)
      void post(channel, { jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri } }, session(id));
    await settled();
    channel.detach('a');
    const told = () => sent.flatMap(({ method, params }) => (method === 'resources/unsubscribe' ? [(params as JsonObject).uri] : []));
    expect(told()).toEqual(['x:1']);
    // The answer is nobody's, and nothing waits for it.
    says({ jsonrpc: '2.0', id: sent.at(-1)?.id ?? null, result: {} });
    channel.detach('b');
    expect(told()).toEqual(['x:1', 'x:2']);
    expect(channel.inUse).toBe(false);
  });

  it('sends nothing for a call whose caller left before it could be written', async () => {
    const sent: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const wire: Wire = {
      send: async (text, sending) => {
        await gate;
        if (sending()) sent.push(text);
      },
      close: async () => undefined,
      closeNow: () => undefined,
      diagnostics: () => '',
    };
    const channel = new Channel(wire, {}, limits, quiet);
    const leaving = new AbortController();
    const left = post(channel, call(1), session('a'), leaving.signal);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ name: 'UpstreamFailure', sent: false });
    open();
    await settled();
    expect(sent).toEqual([]);
  });

  it('gives up on silence, but not while a person is asked', async () => {
    const { channel, sent, says } = connected({ elicitation: {} }, { callIdleMs: 60 });
    await expect(post(channel, call(1), session('a'))).rejects.toMatchObject({
      sent: true,
      message: expect.stringContaining('silent for 60 ms'),
    });
    await expect.poll(() => sent.at(-1)).toMatchObject({ method: 'notifications/cancelled', params: { requestId: sent[0]?.id } });
    const asked = post(channel, call(2), session('a'));
    await settled();
    says({ jsonrpc: '2.0', id: 5, method: 'elicitation/create', params: {} });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await post(channel, { jsonrpc: '2.0', id: 'server-1', result: { action: 'accept' } }, session('a'));
    says({ jsonrpc: '2.0', id: sent.findLast(({ method }) => method === 'tools/call')?.id as number, result: { done: true } });
    expect(await textOf(await asked)).toContain('"done":true');
  });

  it('drops a reader that does not read, not the channel', async () => {
    const { channel, sent, says, lastCall } = connected();
    const slow = post(channel, call(1, { progressToken: 1 }), session('a'));
    await settled();
    const id = lastCall();
    for (let index = 0; index < 20; index += 1)
      says({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: id, progress: index, message: 'x'.repeat(1_000) },
      });
    await expect(textOf(await slow)).rejects.toMatchObject({ sent: true, message: expect.stringContaining('more slowly') });
    expect(sent.at(-1)).toMatchObject({ method: 'notifications/cancelled' });
    const next = post(channel, call(2), session('b'));
    await settled();
    says({ jsonrpc: '2.0', id: lastCall(), result: {} });
    expect((await next).status).toBe(200);
  });

  it('ends what belongs to a session with the session', async () => {
    const { channel, sent, says } = connected({ roots: {} });
    const stream = channel.listen('a', new AbortController().signal);
    says({ jsonrpc: '2.0', id: 4, method: 'roots/list' });
    const waiting = post(channel, call(1), session('a'));
    await settled();
    channel.detach('a');
    await expect(waiting).rejects.toMatchObject({ message: 'The session ended.', sent: true });
    expect(await textOf(stream)).toContain('roots/list');
    await settled();
    expect(
      sent
        .slice(-2)
        .map((message) => (isJsonObject(message.error) ? message.id : message.method))
        .sort(),
    ).toEqual([4, 'notifications/cancelled']);
    expect(channel.inUse).toBe(false);
  });

  it('fails everyone when the connection is gone', async () => {
    const { channel } = connected();
    const waiting = post(channel, call(1), session('a'));
    await settled();
    channel.end('It ended.');
    await expect(waiting).rejects.toMatchObject({ sent: true, message: 'It ended.' });
    await expect(post(channel, call(2), null)).rejects.toMatchObject({ sent: false });
  });
});
