import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresUpstreamTokens } from '@/lib/adapters/postgres/upstream-tokens';
import { createEgressGuard } from '@/lib/adapters/upstream/egress-guard';
import { createUpstreams, type ManagedUpstreams } from '@/lib/adapters/upstream/upstreams';
import { CredentialFailure, UpstreamFailure, type UpstreamTarget } from '@/lib/gateway/upstream-port';
import { renewTokens } from '@/lib/hosts/upstream-auth-services';
import { type AuthorizationServer, startAuthorizationServer } from '../fixtures/oauth/authorization-server';
import { type ProtectedMcp, startProtectedMcp } from '../fixtures/oauth/protected-mcp';
import { messagesOf, openSession, request } from '../fixtures/upstreams/harness';
import { createWorld, type World } from './control/control-world';

const log = { warn() {}, error() {} };
let world: World;
let as: AuthorizationServer;
let mcp: ProtectedMcp;
let pool: pg.Pool;
let usual: AuthorizationServer['behaviour'];

beforeAll(async () => {
  [world, as] = await Promise.all([createWorld({ allowLoopback: true }), startAuthorizationServer()]);
  usual = { ...as.behaviour };
  mcp = await startProtectedMcp(as);
  pool = new pg.Pool(world.poolConfig);
  await world.addPeople();
  await world.call('POST', '/servers', { body: { slug: 'crm', name: 'CRM', transport: 'http', url: mcp.url, auth: { type: 'oauth' } } });
});
afterAll(async () => {
  await pool.end();
  await world.end();
  await mcp.stop();
  await as.stop();
});
beforeEach(async () => {
  Object.assign(as.behaviour, usual);
  await connect();
});

async function connect(): Promise<void> {
  const { url } = (await world.call('POST', '/servers/crm/auth/connect')).body;
  const back = await world.call('GET', `/oauth/callback${(await as.visit(url)).search}`);
  expect(back.headers.get('location')).toContain('auth=connected');
}
const stored = () => world.prisma.upstreamConnection.findFirstOrThrow({ where: { agentId: null } });
/** A node: what it knows is its own, the database is shared. */
const node = () =>
  new PostgresUpstreamTokens({
    pool,
    sealer: world.services.envelope,
    log,
    renew: renewTokens(createEgressGuard({ allowPrivate: [], allowLoopback: true })),
  });
const refreshes = () => as.count('refresh_token');
const expire = async () => {
  as.endAccess();
  await pool.query("UPDATE upstream_connections SET access_expires_at = clock_timestamp() - interval '1 second'");
};
const failure = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error as UpstreamFailure);

describe('tokens of a server', () => {
  it('are renewed by one request, however many calls on two nodes find them ended at once', async () => {
    as.behaviour.refreshDelayMs = 300;
    await expire();
    const before = refreshes();
    const nodes = [node(), node()];
    const row = await stored();
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, at) => (nodes[at % 2] as PostgresUpstreamTokens).tokenOf(row)));
    expect(new Set(tokens).size).toBe(1);
    expect(refreshes() - before).toBe(1);
    expect(as.grantOf(tokens[0] ?? '')).not.toBeNull();
    // Rotated: the next renewal uses the refresh token that this one brought.
    await expire();
    expect(as.grantOf(await node().tokenOf(row))).not.toBeNull();
    expect(await stored()).toMatchObject({ tokenVersion: row.tokenVersion + 2, revision: row.revision, lastError: null });
  });

  it('are renewed ahead of their end, and last to it when the authorization server is away', async () => {
    as.behaviour.tokenError = { status: 503, error: 'temporarily_unavailable' };
    await pool.query("UPDATE upstream_connections SET access_expires_at = clock_timestamp() + interval '30 seconds'");
    const one = node();
    expect(as.grantOf(await one.tokenOf(await stored()))).not.toBeNull();
    await expire();
    const failed = await failure(node().tokenOf(await stored()));
    expect(failed).toBeInstanceOf(UpstreamFailure);
    expect(failed).toMatchObject({ sent: false });
    expect(failed).not.toBeInstanceOf(CredentialFailure);
    expect(await stored()).toMatchObject({
      status: 'connected',
      leaseUntil: null,
      lastError: expect.stringContaining('answers HTTP 503'),
    });
    as.behaviour.tokenError = null;
    expect(as.grantOf(await node().tokenOf(await stored()))).not.toBeNull();
  });

  it('need a person when the grant was revoked: said to callers, asked for no more', async () => {
    await expire();
    as.revokeAll();
    const row = await stored();
    expect(await failure(node().tokenOf(row))).toBeInstanceOf(CredentialFailure);
    expect(await stored()).toMatchObject({ status: 'needs_reconnect', lastError: expect.stringContaining('invalid_grant') });
    const before = refreshes();
    expect((await failure(node().tokenOf(row)))?.message).toContain('an operator has to reconnect it');
    expect(refreshes()).toBe(before);
    expect((await world.call('GET', '/servers/crm')).body.auth).toMatchObject({ status: 'needs_reconnect' });
  });

  it('a node that died while it renewed holds up nobody for long', async () => {
    await expire();
    await pool.query("UPDATE upstream_connections SET lease_until = clock_timestamp() + interval '400 milliseconds'");
    expect(as.grantOf(await node().tokenOf(await stored()))).not.toBeNull();
  });

  it('go to no other origin, and open under no other issuer', async () => {
    await pool.query("UPDATE servers SET url = 'http://127.0.0.1:9/mcp'");
    expect(await failure(node().tokenOf(await stored()))).toBeInstanceOf(CredentialFailure);
    await pool.query('UPDATE servers SET url = $1', [mcp.url]);
    await pool.query(`UPDATE upstream_connections SET party = jsonb_set(party, '{issuer}', '"https://evil.example.com"')`);
    expect(await failure(node().tokenOf(await stored()))).toMatchObject({ message: 'The token of the server cannot be read.' });
  });
});

describe('calls with them', () => {
  let reach: ManagedUpstreams;
  let target: UpstreamTarget;
  beforeEach(async () => {
    const row = await stored();
    const tokens = node();
    reach = createUpstreams({
      secrets: { secretsOf: async () => ({ headers: { 'x-fixed': '1' }, env: {}, connection: row }) },
      tokens,
      guard: createEgressGuard({ allowPrivate: [], allowLoopback: true }),
      log,
    });
    target = { serverId: row.serverId, slug: 'crm', transport: 'http', url: mcp.url, command: null, args: [], revision: row.revision };
    return () => reach.stopAll();
  });
  const call = async (name: string) => {
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } };
    const asked = request(message, openSession());
    return reach.post(target, { ...asked, headers: { ...asked.headers, authorization: 'Bearer cg_live_of_the_caller' } });
  };

  it('carry the token and nothing of the caller, and try once more when it was refused', async () => {
    expect(JSON.stringify(await messagesOf(await call('whoami')))).toContain('client client-');
    as.endAccess();
    const before = refreshes();
    expect((await call('whoami')).status).toBe(200);
    expect(refreshes() - before).toBe(1);
    expect(mcp.seen.filter((header) => header?.includes('cg_live'))).toEqual([]);
  });

  it('note the scopes that a server wants, and the next authorization asks for them', async () => {
    expect((await call('read_admin')).status).toBe(403);
    expect((await stored()).neededScopes).toBe('read admin');
    await connect();
    expect(await stored()).toMatchObject({ neededScopes: null, scopes: 'read admin' });
  });

  it('end with words for the caller when only an operator can help', async () => {
    as.endAccess();
    as.revokeAll();
    const failed = await failure(call('whoami'));
    expect(failed).toBeInstanceOf(CredentialFailure);
    expect(failed?.message).toContain('The call was not made.');
  });
});
