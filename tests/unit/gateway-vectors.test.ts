import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeToken } from '@/lib/kernel/token';
import { LATER, POLICY, TOOLS, type Vector, vectors, vectorsPresent } from '../fixtures/gateway-vectors';
import { issuerOf, jwksOf, newSigningKey, signJwt } from '../fixtures/jwt-fixture';
import { jwtOfVector } from '../fixtures/jwt-vectors';
import { newWorld, type SendOptions, type World } from './gateway-world';

const HTTP = { host: 'gate.example.com', 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** How each category's input becomes one request. */
async function requestOf(vector: Vector, world: World): Promise<Partial<SendOptions>> {
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
      return {
        body: rpc({ method: 'tools/call', params: { name: 'github__list_issues', arguments: {} } }),
        ...(await identityOf(input, world)),
      };
    default:
      return { body: rpc(input) };
  }
}

async function identityOf(input: string | null, world: World): Promise<Partial<SendOptions>> {
  if (input === 'JWT:jti') {
    world.snapshots.setIssuers([issuerOf({ jwksUrl: null, jwks: jwksOf(key), oneTime: true })]);
    const token = await signJwt(key, world.clock.now, { jti: 'once' });
    expect((await (await world.call('github__list_issues', {}, { token })).json()).result.isError).toBeUndefined();
    return { token };
  }
  if (input?.startsWith('JWT:')) {
    const audience = 'https://gate.example.com/mcp/shop';
    return { token: await jwtOfVector(input.slice('JWT:'.length), { key, rsa, nowMs: world.clock.now, audience, subject: 'bot' }) };
  }
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

const key = await newSigningKey('k1');
const rsa = await newSigningKey('r1', 'RS256');

describe.skipIf(!vectorsPresent)('hostile inputs', () => {
  it('are all there', () => {
    expect(vectors.length).toBe(115);
    expect(Object.keys(LATER).every((id) => vectors.some((vector) => vector.id === id))).toBe(true);
  });

  for (const vector of vectors) {
    const later = LATER[vector.id];
    it.skipIf(later !== undefined)(`${vector.id} ${vector.name}${later === undefined ? '' : ` (later: ${later})`}`, async () => {
      const world = newWorld({ tools: TOOLS, policy: POLICY });
      world.snapshots.setIssuers([issuerOf({ jwksUrl: null, jwks: jwksOf(key, rsa), lifetimeSeconds: 86_400 })]);
      const request = await requestOf(vector, world);
      const counts = () => ({
        upstream: world.upstreams.count('tools/call') + world.upstreams.count(''),
        events: world.ledger.events.length,
      });
      const before = counts();
      const answer = await world.send(request);
      const body = answer.status === 202 ? {} : await answer.json();
      const { outcome, http, jsonrpc } = vector.expect;
      expect(counts()).toEqual({
        upstream: before.upstream + vector.expect.upstream_calls,
        events: before.events + (vector.expect.audit_record ? 1 : 0),
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
