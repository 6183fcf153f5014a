import { describe, expect, it } from 'vitest';
import { failing, jsonReply, streamReply } from '@/lib/adapters/memory/memory-upstreams';
import { newWorld } from './gateway-world';

const decisionOf = (body: { result: { _meta: Record<string, unknown> } }) => body.result._meta['dev.callgate/decision'];

describe('an upstream', () => {
  const charged = { version: '1', default: 'deny', tools: { refund: { limits: [{ counter: 'c', window: 'day', max: 1 }] } } };

  it.each([
    [false, 'upstream.unavailable', 'not_sent', 1, /not made/],
    [true, 'upstream.failed', 'unknown', 0, /outcome is unknown/],
  ])('that fails (sent: %s) gives %s and outcome %s', async (sent, reason, outcome, refunds, words) => {
    const world = newWorld({ policy: charged });
    world.upstreams.scripts.set('tools/call', failing(sent));
    const answer = await world.call('refund', { amount: 1 });
    const body = await answer.json();
    expect(answer.status).toBe(200);
    expect(decisionOf(body)).toMatchObject({ outcome: 'unavailable', reason, event: world.last().id });
    expect(body.result.content[0].text).toMatch(words);
    expect(world.last().settlement).toMatchObject({ outcome });
    expect(world.last().refunded).toHaveLength(refunds);
    expect(world.ledger.events).toHaveLength(1);
  });

  it.each([401, 403, 500, 503])('that answers %i never shows its challenge to the client', async (status) => {
    const world = newWorld({ policy: charged });
    world.upstreams.scripts.set('tools/call', () => jsonReply({ error: 'upstream secret' }, status));
    const answer = await world.call('refund', { amount: 1 });
    expect(answer.status).toBe(200);
    expect(answer.headers['www-authenticate']).toBeUndefined();
    expect(await answer.text()).not.toContain('upstream secret');
    expect(world.last().settlement).toMatchObject({ outcome: 'upstream_error', httpStatus: status });
    expect(world.last().refunded).toHaveLength(1);
  });

  it.each([
    [{ result: { content: [], isError: true } }, 'tool_error', 0],
    [{ result: { content: [{ text: '"isError":true' }] } }, 'ok', 0],
    [{ result: { structuredContent: { isError: true, error: 1 } } }, 'ok', 0],
    [{ error: { code: -32000, message: 'no' } }, 'upstream_error', 1],
  ])('whose JSON answer is %j is settled as %s', async (answer, outcome, refunds) => {
    for (const kind of ['json', 'stream']) {
      const world = newWorld({ policy: charged });
      world.upstreams.scripts.set('tools/call', (request) => {
        const message = { jsonrpc: '2.0', id: request.rpcId, ...answer };
        return kind === 'json' ? jsonReply(message) : streamReply([`event: message\ndata: ${JSON.stringify(message)}\n\n`]);
      });
      const text = await (await world.call('refund', { amount: 1 })).text();
      expect(text).toContain(JSON.stringify(answer).slice(1, -1));
      expect(world.last().settlement).toMatchObject({ outcome, resultBytes: text.length });
      expect(world.last().refunded).toHaveLength(refunds);
    }
  });

  it('streams bytes through unchanged, whatever the chunks', async () => {
    const stream =
      ': hello\r\n\r\ndata: {"jsonrpc":"2.0","method":"notifications/progress",\r\ndata: "params":{}}\r\n\r\nid: 1\rdata: {"jsonrpc":"2.0","id":1,"result":{}}\r\r';
    for (const size of [1, 2, 7, 1000]) {
      const world = newWorld();
      world.upstreams.scripts.set('tools/call', () => streamReply(stream.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []));
      const answer = await world.call('refund', { amount: 1 });
      expect(answer.headers).toMatchObject({
        'content-type': 'text/event-stream',
        'x-accel-buffering': 'no',
        'cache-control': 'no-cache, no-transform',
      });
      expect(await answer.text()).toBe(stream);
      expect(world.last().settlement?.outcome).toBe('ok');
    }
  });

  it('whose stream ends without a result is told to the model as unknown', async () => {
    const world = newWorld();
    world.upstreams.scripts.set('tools/call', () => streamReply([': nothing\n\n']));
    const text = await (await world.call('refund', { amount: 1 })).text();
    const message = JSON.parse(text.slice(text.indexOf('data: ') + 6).trim());
    expect(decisionOf(message)).toMatchObject({ outcome: 'unavailable', reason: 'upstream.failed' });
    expect(world.last().settlement?.outcome).toBe('unknown');
  });

  it('keeps working for a legacy client that left, and the outcome is recorded', async () => {
    const world = newWorld();
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    world.upstreams.scripts.set('tools/call', (request) =>
      streamReply(
        (async function* () {
          yield ': open\n\n';
          await gate;
          yield `data: ${JSON.stringify({ jsonrpc: '2.0', id: request.rpcId, result: { content: [] } })}\n\n`;
        })(),
      ),
    );
    const answer = await world.call('refund', { amount: 1 });
    const iterator = (answer.response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
    expect(world.last().settlement).toBeNull();
    release();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(world.last().settlement?.outcome).toBe('ok');
    expect(world.upstreams.posts[0]?.signal.aborted).toBe(false);
  });

  it('is let go when a modern client leaves, even before the first byte was read', async () => {
    const world = newWorld();
    world.upstreams.scripts.set('tools/call', () => streamReply([': open\n\n']));
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'refund' };
    const answer = await world.call('refund', { amount: 1 }, { headers });
    await (answer.response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]().return?.();
    expect(world.last().settlement?.outcome).toBe('cancelled');
    expect(world.upstreams.posts[0]?.signal.aborted).toBe(true);
    expect(world.gateway.load().calls).toBe(0);
  });
});
