import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { fixtureFile, type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { ROOT, type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf, tally } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';
import { type RawAnswer, sendRaw } from './support/raw-http';

const FILE = join(ROOT, '../shared/data/gateway_vectors.dev.json');

interface Vector {
  readonly id: string;
  readonly cat: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a shape of its own for each category
  readonly input: any;
  readonly expect: {
    outcome: 'allow' | 'deny' | 'reject';
    http: number | null;
    jsonrpc: number | null;
    upstream_calls: number;
    audit_record: boolean;
  };
}

/** Vectors about what the gateway does not have yet. */
const LATER: Record<string, string> = {
  'AUTH-09': 'test and live tokens of separate environments',
  'AUTH-26': 'JWT: one-time tokens',
  ...Object.fromEntries(
    ['13', '14', '16', '17', '19', '20', '21', '22', '28'].map((number) => [`AUTH-${number}`, 'JWT of a configured issuer']),
  ),
};
/** Refused by Node's own HTTP parser: there is no request yet that could be recorded. */
const REFUSED_BY_PARSER = new Set(['HDR-25']);

const text = { type: 'string' };
const object = (properties: object) => ({ type: 'object', properties });
const TOOLS = [
  { name: 'github__list_issues', description: 'Lists issues.', inputSchema: object({ owner: text, q: text }) },
  { name: 'github__create_issue', description: 'Opens an issue.', inputSchema: object({ owner: text, repo: text, title: text }) },
  { name: 'github__delete_file', description: 'Deletes a file.', inputSchema: object({ path: text }) },
  { name: 'fs__write_file', description: 'Writes a file.', inputSchema: object({ path: text, content: text }) },
  { name: 'web__fetch', description: 'Fetches a page.', inputSchema: object({ url: text }) },
  { name: 'pay__send', description: 'Sends money.', inputSchema: object({ amount: { type: 'number' }, to: text }) },
  {
    name: 'utcp__call_tool',
    description: 'Calls a tool by name.',
    inputSchema: object({ tool_name: text, arguments: { type: 'object' } }),
  },
  { name: 'utcp__register_manual', description: 'Registers a manual.', inputSchema: object({ manual_call_template: { type: 'object' } }) },
];

const createIssue = {
  require: [{ path: 'args.owner', op: 'eq', value: 'acme' }],
  limits: [{ counter: 'issues', window: 'month', max: 4 }],
};
const POLICY = {
  version: '1',
  default: 'deny',
  tools: {
    github__list_issues: {},
    github__create_issue: createIssue,
    fs__write_file: { require: [{ path: 'args.path', op: 'path_within', value: '/workspace' }] },
    web__fetch: { require: [{ path: 'args.url', op: 'host_in', value: ['api.acme.com'] }] },
    pay__send: {
      require: [
        { path: 'args.amount', op: 'type', value: 'number' },
        { path: 'args.amount', op: 'gte', value: 0 },
        { path: 'args.amount', op: 'lte', value: 100 },
      ],
    },
    utcp__call_tool: { dispatch: { tool: 'args.tool_name', arguments: 'args.arguments' } },
    utcp__register_manual: { action: 'deny' },
    'weather.get_forecast': {},
    'github.create_issue': createIssue,
    'github.delete_repository': { action: 'deny' },
    'utcp.call_tool': { dispatch: { tool: 'args.tool_name', arguments: 'args.arguments' } },
  },
};

const vectors: Vector[] = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Vector[]) : [];
const inScope = vectors.filter((vector) => ['RPC', 'HDR', 'ARG', 'DISP', 'AUTH'].includes(vector.cat));

describe.skipIf(!existsSync(FILE))('hostile inputs at a running process', () => {
  let folder: string;
  let database: TestDatabase;
  let pool: pg.Pool;
  let upstream: StartedUpstream;
  let callgate: RunningCallgate;
  let access: Access;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cg-vectors-'));
    writeFileSync(join(folder, 'tools.json'), JSON.stringify(TOOLS));
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
    if (REFUSED_BY_PARSER.has(vector.id)) return;
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
    expect(inScope.length).toBe(115);
    expect(Object.keys(LATER).filter((id) => !inScope.some((vector) => vector.id === id))).toEqual([]);
  });

  for (const vector of inScope) {
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
      const recorded = vector.expect.audit_record && !REFUSED_BY_PARSER.has(vector.id) ? 1 : 0;
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
