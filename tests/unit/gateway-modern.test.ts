import { describe, expect, it } from 'vitest';
import { jsonReply, streamReply } from '@/lib/adapters/memory/memory-upstreams';
import { newWorld, type World } from './gateway-world';

const META = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };
const event = (message: unknown): string => `event: message\ndata: ${JSON.stringify(message)}\n\n`;

function send(world: World, id: number, method: string, params: Record<string, unknown>) {
  const name = typeof params.name === 'string' ? { 'mcp-name': params.name } : null;
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...name };
  return world.send({ headers, body: { jsonrpc: '2.0', id, method, params: { ...params, _meta: META } } });
}

describe('a result that asks for input', () => {
  const question = { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } };
  const asking = {
    resultType: 'input_required',
    inputRequests: { sure: { method: 'elicitation/create', params: question } },
    requestState: 'opaque-\u00e9-"state"',
  };
  const answers = { inputResponses: { sure: { action: 'accept', content: {} } }, requestState: asking.requestState };
  const call = (amount: number, more = {}) => ({ name: 'refund', arguments: { amount }, ...more });

  function world(): World {
    const made = newWorld();
    made.upstreams.scripts.set('tools/call', ({ rpcId, body }) =>
      jsonReply({ jsonrpc: '2.0', id: rpcId, result: body.includes('inputResponses') ? { resultType: 'complete', content: [] } : asking }),
    );
    return made;
  }

  it('is passed on as it is, and the answers go to the server as they are', async () => {
    const made = world();
    expect((await (await send(made, 1, 'tools/call', call(5))).json()).result).toEqual(asking);
    expect((await (await send(made, 2, 'tools/call', call(5, answers))).json()).result.resultType).toBe('complete');
    expect(JSON.parse(made.upstreams.posts[1]?.body ?? '').params).toEqual({ ...call(5, answers), _meta: META });
    expect(made.ledger.events.map(({ intent, settlement }) => [intent.method, intent.decision, settlement?.outcome])).toEqual([
      ['tools/call', 'allowed', 'ok'],
      ['elicitation/create', 'allowed', 'ok'],
      ['tools/call', 'allowed', 'ok'],
    ]);
  });

  it('opens no way past the policy: each round is decided on its own arguments', async () => {
    const made = world();
    await (await send(made, 1, 'tools/call', call(5))).text();
    const second = await (await send(made, 2, 'tools/call', call(600, answers))).json();
    expect(second.result).toMatchObject({ resultType: 'complete', isError: true });
    expect(made.upstreams.count('tools/call')).toBe(1);
    expect(made.last().intent).toMatchObject({ decision: 'denied' });
  });
});

describe('a server that knows only the stateful revisions', () => {
  it.each([400, 404, 405])('and answers server/discover with HTTP %i and a page: the client is told what there is', async (status) => {
    const world = newWorld();
    world.upstreams.scripts.set('server/discover', () => ({ ...jsonReply({}), status, contentType: 'text/html' }));
    const answer = await send(world, 1, 'server/discover', {});
    expect(answer.status).toBe(400);
    expect((await answer.json()).error).toMatchObject({
      code: -32022,
      data: { requested: '2026-07-28', supported: ['2025-11-25', '2025-06-18', '2025-03-26'] },
    });
  });

  it('and says so in JSON-RPC: its own words are passed on', async () => {
    const world = newWorld();
    const error = { code: -32000, message: 'Bad Request: no session' };
    world.upstreams.scripts.set('server/discover', () => jsonReply({ jsonrpc: '2.0', id: 1, error }, 400));
    const answer = await send(world, 1, 'server/discover', {});
    expect([answer.status, (await answer.json()).error]).toEqual([400, error]);
  });

  it.each([401, 403, 500, 503])('is not concluded from HTTP %i', async (status) => {
    const world = newWorld();
    world.upstreams.scripts.set('server/discover', () => ({ ...jsonReply({}), status, contentType: 'text/html' }));
    expect((await (await send(world, 1, 'server/discover', {})).json()).error.code).toBe(-32603);
  });
});

describe('a subscription', () => {
  const acknowledged = event({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: { notifications: {} } });
  const changed = event({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
  const ending = event({
    jsonrpc: '2.0',
    id: 9,
    result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': 9 } },
  });

  /** A stream that says `acknowledged` and then what is pushed; it breaks when it is let go of. */
  async function listening() {
    const world = newWorld();
    let push = (_text: string): void => {};
    world.upstreams.scripts.set('subscriptions/listen', ({ signal }) =>
      streamReply(
        (async function* () {
          yield acknowledged;
          for (;;)
            yield await new Promise<string>((resolve, reject) => {
              push = resolve;
              signal.addEventListener('abort', () => reject(new Error('let go')));
            });
        })(),
      ),
    );
    const answer = await send(world, 9, 'subscriptions/listen', { notifications: { toolsListChanged: true } });
    const iterator = (answer.response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    const read = async (): Promise<string | null> => {
      const { done, value } = await iterator.next();
      return done === true ? null : new TextDecoder().decode(value);
    };
    const first = await read();
    const pushed = async (text: string): Promise<string | null> => {
      const next = read();
      await new Promise((resolve) => setTimeout(resolve, 2));
      push(text);
      return next;
    };
    return { world, answer, first, read, pushed };
  }

  it('passes what the server says, until the grant is revoked, and then ends as a server ends it', async () => {
    const { world, answer, first, read, pushed } = await listening();
    expect([answer.status, answer.headers['content-type'], first]).toEqual([200, 'text/event-stream', acknowledged]);
    expect(await pushed(changed)).toBe(changed);
    world.putGrant(world.token, { status: 'revoked' });
    expect(await pushed(changed)).toBe(ending);
    expect(await read()).toBeNull();
  });

  it('ends when the gateway stops', async () => {
    const { world, read } = await listening();
    const next = read();
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await world.gateway.drain(1_000)).toEqual({ unfinished: 0 });
    expect(await next).toBe(ending);
    expect(await read()).toBeNull();
  });
});
