import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../../fixtures/oauth/authorization-server';
import { type ProtectedMcp, startProtectedMcp } from '../../fixtures/oauth/protected-mcp';
import { createWorld, type World } from './control-world';

let world: World;
let as: AuthorizationServer;
let mcp: ProtectedMcp;
beforeAll(async () => {
  [world, as] = await Promise.all([createWorld({ allowLoopback: true }), startAuthorizationServer()]);
  mcp = await startProtectedMcp(as);
  await world.addPeople();
  await world.call('POST', '/agents', { body: { slug: 'bot', name: 'Bot', owner: 'admin@example.com' } });
  const made = await world.call('POST', '/servers', {
    body: { slug: 'crm', name: 'CRM', transport: 'http', url: mcp.url, auth: { type: 'oauth' } },
  });
  expect(made.body.auth).toMatchObject({ type: 'oauth', status: 'disconnected', set: true });
  expect(made.body.sync).toMatchObject({
    ok: false,
    error: expect.stringContaining('not connected'),
    fix: expect.stringContaining('Connect'),
  });
});
afterAll(async () => {
  world.expectClean('batch+secret/1');
  await world.end();
  await mcp.stop();
  await as.stop();
});
const usual = {} as AuthorizationServer['behaviour'];
beforeEach(() => {
  if (Object.keys(usual).length === 0) Object.assign(usual, as.behaviour);
  Object.assign(as.behaviour, usual);
  Object.assign(mcp.says, { resource: null, issuer: null });
});

const auth = async () => (await world.call('GET', '/servers/crm/auth', { as: 'viewer' })).body;
const begin = () => world.call('POST', '/servers/crm/auth/connect');
const backFrom = async (url: string) => {
  const { pathname, search } = await as.visit(url);
  expect(pathname).toBe('/api/v1/oauth/callback');
  return `/oauth/callback${search}`;
};
const connect = async () => world.call('GET', await backFrom((await begin()).body.url));
const tokens = async () => (await world.prisma.upstreamConnection.findFirstOrThrow({ where: { agentId: null } })).revision;

describe('connecting a server', () => {
  it('asks with PKCE, state, the exact redirect and the resource, as a client registered for it', async () => {
    const { body, status } = await begin();
    expect(status).toBe(200);
    expect(body.issuer).toBe(as.issuer);
    const asked = new URL(body.url).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: 'http://localhost:3000/api/v1/oauth/callback',
      resource: mcp.url,
      scope: 'read',
      client_id: expect.stringMatching(/^client-/),
    });
    expect((asked.get('state') ?? '').length).toBeGreaterThan(30);
    expect((await world.call('POST', '/servers/crm/auth/connect', { as: 'key' })).body.error.code).toBe('server_auth.person');
  });

  it('keeps the tokens sealed, says who connected, and reads the tools with the token', async () => {
    const back = await connect();
    expect([back.status, back.headers.get('location')]).toEqual([303, '/servers/crm?tab=settings&auth=connected']);
    expect((await auth()).connection).toMatchObject({
      status: 'connected',
      issuer: as.issuer,
      resource: mcp.url,
      registration: 'dynamic',
      scopes: 'read',
      connectedBy: 'The admin',
      renewable: true,
      lastError: null,
    });
    const { secrets } = world.upstream.asked.at(-1) ?? { secrets: { headers: {} as Record<string, string> } };
    const token = secrets.headers.Authorization?.replace('Bearer ', '') ?? '';
    expect(as.grantOf(token)).toMatchObject({ resource: mcp.url });
    const stored = JSON.stringify(await world.prisma.upstreamConnection.findMany());
    expect(stored).not.toContain(token);
    expect(world.texts.filter((text) => text.includes(token))).toEqual([]);
    expect(JSON.stringify(await world.prisma.adminChange.findMany())).not.toContain(token);
  });

  it('takes a state once, in the session that began, and not for ever', async () => {
    const address = await backFrom((await begin()).body.url);
    expect((await world.call('GET', address, { as: 'key' })).body.error.code).toBe('oauth.session');
    // Used up by the stranger's attempt as well.
    expect((await world.call('GET', address)).body.error.code).toBe('oauth.state');
    const again = await backFrom((await begin()).body.url);
    expect((await world.call('GET', again)).status).toBe(303);
    expect((await world.call('GET', again)).body.error.code).toBe('oauth.state');
    const late = await backFrom((await begin()).body.url);
    world.pass(601_000);
    expect((await world.call('GET', late)).body.error.code).toBe('oauth.state');
    expect((await world.call('GET', '/oauth/callback?state=invented&code=x')).status).toBe(400);
  });

  it('refuses an answer of another issuer, without asking anybody for a token', async () => {
    for (const issuer of ['https://evil.example.com', '']) {
      as.behaviour.answerIssuer = issuer;
      const before = as.count('authorization_code');
      const back = await connect();
      expect(back.headers.get('location')).toContain('auth=failed');
      expect(as.count('authorization_code')).toBe(before);
      expect((await auth()).connection.lastError).toMatch(/iss/);
    }
  });

  it('refuses metadata that belongs to another issuer or another resource, and one without PKCE', async () => {
    as.behaviour.metadataIssuer = 'https://honest.example.com';
    expect((await begin()).body.error.message).toContain('another issuer');
    as.behaviour.metadataIssuer = null;
    mcp.says.resource = 'https://bank.example.com/mcp';
    expect((await begin()).body.error.message).toContain('another resource');
    mcp.says.resource = null;
    as.behaviour.metadata = { code_challenge_methods_supported: ['plain'] };
    expect((await begin()).body.error.message).toContain('PKCE');
  });

  it('reaches nothing that servers may not be at, named directly or by a redirect', async () => {
    mcp.says.issuer = 'http://169.254.169.254';
    expect((await begin()).body.error).toMatchObject({ code: 'server_auth.refused', message: expect.stringContaining('169.254.169.254') });
    mcp.says.issuer = null;
    as.behaviour.redirectTo = 'http://169.254.169.254/latest/meta-data/';
    expect((await begin()).body.error.message).toContain('Redirects are not followed');
    as.behaviour.redirectTo = null;
    as.behaviour.metadata = { registration_endpoint: 'https://inside.example.com/register' };
    expect((await begin()).body.error.message).toContain('10.0.0.8');
  });

  it('asks for a client id where clients are not registered by themselves, and says what a person refused', async () => {
    as.behaviour.registers = false;
    expect((await begin()).body.error.message).toContain('client id');
    as.behaviour.registers = true;
    as.behaviour.denies = true;
    await connect();
    expect((await auth()).connection.lastError).toContain('access_denied');
    // What was connected stays connected: nothing was taken away.
    expect((await auth()).connection.status).toBe('connected');
  });

  it('does not let a code be used twice', async () => {
    const address = await backFrom((await begin()).body.url);
    const code = new URLSearchParams(address.split('?')[1]).get('code') ?? '';
    expect((await world.call('GET', address)).status).toBe(303);
    const second = await backFrom((await begin()).body.url);
    const replayed = new URLSearchParams(second.split('?')[1]);
    replayed.set('code', code);
    await world.call('GET', `/oauth/callback?${replayed}`);
    expect((await auth()).connection.lastError).toContain('invalid_grant');
  });

  it('gives the tokens back when it is disconnected, and forgets them when the server moves', async () => {
    await connect();
    const revision = await tokens();
    const gone = await world.call('POST', '/servers/crm/auth/disconnect');
    expect(gone.body).toMatchObject({ revoked: true, connection: { status: 'disconnected', scopes: null, expiresAt: null } });
    expect(await tokens()).not.toBe(revision);
    expect(as.requests.at(-1)?.path).toBe('/revoke');
    await connect();
    await world.call('PATCH', '/servers/crm', { body: { url: 'http://127.0.0.1:1/mcp' } });
    expect((await auth()).connection).toMatchObject({
      status: 'needs_reconnect',
      expiresAt: null,
      lastError: expect.stringContaining('address'),
    });
    await world.call('PATCH', '/servers/crm', { body: { url: mcp.url } });
  });

  it('is for those who may change servers', async () => {
    for (const [method, path] of [
      ['PUT', '/servers/crm/auth'],
      ['POST', '/servers/crm/auth/connect'],
      ['GET', '/oauth/callback?state=x'],
    ] as const)
      expect((await world.call(method, path, { as: 'viewer', ...(method === 'PUT' ? { body: { type: 'oauth' } } : {}) })).status).toBe(403);
  });
});

describe('the authorization server that a server names', () => {
  let other: AuthorizationServer;
  beforeAll(async () => {
    other = await startAuthorizationServer();
  });
  afterAll(() => other.stop());
  const unconfirmed = (named: AuthorizationServer) => ({
    status: 422,
    body: { error: { code: 'server_auth.issuer', details: [{ path: '/issuer', message: named.issuer }] } },
  });

  it('gets no client that was typed before somebody has confirmed it', async () => {
    const client = { clientId: 'batch', clientSecret: 'batch+secret/1' };
    const asked = as.requests.length;
    expect(await world.call('PUT', '/servers/crm/auth', { body: { type: 'client_credentials', ...client } })).toMatchObject(
      unconfirmed(as),
    );
    expect((await world.call('PUT', '/servers/crm/auth', { body: { type: 'oauth', ...client } })).status).toBe(200);
    expect(await begin()).toMatchObject(unconfirmed(as));
    expect(as.requests.slice(asked).filter(({ path }) => path === '/token' || path === '/authorize')).toEqual([]);
    const confirmed = await world.call('POST', '/servers/crm/auth/connect', { body: { issuer: as.issuer } });
    expect(confirmed).toMatchObject({ status: 200, body: { issuer: as.issuer } });
    await world.call('PUT', '/servers/crm/auth', { body: { type: 'oauth' } });
  });

  it('is told nothing when it is another one than before, until somebody has confirmed the change', async () => {
    await connect();
    mcp.says.issuer = other.issuer;
    other.behaviour.metadata = { authorization_response_iss_parameter_supported: false };
    expect(await begin()).toMatchObject(unconfirmed(other));
    expect(other.requests.filter(({ path }) => !path.startsWith('/.well-known'))).toEqual([]);
    expect((await auth()).connection.status).toBe('connected');
    const wrong = await world.call('POST', '/servers/crm/auth/connect', { body: { issuer: as.issuer } });
    expect(wrong).toMatchObject(unconfirmed(other));
    const moved = await world.call('POST', '/servers/crm/auth/connect', { body: { issuer: other.issuer } });
    expect(moved).toMatchObject({ status: 200, body: { issuer: other.issuer } });
  });
});

describe('a client of its own, and credentials of one agent', () => {
  it('gets a first token when it is set, and refuses a client that is not known', async () => {
    const wrong = await world.call('PUT', '/servers/crm/auth', {
      body: { type: 'client_credentials', clientId: 'batch', clientSecret: 'no', issuer: as.issuer },
    });
    expect(wrong.body.error).toMatchObject({ code: 'server_auth.refused', message: expect.stringContaining('client') });
    const set = await world.call('PUT', '/servers/crm/auth', {
      body: { type: 'client_credentials', clientId: 'batch', clientSecret: 'batch+secret/1', issuer: as.issuer },
    });
    expect(set.body).toMatchObject({ kind: 'client_credentials', status: 'connected', clientSecret: { set: true }, issuer: as.issuer });
    expect(as.count('client_credentials')).toBeGreaterThan(0);
  });

  it('are set for an agent, shown by name and removed', async () => {
    const set = await world.call('PUT', '/servers/crm/auth', {
      body: { type: 'headers', agent: 'bot', headers: { 'X-Api-Key': 'agent canary' } },
    });
    expect(set.body).toMatchObject({ agent: { slug: 'bot' }, kind: 'headers', status: 'connected', headers: ['X-Api-Key'] });
    world.expectClean('agent canary');
    expect((await auth()).agents).toHaveLength(1);
    expect(
      (await world.call('PUT', '/servers/crm/auth', { body: { type: 'headers', agent: 'bot', headers: { Host: 'x' } } })).body.error.code,
    ).toBe('server.header_reserved');
    expect((await world.call('DELETE', '/servers/crm/auth?agent=bot')).body.removed).toBe(true);
    expect((await auth()).agents).toEqual([]);
    expect((await world.call('DELETE', '/servers/crm/auth?agent=bot')).status).toBe(404);
  });

  it('a token that is typed takes the place of the authorization', async () => {
    const typed = await world.call('PATCH', '/servers/crm', { body: { auth: { type: 'bearer', token: 'fixed-token-1' } } });
    expect(typed.body.auth).toMatchObject({ type: 'bearer' });
    expect((await auth()).connection).toBeNull();
    expect((await world.call('PATCH', '/servers/crm', { body: { auth: { type: 'oauth', scopes: 'read' } } })).body.auth).toMatchObject({
      type: 'oauth',
      status: 'disconnected',
    });
    expect((await world.call('GET', '/servers/crm')).body.headers).toEqual({});
  });
});

describe('a credential that was typed before', () => {
  const TOKEN = 'bearer-canary-0123456789';
  const make = (slug: string, url: string) =>
    world.call('POST', '/servers', { body: { slug, name: slug, transport: 'http', url, auth: { type: 'bearer', token: TOKEN } } });
  const sent = async (slug: string): Promise<string> => {
    await world.call('POST', `/servers/${slug}/sync`);
    return JSON.stringify(world.upstream.asked.at(-1)?.secrets);
  };

  it('does not come back when the authorization that took its place is removed', async () => {
    expect((await make('legacy', mcp.url)).status).toBe(201);
    expect((await world.call('PUT', '/servers/legacy/auth', { body: { type: 'oauth' } })).status).toBe(200);
    const { items } = (await world.call('GET', '/changes?action=server.auth_set')).body;
    expect(items[0].after.secrets).toEqual(['header authorization removed']);
    await world.call('DELETE', '/servers/legacy/auth');
    expect((await world.call('GET', '/servers/legacy')).body.auth).toBeNull();
    expect(await sent('legacy')).not.toContain(TOKEN);
  });

  it('stays when one agent gets a credential of its own', async () => {
    await make('shared', mcp.url);
    await world.call('PUT', '/servers/shared/auth', { body: { type: 'headers', agent: 'bot', headers: { 'X-Api-Key': 'own' } } });
    expect((await world.call('GET', '/servers/shared')).body.auth.type).toBe('bearer');
  });

  it('is not sent to another origin, and neither are the headers of an agent', async () => {
    await make('moving', mcp.url);
    await world.call('PATCH', '/servers/moving', { body: { headers: { 'X-Region': 'one', 'X-Old': 'two' } } });
    await world.call('PUT', '/servers/moving/auth', { body: { type: 'headers', agent: 'bot', headers: { 'X-Api-Key': 'own' } } });
    const path = await world.call('PATCH', '/servers/moving', { body: { url: `${mcp.url}/v2` } });
    expect(path.body.dropped).toEqual([]);
    const moved = await world.call('PATCH', '/servers/moving', {
      body: { url: 'http://127.0.0.1:9/else', headers: { 'X-Region': 'new' } },
    });
    expect(moved.status, moved.text).toBe(200);
    expect(moved.body.dropped.sort()).toEqual(['bearer token', 'header X-Old', 'headers of bot']);
    expect(Object.keys(moved.body.headers)).toEqual(['X-Region']);
    const asked = await sent('moving');
    expect(asked).not.toContain(TOKEN);
    expect(asked).toContain('new');
    const own = await world.prisma.upstreamConnection.findFirstOrThrow({ where: { server: { slug: 'moving' }, kind: 'headers' } });
    expect(own).toMatchObject({ status: 'needs_reconnect', envelope: null });
    const { items } = (await world.call('GET', '/changes?action=server.update')).body;
    expect(items[0].after.dropped.sort()).toEqual(moved.body.dropped);
  });
});

it('has no metadata document without https', async () => {
  expect((await world.call('GET', '/oauth/client.json', { as: null })).status).toBe(404);
});
