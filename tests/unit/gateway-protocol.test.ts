import { describe, expect, it } from 'vitest';
import { jsonReply } from '@/lib/adapters/memory/memory-upstreams';
import { decodeMirror, encodeMirror } from '@/lib/domain/mcp/mirrored-text';
import { OutcomeSniffer } from '@/lib/gateway/wire/outcome-sniffer';
import { makeToken } from '@/lib/kernel/token';
import { newWorld, type SendOptions } from './gateway-world';

const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'refund', arguments: { amount: 1 } } };
const modern = (name: string, extra: Record<string, string> = {}) => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': name,
  ...extra,
});

describe('refused before any policy', () => {
  const cases: [string, Partial<SendOptions>, number, number, string][] = [
    ['no host', { rawHeaders: ['content-type', 'application/json'] }, 403, -32003, 'request.host'],
    ['a foreign host', { headers: { host: 'evil.example' } }, 403, -32003, 'request.host'],
    ['a foreign port of a host with a port', { headers: { host: 'localhost:4000' } }, 403, -32003, 'request.host'],
    ['a host that only begins alike', { headers: { host: 'gate.example.com.evil.example' } }, 403, -32003, 'request.host'],
    ['another media type', { headers: { 'content-type': 'text/plain' } }, 415, -32600, 'request.media_type'],
    ['another charset', { headers: { 'content-type': 'application/json; charset=utf-16' } }, 415, -32600, 'request.media_type'],
    ['a client that reads no streams', { headers: { accept: 'application/json' } }, 406, -32600, 'request.not_acceptable'],
    ['PUT', { method: 'PUT' }, 405, -32601, 'request.unknown_method'],
    ['a token in the address', { query: 'x=1&api_key=1' }, 401, -32001, 'identity.in_url'],
    ['no token', { token: null }, 401, -32001, 'identity.missing'],
    ['a token with a wrong checksum', { token: 'cg_live_00000000000000000000000000000000000000' }, 401, -32001, 'identity.malformed'],
    ['a well-formed token nobody issued', { token: makeToken(new Uint8Array(32)) }, 401, -32001, 'identity.unknown'],
    ['no server', { path: '//' }, 404, -32004, 'server.unknown'],
    ['an unknown server', { path: '/nobody' }, 404, -32004, 'server.unknown'],
    ['a path below a server', { path: '/shop/admin' }, 404, -32004, 'server.unknown'],
    ['another server', { path: '/other' }, 403, -32003, 'grant.other_server'],
    ['an empty body', { raw: '' }, 400, -32700, 'request.malformed'],
    ['a stray member', { body: { ...call, extra: 1 } }, 400, -32600, 'request.invalid'],
    ['a fractional id', { body: { ...call, id: 1.5 } }, 400, -32600, 'request.invalid'],
    ['another version of JSON-RPC', { body: { ...call, jsonrpc: '1.0' } }, 400, -32600, 'request.invalid'],
    ['a call without a name', { body: { ...call, params: {} } }, 400, -32602, 'request.invalid_params'],
    ['null arguments', { body: { ...call, params: { name: 'refund', arguments: null } } }, 400, -32602, 'request.invalid_params'],
    ['params._meta of the wrong type', { body: { ...call, params: { name: 'refund', _meta: 1 } } }, 400, -32602, 'request.invalid_params'],
    [
      'initialize in the modern era',
      {
        body: { jsonrpc: '2.0', id: 1, method: 'initialize' },
        headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'initialize' },
      },
      404,
      -32601,
      'request.unknown_method',
    ],
    [
      'a method of the upstream',
      { body: { jsonrpc: '2.0', id: 1, method: 'sampling/createMessage' } },
      404,
      -32601,
      'request.unknown_method',
    ],
    [
      '__proto__ outside the arguments',
      { raw: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run","__proto__":{}}}' },
      400,
      -32700,
      'request.malformed',
    ],
  ];
  it.each(cases)('%s', async (_, options, status, code, reason) => {
    const world = newWorld();
    const answer = await world.send({ body: call, ...options });
    const { error } = await answer.json();
    expect([answer.status, error.code, error.data.reason]).toEqual([status, code, reason]);
    expect(world.upstreams.posts).toHaveLength(0);
    await Promise.resolve();
    expect(world.ledger.events).toHaveLength(1);
    expect(world.last().intent).toMatchObject({ decision: 'refused', reason, rule: '(gateway)', args: null });
    if (status === 401)
      expect(answer.headers['www-authenticate']).toMatch(
        /^Bearer resource_metadata="https:\/\/gate\.example\.com\/\.well-known\/oauth-protected-resource\/mcp\/shop"/,
      );
  });

  it.each([
    [{ status: 'revoked' as const }, {}, 401, 'identity.revoked'],
    [{ expiresAtMs: 1 }, {}, 401, 'identity.expired'],
    [{ tokenExpiresAtMs: 1 }, {}, 401, 'identity.expired'],
    [{}, { ownerActive: false }, 401, 'identity.owner_disabled'],
    [{}, { status: 'suspended' as const }, 403, 'grant.agent_suspended'],
    [{ notBeforeMs: 9e12 }, {}, 403, 'grant.not_yet'],
  ])('a grant with %j %j', async (grant, agent, status, reason) => {
    const world = newWorld();
    world.putGrant(world.token, grant, agent);
    const answer = await world.send({ body: call });
    expect([answer.status, (await answer.json()).error.data.reason]).toEqual([status, reason]);
    expect(world.last().intent).toMatchObject({ reason, tool: 'refund', args: null, agent: { slug: 'bot' } });
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('a disabled server', async () => {
    const world = newWorld();
    world.putServer({ status: 'disabled' });
    expect((await (await world.send({ body: call })).json()).error.data.reason).toBe('server.disabled');
  });

  it('keeps its answer when the ledger is away, and counts what was not recorded', async () => {
    const world = newWorld();
    world.ledger.available = false;
    expect((await world.send({ body: call, token: null })).status).toBe(401);
    expect((await world.send({ raw: '[]' })).status).toBe(400);
    expect(world.log).toContain('refusals were not recorded');
  });

  it('never shows the token in a record, a log or an answer', async () => {
    const world = newWorld();
    const answers = [
      await world.send({ body: call, query: `token=${world.token}` }),
      await world.send({ body: call, path: `/${world.token}` }),
      await world.send({ body: call }),
    ];
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(JSON.stringify([world.ledger.events, world.log, texts, world.upstreams.posts])).not.toContain(world.token);
  });
});

describe('the modern era', () => {
  it('refuses a parameter header that cannot be sent on', async () => {
    const world = newWorld();
    const answer = await world.send({ body: call, headers: modern('refund', { 'mcp-param-region': 'e\u00fc' }) });
    expect([answer.status, (await answer.json()).error.code]).toEqual([400, -32020]);
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('passes to an HTTP upstream with headers written from the body, without a session', async () => {
    const world = newWorld();
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'm', version: '2' },
    };
    const body = { ...call, params: { ...call.params, _meta } };
    const headers = modern('=?base64?cmVmdW5k?=', { 'mcp-session-id': 'stale', 'mcp-param-region': 'eu', 'x-other': '1' });
    const answer = await world.send({ body, headers });
    expect(answer.status).toBe(200);
    expect(answer.headers['mcp-session-id']).toBeUndefined();
    expect(world.upstreams.posts[0]?.headers).toEqual({
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'refund',
      'mcp-param-region': 'eu',
    });
    expect(JSON.parse(world.upstreams.posts[0]?.body ?? '').params._meta).toEqual(_meta);
    expect(world.last().intent.client).toEqual({ name: 'm', version: '2' });
  });

  it('offers the stateless revisions to a claim in the body, all to a header alone', async () => {
    const world = newWorld();
    const headers = { 'mcp-protocol-version': '2099-01-01', 'mcp-method': 'tools/call', 'mcp-name': 'refund' };
    const claimed = { ...call, params: { ...call.params, _meta: { 'io.modelcontextprotocol/protocolVersion': '2099-01-01' } } };
    expect((await (await world.send({ body: claimed, headers })).json()).error).toMatchObject({
      code: -32022,
      data: { supported: ['2026-07-28'], requested: '2099-01-01' },
    });
    expect((await (await world.send({ body: call, headers })).json()).error.data.supported).toHaveLength(4);
  });

  it('marks a refused call as complete', async () => {
    const world = newWorld();
    const body = { ...call, params: { name: 'refund', arguments: { amount: 1000 } } };
    expect((await (await world.send({ body, headers: modern('refund') })).json()).result).toMatchObject({
      resultType: 'complete',
      isError: true,
    });
  });

  it('is not spoken by channels: the client is told what is', async () => {
    const world = newWorld({ transport: 'stdio' });
    const body = {
      jsonrpc: '2.0',
      id: 1,
      method: 'server/discover',
      params: { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
    };
    const answer = await world.send({ body, headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' } });
    expect(answer.status).toBe(400);
    expect((await answer.json()).error).toMatchObject({
      code: -32022,
      data: { supported: ['2025-11-25', '2025-06-18', '2025-03-26'], requested: '2026-07-28' },
    });
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('relays protocol errors of the upstream with their status', async () => {
    const world = newWorld();
    const error = { jsonrpc: '2.0', id: 1, error: { code: -32021, message: 'x', data: { requiredCapabilities: {} } } };
    world.upstreams.scripts.set('tools/call', () => jsonReply(error, 400));
    const answer = await world.send({ body: call, headers: modern('refund') });
    expect([answer.status, await answer.json()]).toEqual([400, error]);
    expect(world.last().settlement).toMatchObject({ outcome: 'upstream_error', httpStatus: 400 });
  });
});

describe('wire forms', () => {
  it.each(['plain', 'with space', 'é', ' edge ', '=?base64?x?=', '', 'line\nbreak', '日本'])('mirrors %j and back', (text) => {
    expect(decodeMirror(encodeMirror(text))).toBe(text);
    expect(encodeMirror(text)).toMatch(/^[\x21-\x7e][\x20-\x7e]*$/);
  });

  it.each([
    ['{"jsonrpc":"2.0","id":1,"result":{"isError":true}}', 'tool_error'],
    ['{"result":{"isError" : true,"x":1},"id":1}', 'tool_error'],
    ['{"result":{"isError":false}}', 'ok'],
    ['{"result":{"isError":"true"}}', 'ok'],
    ['{"result":{"a":{"isError":true},"b":"\\"isError\\":true"}}', 'ok'],
    ['{"result":[{"isError":true}]}', 'ok'],
    ['{"x":{"isError":true},"result":{}}', 'ok'],
    ['{"error":{"code":1},"id":1}', 'rpc_error'],
    ['{"result":{"x":"}"', 'incomplete'],
    ['{"jsonrpc":"2.0"}', 'incomplete'],
    ['', 'incomplete'],
  ])('reads the outcome of %s', (text, outcome) => {
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 3, 1000]) {
      const sniffer = new OutcomeSniffer();
      for (let at = 0; at < bytes.length; at += size) sniffer.push(bytes.subarray(at, at + size));
      expect(sniffer.end()).toBe(outcome);
    }
  });
});
