import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { type JwksServer, startJwksServer } from '../fixtures/jwks-server';
import { ISSUER, jwksOf, newSigningKey, type SigningKey, signJwt } from '../fixtures/jwt-fixture';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { type Answer, callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';
import { type Sink, startSink } from './support/sink';

/** After an unknown key id, the issuer is asked again no sooner than this. */
const COOL_DOWN_MS = 30_000;

describe('agents with JWTs of an issuer with a real key server', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let sink: Sink;
  let keys: JwksServer;
  let callgate: RunningCallgate;
  let access: Access;
  let issuer: { id: string };
  let [first, second]: SigningKey[] = [];
  let readAt = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ ...database.poolConfig, max: 2 });
    sink = await startSink();
    [first, second] = await Promise.all([newSigningKey('first', 'RS256'), newSigningKey('second')]);
    keys = await startJwksServer(jwksOf(first));
    callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url } });
    await register(callgate, httpServer('sink', sink.port));
    await publish(callgate, 'sink', 'main', { version: '1', default: 'deny', tools: { write_record: {}, read_record: {} } });
    access = await grantAccess(callgate, 'sink', 'main');
    issuer = await must(callgate, 201, 'POST', '/jwt-issuers', {
      name: 'Login',
      issuer: ISSUER,
      jwksUrl: keys.url,
      algorithms: ['RS256', 'ES256'],
    });
  });
  afterAll(async () => {
    await callgate?.remove();
    await keys?.stop();
    await sink?.stop();
    await pool?.end();
    await database?.drop();
  });

  const origin = () => `http://localhost:${callgate.port}`;
  const tokenOf = (key: SigningKey | undefined, claims: Record<string, unknown> = {}): Promise<string> => {
    if (key === undefined) throw new Error('there is no such key');
    return signJwt(key, Date.now(), { sub: access.agent, aud: `${origin()}/mcp/sink`, ...claims });
  };
  const call = async (token: string, id = 'x'): Promise<Answer> => callTool({ url: access.url, token }, 'write_record', { id });

  it('is found by clients through the metadata of the endpoint', async () => {
    const refused = await fetch(access.url, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    });
    expect(refused.status).toBe(401);
    const place = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    expect(place).toBe(`${origin()}/.well-known/oauth-protected-resource/mcp/sink`);
    const metadata = await (await fetch(place)).json();
    expect(metadata).toMatchObject({
      resource: `${origin()}/mcp/sink`,
      authorization_servers: [ISSUER],
      bearer_methods_supported: ['header'],
    });
  });

  it.each(['SDK 1', 'SDK 2'])('calls as its agent with a %s client, and the token goes no further', async (sdk) => {
    const token = await tokenOf(first, { jti: sdk });
    readAt ||= performance.now();
    const client = sdk === 'SDK 1' ? new Client({ name: 'one', version: '1' }) : new Client2({ name: 'two', version: '2' });
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    if (client instanceof Client) await client.connect(new StreamableHTTPClientTransport(new URL(access.url), { requestInit }));
    else await client.connect(new Transport2(new URL(access.url), { requestInit }));
    expect((await client.listTools()).tools.map((tool) => tool.name)).toContain('write_record');
    expect((await client.callTool({ name: 'write_record', arguments: { id: sdk } })).isError).not.toBe(true);
    await client.close();

    const sunk = sink.calls().find((one) => one.arguments.id === sdk);
    expect(sunk?.headers.authorization).toBeUndefined();
    const { rows } = await pool.query(
      `SELECT e.id, e.trace, row_to_json(e)::text AS whole FROM audit_events e WHERE e.grant_id = $1 AND e.method = 'tools/call' ORDER BY e.at DESC LIMIT 1`,
      [access.grant],
    );
    expect(rows[0].trace[0]).toMatchObject({ stage: 'identity', note: `JWT of ${ISSUER}, subject ${access.agent}` });
    const everywhere = [JSON.stringify(sunk), rows[0].whole, callgate.output()].join('\n');
    for (const part of token.split('.').slice(1)) expect(everywhere).not.toContain(part);
    expect(keys.reads()).toBe(1);
  });

  it('is refused without a valid signature, for another audience, expired, and without a grant', async () => {
    const stranger = await newSigningKey('first', 'RS256');
    expect((await call(await tokenOf(stranger))).status).toBe(401);
    expect((await call(await tokenOf(first, { aud: `${origin()}/mcp/other` }))).status).toBe(401);
    expect((await call(await tokenOf(first, { exp: Math.floor(Date.now() / 1000) - 31 }))).status).toBe(401);
    expect((await call(await tokenOf(first, { sub: 'nobody' }))).status).toBe(403);
    await must(callgate, 201, 'POST', '/agents', { slug: 'bare', name: 'Bare', owner: 'ana@example.com' });
    await eventually('the node knows the agent', async () => {
      const { body } = await call(await tokenOf(first, { sub: 'bare' }));
      return body.error.data.reason === 'grant.other_server';
    });
    expect(sink.calls().filter((one) => one.arguments.id === 'x')).toEqual([]);
  });

  it('follows the rotation of keys, and asks the issuer no more than once a cool-down', async () => {
    const before = keys.reads();
    keys.serve(jwksOf(...[first, second].filter((key) => key !== undefined)));
    const rotated = await tokenOf(second);
    const early = await Promise.all(Array.from({ length: 30 }, () => call(rotated)));
    if (performance.now() - readAt < COOL_DOWN_MS - 2_000) {
      expect(new Set(early.map((answer) => answer.status))).toEqual(new Set([401]));
      expect(keys.reads()).toBe(before);
    }
    await eventually('the new key is used', async () => outcomeOf(await call(await tokenOf(second))) === 'ok', COOL_DOWN_MS + 15_000);
    expect(keys.reads()).toBe(before + 1);
    expect(outcomeOf(await call(await tokenOf(first)))).toBe('ok');
  });

  it('is asked for scopes, and is believed no more as soon as the issuer is disabled', async () => {
    const token = await tokenOf(first);
    await must(callgate, 200, 'PATCH', `/jwt-issuers/${issuer.id}`, { requiredScopes: ['mcp:call'] });
    const short = await call(token);
    expect([short.status, short.headers.get('www-authenticate')]).toEqual([
      403,
      `Bearer error="insufficient_scope", scope="mcp:call", resource_metadata="${origin()}/.well-known/oauth-protected-resource/mcp/sink"`,
    ]);
    expect(outcomeOf(await call(await tokenOf(first, { scope: 'mcp:call' })))).toBe('ok');
    await must(callgate, 200, 'PATCH', `/jwt-issuers/${issuer.id}`, { status: 'disabled' });
    expect((await call(await tokenOf(first, { scope: 'mcp:call' }))).status).toBe(401);
    const metadata = await (await fetch(`${origin()}/.well-known/oauth-protected-resource/mcp/sink`)).json();
    expect(metadata.authorization_servers).toEqual([]);
    expect(outcomeOf(await callTool(access, 'write_record', { id: 'by grant token' }))).toBe('ok');
  });
});
