import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '@/lib/kernel/json';
import { makeToken } from '@/lib/kernel/token';
import { newWorld, type SendOptions, type ToolSpec, type World } from './gateway-world';

const FILE = join(__dirname, '../../../shared/data/gateway_vectors.dev.json');

interface Vector {
  readonly id: string;
  readonly cat: string;
  readonly name: string;
  readonly layer: string;
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

const text = { type: 'string' };
const object = (properties: JsonObject): JsonObject => ({ type: 'object', properties });
const TOOLS: readonly ToolSpec[] = [
  { name: 'github__list_issues', inputSchema: object({ owner: text, q: text }) },
  { name: 'github__create_issue', inputSchema: object({ owner: text, repo: text, title: text }) },
  { name: 'github__delete_file', inputSchema: object({ path: text }) },
  { name: 'fs__write_file', inputSchema: object({ path: text, content: text }) },
  { name: 'web__fetch', inputSchema: object({ url: text }) },
  { name: 'pay__send', inputSchema: object({ amount: { type: 'number' }, to: text }) },
  {
    name: 'utcp__call_tool',
    inputSchema: object({ tool_name: text, arguments: { type: 'object' } }),
    dispatch: { tool: 'args.tool_name', arguments: 'args.arguments' },
  },
  { name: 'utcp__register_manual', inputSchema: object({ manual_call_template: { type: 'object' } }) },
];

const createIssue = { require: [{ path: 'args.owner', op: 'eq', value: 'acme' }], limits: [{ counter: 'issues', window: 'hour', max: 4 }] };
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

const HTTP = { host: 'gate.example.com', 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** How each category's input becomes one request. */
function requestOf(vector: Vector, world: World): Partial<SendOptions> {
  const { input } = vector;
  const rpc = (body: object) => ({ jsonrpc: '2.0', id: 1, ...body });
  switch (vector.cat) {
    case 'RPC':
      if (input === 'PAD:LIMIT+1') return { raw: { tooLarge: true } };
      return { raw: typeof input === 'string' ? input : Buffer.from(input.base64, 'base64') };
    case 'HDR': {
      if (input.headers.raw === undefined) return { body: rpc(input.body), headers: input.headers };
      const raw: string[] = input.headers.raw
        .split('\\r\\n')
        .flatMap((line: string) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
      const names = raw.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
      const rest = Object.entries({ ...HTTP, authorization: `Bearer ${world.token}` }).filter(([name]) => !names.includes(name));
      return { body: rpc(input.body), rawHeaders: [...raw, ...rest.flat()] };
    }
    case 'AUTH':
      return { body: rpc({ method: 'tools/call', params: { name: 'github__list_issues', arguments: {} } }), ...identityOf(input, world) };
    default:
      return { body: rpc(input) };
  }
}

function identityOf(input: string | null, world: World): Partial<SendOptions> {
  const other = makeToken(randomBytes(32));
  switch (input) {
    case null:
      return { token: null };
    case 'GEN:expired':
      world.putGrant(other, { expiresAtMs: world.clock.now - 1 });
      return { token: other };
    case 'GEN:owner-disabled':
      world.putGrant(other, {}, { ownerActive: false });
      return { token: other };
    case 'QUERY':
      return { query: `access_token=${world.token}` };
    case 'COOKIE':
      return { token: null, headers: { cookie: `session=${world.token}` } };
    default:
      return { token: null, headers: { authorization: input } };
  }
}

const vectors: Vector[] = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Vector[]) : [];
const inScope = vectors.filter((vector) => ['RPC', 'HDR', 'ARG', 'DISP', 'AUTH'].includes(vector.cat));

describe.skipIf(!existsSync(FILE))('hostile inputs', () => {
  it('are all there', () => {
    expect(inScope.length).toBe(115);
    expect(Object.keys(LATER).every((id) => inScope.some((vector) => vector.id === id))).toBe(true);
  });

  for (const vector of inScope) {
    const later = LATER[vector.id];
    it.skipIf(later !== undefined)(`${vector.id} ${vector.name}${later === undefined ? '' : ` (later: ${later})`}`, async () => {
      const world = newWorld({ tools: TOOLS, policy: POLICY });
      const answer = await world.send(requestOf(vector, world));
      const body = answer.status === 202 ? {} : await answer.json();
      const { outcome, http, jsonrpc } = vector.expect;
      expect({ upstream: world.upstreams.count('tools/call') + world.upstreams.count(''), events: world.ledger.events.length }).toEqual({
        upstream: vector.expect.upstream_calls,
        events: vector.expect.audit_record ? 1 : 0,
      });
      expect(answer.status).toBe(http ?? 200);
      if (jsonrpc !== null) expect(body.error?.code).toBe(jsonrpc);
      if (outcome === 'allow') {
        expect(body.result.isError).toBeUndefined();
        expect(world.last().intent.decision).toBe('allowed');
      } else {
        expect(world.last().intent.decision).not.toBe('allowed');
        if (jsonrpc === null && http === null) expect(body.result._meta['dev.callgate/decision'].outcome).toBe('denied');
        if (http === 401)
          expect(answer.headers['www-authenticate']).toContain(
            'Bearer resource_metadata="https://gate.example.com/.well-known/oauth-protected-resource/mcp/shop"',
          );
      }
    });
  }

  it('DISP-47 counts inner and direct calls on one counter', async () => {
    const world = newWorld({ tools: TOOLS, policy: POLICY });
    const args = { owner: 'acme', repo: 'x', title: 't' };
    let admitted = 0;
    for (let round = 0; round < 8; round++) {
      const inner = { tool_name: 'github__create_issue', arguments: args };
      const answer = round % 2 === 0 ? await world.call('github__create_issue', args) : await world.call('utcp__call_tool', inner);
      if ((await answer.json()).result.isError === undefined) admitted++;
    }
    expect(admitted).toBe(4);
    expect(world.upstreams.count('tools/call')).toBe(4);
  });
});
