import { beforeAll, describe, expect, it } from 'vitest';
import { jsonReply } from '@/lib/adapters/memory/memory-upstreams';
import { LedgerUnavailable } from '@/lib/gateway/ports';
import { issuerOf, jwksOf, newSigningKey, type SigningKey, signJwt } from '../fixtures/jwt-fixture';
import { newWorld, type World } from './gateway-world';

let key: SigningKey;
beforeAll(async () => {
  key = await newSigningKey('k1');
});

function jwtWorld(change: Parameters<typeof issuerOf>[0] = {}, policy?: unknown): World {
  const world = newWorld({ fetchKeys: async () => jwksOf(key), ...(policy === undefined ? {} : { policy }) });
  world.snapshots.setIssuers([issuerOf(change)]);
  return world;
}
const tokenOf = (world: World, claims: Record<string, unknown> = {}) => signJwt(key, world.clock.now, claims);
const reasonOf = (world: World): string => world.last().intent.reason;
/** The record of a refused stranger is not waited for. */
const recorded = () => new Promise((resolve) => setTimeout(resolve, 2));

describe('a JWT in place of a grant token', () => {
  it("calls with the agent's grant, is recorded by issuer and subject, and goes nowhere else", async () => {
    const world = jwtWorld();
    const token = await tokenOf(world);
    const answer = await world.call('refund', { amount: 1 }, { token });
    expect((await answer.json()).result.isError).toBeUndefined();
    const { intent } = world.last();
    expect(intent).toMatchObject({ decision: 'allowed', grant: 'grt_1', agent: { slug: 'bot' } });
    expect(intent.trace[0]).toMatchObject({ stage: 'identity', note: 'JWT of https://login.example.com/tenant, subject bot' });
    const everything = JSON.stringify([world.ledger.events, world.upstreams.posts, world.log]);
    for (const part of token.split('.')) expect(everything).not.toContain(part);
  });

  it('is refused with 401 and the way to the metadata when it is not in order, and 401 without any issuer', async () => {
    const world = jwtWorld();
    for (const [claims, problem] of [
      [{ iss: 'https://other.example.com' }, 'jwt_iss'],
      [{ aud: 'https://other.example.com' }, 'jwt_aud'],
      [{ aud: 'https://gate.example.com/mcp/other' }, 'jwt_aud'],
      [{ exp: 1 }, 'jwt_exp'],
    ] as const) {
      const answer = await world.call('refund', {}, { token: await tokenOf(world, claims) });
      expect([answer.status, (await answer.json()).error.data]).toEqual([
        401,
        expect.objectContaining({ reason: 'identity.jwt', problem }),
      ]);
      expect(answer.headers['www-authenticate']).toBe(
        'Bearer resource_metadata="https://gate.example.com/.well-known/oauth-protected-resource/mcp/shop", error="invalid_token"',
      );
    }
    world.snapshots.setIssuers([]);
    const answer = await world.call('refund', {}, { token: await tokenOf(world) });
    expect([answer.status, (await answer.json()).error.data.reason]).toEqual([401, 'identity.malformed']);
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('of no agent, of an agent without a grant here, and of a suspended one is refused as that', async () => {
    const world = jwtWorld();
    const answers: [object, Parameters<World['call']>[2], string, number][] = [
      [{ sub: 'nobody' }, {}, 'identity.no_agent', 403],
      [{ sub: undefined }, {}, 'identity.no_agent', 403],
      [{ aud: 'https://gate.example.com' }, { path: '/other' }, 'grant.other_server', 403],
      [{ aud: 'https://gate.example.com' }, { path: '/nowhere' }, 'server.unknown', 404],
    ];
    for (const [claims, options, reason, status] of answers) {
      const answer = await world.call('refund', {}, { ...options, token: await tokenOf(world, claims as Record<string, unknown>) });
      await recorded();
      expect([answer.status, reasonOf(world)]).toEqual([status, reason]);
    }
    world.putGrant(world.token, {}, { status: 'suspended' });
    expect((await world.call('refund', {}, { token: await tokenOf(world) })).status).toBe(403);
    expect(reasonOf(world)).toBe('grant.agent_suspended');
    world.putGrant(world.token, { status: 'revoked' });
    expect((await world.call('refund', {}, { token: await tokenOf(world) })).status).toBe(401);
    expect(reasonOf(world)).toBe('identity.revoked');
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('uses the newest grant that may be used now', async () => {
    const world = jwtWorld();
    world.putGrant('other-1', { id: 'grt_2', expiresAtMs: world.clock.now + 60_000 });
    world.putGrant('other-2', { id: 'grt_3', status: 'revoked' });
    await world.call('refund', { amount: 1 }, { token: await tokenOf(world) });
    expect(world.last().intent.grant).toBe('grt_2');
    world.clock.now += 60_000;
    await world.call('refund', { amount: 1 }, { token: await tokenOf(world) });
    expect(world.last().intent.grant).toBe('grt_1');
  });

  it('is asked for the scopes that it needs', async () => {
    const world = jwtWorld({ requiredScopes: ['mcp:tools', 'mcp:call'] });
    const answer = await world.call('refund', {}, { token: await tokenOf(world, { scope: 'mcp:tools' }) });
    expect([answer.status, (await answer.json()).error.data.reason]).toEqual([403, 'identity.insufficient_scope']);
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="mcp:tools mcp:call", resource_metadata="https://gate.example.com/.well-known/oauth-protected-resource/mcp/shop"',
    );
    expect((await world.call('refund', { amount: 1 }, { token: await tokenOf(world, { scope: 'mcp:call mcp:tools' }) })).status).toBe(200);
  });

  it.each([
    ['intersect', ['read', 'pay'], 'pay other', 'ran'],
    ['intersect', ['read'], 'pay', 'denied'],
    ['provide', ['read'], 'pay', 'ran'],
    ['provide', ['pay'], 'read', 'denied'],
    ['ignore', ['pay'], '', 'ran'],
    ['ignore', ['read'], 'pay', 'denied'],
  ] as const)('in mode %s with %j granted and "%s" in the token: %s', async (scopeMode, granted, scope, expected) => {
    const policy = {
      version: '1',
      default: 'deny',
      tools: { list: { require: [{ path: 'grant.scopes', op: 'contains', value: 'pay', on_deny: 'No.' }] } },
    };
    const world = jwtWorld({ scopeMode }, policy);
    world.putGrant(world.token, { scopes: granted });
    const body = await (await world.call('list', {}, { token: await tokenOf(world, { scope }) })).json();
    expect(body.result.isError === true ? 'denied' : 'ran').toBe(expected);
  });

  it('is good for one request where its issuer says so, whatever became of that one', async () => {
    const world = jwtWorld({ oneTime: true });
    const problemOf = async (token: string): Promise<unknown> =>
      (await (await world.call('refund', { amount: 1 }, { token })).json()).error?.data.problem;
    expect(await problemOf(await tokenOf(world))).toBe('jwt_jti');
    expect(await problemOf(await tokenOf(world, { jti: '' }))).toBe('jwt_jti');
    const token = await tokenOf(world, { jti: 'a' });
    expect(await problemOf(token)).toBeUndefined();
    expect(await problemOf(token)).toBe('jwt_replay');
    // The same identifier in another token is the same token.
    expect(await problemOf(await tokenOf(world, { jti: 'a', scope: 'more' }))).toBe('jwt_replay');
    const refused = await tokenOf(world, { jti: 'b' });
    expect((await world.call('refund', {}, { token: refused, path: '/other' })).status).toBe(401);
    expect(await problemOf(refused)).toBeUndefined();
    const denied = await tokenOf(world, { jti: 'c' });
    await world.call('remove', {}, { token: denied });
    expect(await problemOf(denied)).toBe('jwt_replay');
    expect(world.upstreams.count('tools/call')).toBe(2);
  });

  it('is refused with 503 while it cannot be said whether it was used before', async () => {
    const world = jwtWorld({ oneTime: true });
    const redeem = () => Promise.reject(new LedgerUnavailable('no database'));
    Object.assign(world.ports.tokenUses, { redeem });
    const answer = await world.call('refund', { amount: 1 }, { token: await tokenOf(world, { jti: 'a' }) });
    expect([answer.status, (await answer.json()).error.data.reason]).toEqual([503, 'audit.unavailable']);
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('says 503 while the keys cannot be read, and sends nothing', async () => {
    const world = newWorld();
    world.snapshots.setIssuers([issuerOf()]);
    const answer = await world.call('refund', {}, { token: await tokenOf(world) });
    expect([answer.status, (await answer.json()).error.data.reason]).toEqual([503, 'identity.keys_unavailable']);
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('keeps a session, and its held calls and streams end with the token and with the issuer', async () => {
    for (const end of [
      (world: World) => world.snapshots.setIssuers([]),
      (world: World) => world.snapshots.setIssuers([issuerOf({ revision: 'r2' })]),
      (world: World) => {
        world.clock.now += 631_000;
      },
    ]) {
      const world = jwtWorld();
      const token = await tokenOf(world);
      const session = await world.initialize({ token });
      let push = (_text: string): void => {};
      world.upstreams.onListen = () => ({
        status: 200,
        contentType: 'text/event-stream',
        sessionId: null,
        body: (async function* () {
          for (;;) yield new TextEncoder().encode(await new Promise<string>((resolve) => (push = resolve)));
        })(),
      });
      const stream = await world.send({
        method: 'GET',
        raw: null,
        token,
        headers: { accept: 'text/event-stream', 'mcp-session-id': session },
      });
      expect(stream.status).toBe(200);
      const text = stream.text();
      await recorded();
      push('data: {"jsonrpc":"2.0","method":"notifications/message"}\n\n');
      await recorded();
      end(world);
      push('data: {"jsonrpc":"2.0","method":"notifications/secret"}\n\n');
      expect(await text).toContain('notifications/message');
      expect(await text).not.toContain('notifications/secret');
    }
  });

  it('is decided anew after a person approved, and not acted for once it has expired', async () => {
    const world = newWorld({ fetchKeys: async () => jwksOf(key), hold: { graceMs: 5, holdMs: 60_000, holdWithProgressMs: 60_000 } });
    world.snapshots.setIssuers([issuerOf()]);
    world.upstreams.scripts.set('tools/call', (request) => jsonReply({ jsonrpc: '2.0', id: request.rpcId, result: { content: [] } }));
    for (const [wait, ran] of [
      [0, 1],
      [700_000, 0],
    ] as const) {
      const before = world.upstreams.count('tools/call');
      const answer = world.call('wire', { amount: wait }, { token: await tokenOf(world) }).then((one) => one.text());
      while (world.approvals.holds.length === 0) await recorded();
      world.clock.now += wait;
      const id = world.approvals.all.at(-1)?.id ?? '';
      world.approvals.approve(id, 'Ben');
      await answer;
      expect(world.upstreams.count('tools/call') - before).toBe(ran);
    }
  });
});
