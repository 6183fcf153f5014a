import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { LATER, POLICY, TOOLS, type Vector, vectors, vectorsPresent } from '../fixtures/gateway-vectors';
import { ISSUER, jwksOf, newSigningKey, type SigningKey, signJwt } from '../fixtures/jwt-fixture';
import { jwtOfVector } from '../fixtures/jwt-vectors';
import { fixtureFile, type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf, tally } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';
import { type RawAnswer, sendRaw } from './support/raw-http';

describe.skipIf(!vectorsPresent)('hostile inputs at a running process', () => {
  let folder: string;
  let database: TestDatabase;
  let pool: pg.Pool;
  let upstream: StartedUpstream;
  let callgate: RunningCallgate;
  let access: Access;
  let key: SigningKey;
  let rsa: SigningKey;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cg-vectors-'));
    writeFileSync(join(folder, 'tools.json'), JSON.stringify(TOOLS.map(({ dispatch: _, ...definition }) => definition)));
    writeFileSync(join(folder, 'calls'), '');
    database = await createTestDatabase();
    pool = new pg.Pool({ ...database.poolConfig, max: 2 });
    upstream = await startServer([fixtureFile('catalogue-upstream.mjs')], {
      CATALOGUE: join(folder, 'tools.json'),
      CALL_LOG: join(folder, 'calls'),
    });
    callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url } });
    await register(callgate, httpServer('shop', upstream.port));
    await publish(callgate, 'shop', 'main', POLICY);
    access = await grantAccess(callgate, 'shop', 'main');
    [key, rsa] = [await newSigningKey('k1'), await newSigningKey('r1', 'RS256')];
    const jwks = JSON.parse(jwksOf(key, rsa));
    await must(callgate, 201, 'POST', '/jwt-issuers', { name: 'Login', issuer: ISSUER, jwks, lifetimeSeconds: 86_400 });
  });
  afterAll(async () => {
    await callgate?.remove();
    await upstream?.stop();
    await pool?.end();
    await database?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const upstreamCalls = (): number => readFileSync(join(folder, 'calls'), 'utf8').split('\n').length - 1;
  const events = async (): Promise<number> => Number((await pool.query('SELECT count(*) AS n FROM audit_events')).rows[0].n);

  /** A grant whose token is to be refused for the reason that the vector names. */
  async function tokenOf(input: string): Promise<string> {
    if (input === 'GEN:expired') {
      const expiresAt = new Date(Date.now() + 400);
      const { token } = await grantAccess(callgate, 'shop', 'main', { agent: access.agent, expiresAt: expiresAt.toISOString() });
      await pool.query('SELECT pg_sleep(greatest(0, extract(epoch FROM $1::timestamptz - clock_timestamp()) + 0.05))', [expiresAt]);
      return token;
    }
    const owner = { email: 'leaver@example.com', name: 'Leaver', role: 'viewer', password: 'Leaving-on-a-grey-tuesday-7' };
    const member = await must<{ id: string }>(callgate, 201, 'POST', '/members', owner);
    await must(callgate, 201, 'POST', '/agents', { slug: 'orphan', name: 'Orphan', owner: owner.email });
    const { token, url } = await grantAccess(callgate, 'shop', 'main', { agent: 'orphan' });
    expect(outcomeOf(await callTool({ url, token }, 'github__list_issues'))).toBe('ok');
    await must(callgate, 200, 'PATCH', `/members/${member.id}`, { status: 'disabled' });
    return token;
  }

  /** A token that is good for one request, after that one. */
  async function usedToken(): Promise<string> {
    const issuer = 'https://one-time.example.com';
    const settings = { name: 'One-time', issuer, jwks: JSON.parse(jwksOf(key)), oneTime: true };
    await must(callgate, 201, 'POST', '/jwt-issuers', settings);
    const url = `${callgate.url}/mcp/shop`;
    const token = await signJwt(key, Date.now(), {
      iss: issuer,
      aud: `http://localhost:${callgate.port}/mcp/shop`,
      sub: access.agent,
      jti: 'once',
    });
    expect(outcomeOf(await callTool({ url, token }, 'github__list_issues'))).toBe('ok');
    return token;
  }

  async function requestOf(vector: Vector): Promise<{ query: string; headers: [string, string][]; body: Buffer }> {
    const { input, cat } = vector;
    const base: Record<string, string> = {
      host: `127.0.0.1:${callgate.port}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      connection: 'close',
      authorization: `Bearer ${access.token}`,
    };
    const rpc = (body: object): Buffer => Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }));
    const lines = (body: Buffer, headers: Record<string, string>, raw: [string, string][] = [], query = '') => {
      const merged = {
        ...base,
        'content-length': String(body.length),
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      };
      const told = new Set(raw.map(([name]) => name.toLowerCase()));
      return {
        query,
        body,
        headers: [...raw, ...Object.entries(merged).filter(([name, value]) => !told.has(name) && value !== '')] as [string, string][],
      };
    };
    if (cat === 'RPC') {
      if (input === 'PAD:LIMIT+1') return lines(Buffer.alloc(1024 * 1024 + 1, ' '), {});
      return lines(typeof input === 'string' ? Buffer.from(input) : Buffer.from(input.base64, 'base64'), {});
    }
    if (cat === 'HDR') {
      const raw = (input.headers.raw ?? '')
        .split('\\r\\n')
        .filter((line: string) => line !== '')
        .map((line: string) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as [string, string]);
      return lines(rpc(input.body), input.headers.raw === undefined ? input.headers : {}, raw);
    }
    if (cat !== 'AUTH') return lines(rpc(input), {});
    const body = rpc({ method: 'tools/call', params: { name: 'github__list_issues', arguments: {} } });
    if (input === null) return lines(body, { authorization: '' });
    if (input === 'QUERY') return lines(body, {}, [], `?access_token=${access.token}`);
    if (input === 'COOKIE') return lines(body, { authorization: '', cookie: `session=${access.token}` });
    if (input === 'JWT:jti') return lines(body, { authorization: `Bearer ${await usedToken()}` });
    if (input.startsWith('JWT:')) {
      const place = { key, rsa, nowMs: Date.now(), audience: `http://localhost:${callgate.port}/mcp/shop`, subject: access.agent };
      return lines(body, { authorization: `Bearer ${await jwtOfVector(input.slice('JWT:'.length), place)}` });
    }
    if (input.startsWith('GEN:')) return lines(body, { authorization: `Bearer ${await tokenOf(input)}` });
    return lines(body, { authorization: input });
  }

  async function expectAnswer(vector: Vector, answer: RawAnswer): Promise<void> {
    const { outcome, http, jsonrpc } = vector.expect;
    expect(answer.status).toBe(http ?? 200);
    const body = answer.headers['content-type']?.startsWith('application/json') ? JSON.parse(answer.text) : null;
    if (jsonrpc !== null) expect(body.error?.code).toBe(jsonrpc);
    if (outcome === 'allow') expect(body.result.isError).toBeUndefined();
    else if (http === null && jsonrpc === null) expect(body.result._meta['dev.callgate/decision'].outcome).toBe('denied');
    if (http === 401)
      expect(answer.headers['www-authenticate']).toMatch(
        /^Bearer resource_metadata="http:\/\/localhost:\d+\/\.well-known\/oauth-protected-resource\/mcp\/shop"/,
      );
    // Strangers are refused without waiting for the record, so their answer cannot name it; it is the newest one.
    const event = answer.headers['x-callgate-event'] ?? null;
    const { rows } = await pool.query(
      'SELECT decision, expects_outcome, grant_id FROM audit_events WHERE $1::text IS NULL OR id = $1 ORDER BY at DESC, seq DESC LIMIT 1',
      [event],
    );
    expect(rows).toHaveLength(1);
    if (event === null) expect(rows[0]).toMatchObject({ decision: 'refused', grant_id: null });
    expect(rows[0].decision === 'allowed').toBe(outcome === 'allow');
    expect(rows[0].expects_outcome).toBe(outcome === 'allow');
  }

  it('are all there', () => {
    expect(vectors.length).toBe(115);
    expect(Object.keys(LATER).filter((id) => !vectors.some((vector) => vector.id === id))).toEqual([]);
  });

  for (const vector of vectors) {
    const later = LATER[vector.id];
    it.skipIf(later !== undefined)(`${vector.id} ${vector.name}${later === undefined ? '' : ` (later: ${later})`}`, async () => {
      const { query, headers, body } = await requestOf(vector);
      const before = { upstream: upstreamCalls(), events: await events() };
      const answer = await sendRaw(
        callgate.port,
        `/mcp/shop${query}`,
        headers.map(([name, value]) => `${name}: ${value}`),
        body,
      );
      const recorded = vector.expect.audit_record ? 1 : 0;
      await eventually(`${recorded} more in the trail`, async () => (await events()) - before.events >= recorded, 5_000);
      expect({ upstream: upstreamCalls() - before.upstream, events: (await events()) - before.events }).toEqual({
        upstream: vector.expect.upstream_calls,
        events: recorded,
      });
      await expectAnswer(vector, answer);
    });
  }

  it('DISP-47 counts inner and direct calls on one counter', async () => {
    const fresh = await grantAccess(callgate, 'shop', 'main');
    const args = { owner: 'acme', repo: 'x', title: 't' };
    const before = upstreamCalls();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        n % 2 === 0
          ? callTool(fresh, 'github__create_issue', args)
          : callTool(fresh, 'utcp__call_tool', { tool_name: 'github__create_issue', arguments: args }),
      ),
    );
    expect(tally(answers.map(outcomeOf))).toEqual({ ok: 4, limited: 8 });
    expect(upstreamCalls() - before).toBe(4);
  });
});
