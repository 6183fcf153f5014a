import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresSnapshots, type PostgresSnapshots } from '@/lib/adapters/postgres/snapshots';
import type { Role } from '@/lib/domain/roles';
import type { Snapshot } from '@/lib/gateway/snapshot-port';
import { compilePolicy } from '@/lib/policy/compile';
import { captureLog } from '../../fixtures/ledger/ledger-fixture';
import { eventually } from '../../system/support/eventually';
import { createWorld, type World } from './control-world';

const URL_OF_KEYS = 'https://mcp.example.com/keys';
const KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  kid: 'k1',
};
const BASE = { name: 'Our login', issuer: 'https://login.example.com/t1', jwksUrl: URL_OF_KEYS };

let world: World;
let snapshots: PostgresSnapshots;

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  snapshots = await createPostgresSnapshots({
    poolConfig: world.poolConfig,
    compile: (text) => compilePolicy(text, null),
    log: captureLog(),
  });
});
afterAll(async () => {
  world.expectClean();
  await snapshots.close();
  await world.end();
});
beforeEach(() => world.prisma.jwtIssuer.deleteMany());

const create = (body: object = BASE, as: Role | 'key' = 'admin') => world.call('POST', '/jwt-issuers', { as, body });
const update = (id: string, body: object, headers: Record<string, string> = {}) =>
  world.call('PATCH', `/jwt-issuers/${id}`, { body, headers });
const trail = async () => (await world.prisma.adminChange.findMany({ where: { entity: 'issuer' }, orderBy: { id: 'desc' }, take: 1 }))[0];
type Issuers = Snapshot['issuers'];
const onNode = (what: string, condition: (issuers: Issuers) => boolean): Promise<Issuers> =>
  eventually(what, async () => {
    const issuers = snapshots.current()?.issuers ?? [];
    return condition(issuers) ? issuers : null;
  });

describe('a token issuer', () => {
  it('is added with safe defaults, reaches every node, is listed, and is on record', async () => {
    const { status, body } = await create();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...BASE,
      jwks: null,
      audiences: [],
      algorithms: ['RS256', 'ES256'],
      toleranceSeconds: 30,
      lifetimeSeconds: 3_600,
      typ: null,
      agentClaim: 'sub',
      agentMap: null,
      scopeClaim: 'scope',
      scopeMode: 'intersect',
      requiredScopes: [],
      oneTime: false,
      status: 'active',
      createdBy: 'The admin',
    });
    const [known] = await onNode('the node knows it', (issuers) => issuers.length === 1);
    expect(known).toEqual({
      id: body.id,
      revision: expect.any(String),
      issuer: BASE.issuer,
      jwksUrl: URL_OF_KEYS,
      jwks: null,
      audiences: [],
      algorithms: ['RS256', 'ES256'],
      toleranceSeconds: 30,
      lifetimeSeconds: 3_600,
      typ: null,
      agentClaim: 'sub',
      agentMap: null,
      scopeClaim: 'scope',
      scopeMode: 'intersect',
      requiredScopes: [],
      oneTime: false,
    });
    expect((await world.call('GET', '/jwt-issuers', { as: 'viewer' })).body.items.map((one: { id: string }) => one.id)).toEqual([body.id]);
    expect((await world.call('GET', `/jwt-issuers/${body.id}`)).body).toEqual(body);
    expect(await trail()).toMatchObject({ action: 'issuer.create', entityName: BASE.issuer, after: { jwksUrl: URL_OF_KEYS } });
  });

  it.each([
    ['a symmetric algorithm', { algorithms: ['HS256'] }],
    ['no algorithm at all', { algorithms: [] }],
    ['the algorithm none', { algorithms: ['none'] }],
    ['neither keys nor their address', { jwksUrl: null }],
    ['keys and their address', { jwks: { keys: [KEY] } }],
    ['a private key', { jwksUrl: null, jwks: { keys: [{ ...KEY, d: 'AAAA' }] } }],
    ['a symmetric key', { jwksUrl: null, jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
    ['keys at a private address', { jwksUrl: 'https://inside.example.com/keys' }],
    ['keys on this machine', { jwksUrl: 'http://127.0.0.1/keys' }],
    ['keys over plain http', { jwksUrl: 'http://mcp.example.com/keys' }],
    ['keys in a file', { jwksUrl: 'file:///etc/passwd' }],
    ['an issuer that is no address', { issuer: 'login' }],
    ['an issuer with a query', { issuer: 'https://login.example.com/?t=1' }],
    ['a life of more than a day', { lifetimeSeconds: 86_401 }],
    ['a tolerance of more than five minutes', { toleranceSeconds: 301 }],
    ['a scope that would break a header', { requiredScopes: ['a" b'] }],
    ['an agent that no slug can be', { agentMap: { app: 'Not A Slug' } }],
    ['a member that there is not', { trustEverything: true }],
  ])('with %s is refused', async (_, change) => {
    const { status, text } = await create({ ...BASE, ...change });
    expect([400, 422], text).toContain(status);
    expect(await world.prisma.jwtIssuer.count()).toBe(0);
  });

  it('is there once, and only an admin adds one', async () => {
    await create();
    expect((await create({ ...BASE, name: 'Again' })).body.error.code).toBe('issuer.taken');
    for (const role of ['viewer', 'author', 'approver'] as const) expect((await create(BASE, role)).status).toBe(403);
  });

  it('has another revision after every change, and keys and their address take each other’s place', async () => {
    const { body } = await create();
    const [first] = await onNode('the node knows it', ([one]) => one?.id === body.id);
    const pasted = await update(body.id, { jwks: { keys: [KEY] } });
    expect([pasted.body.jwksUrl, pasted.body.jwks.keys[0].kid]).toEqual([null, 'k1']);
    const [second] = await onNode('the node knows the change', (issuers) =>
      issuers.some(({ id, jwks }) => id === body.id && typeof jwks === 'string'),
    );
    expect(second?.revision).not.toBe(first?.revision);
    expect(JSON.parse(second?.jwks ?? '')).toEqual({ keys: [KEY] });
    expect((await update(body.id, { jwksUrl: URL_OF_KEYS })).body).toMatchObject({ jwks: null, jwksUrl: URL_OF_KEYS });
    expect((await update(body.id, { jwksUrl: null })).status).toBe(422);
    const mapped = await update(body.id, { agentMap: { 'app-1': 'bot' }, typ: 'at+jwt', scopeMode: 'provide' });
    expect(mapped.body).toMatchObject({ agentMap: { 'app-1': 'bot' }, typ: 'at+jwt', scopeMode: 'provide' });
    expect((await update(body.id, { agentMap: null })).body.agentMap).toBeNull();
    expect((await update(body.id, { name: 'x' }, { 'if-match': `"${body.etag}"` })).status).toBe(412);
    expect(await trail()).toMatchObject({ action: 'issuer.update', before: { typ: 'at+jwt' } });
  });

  it('that is disabled or deleted is believed no more', async () => {
    const { body } = await create();
    expect((await update(body.id, { status: 'disabled' })).body.status).toBe('disabled');
    expect((await trail())?.action).toBe('issuer.disable');
    await onNode('the node forgets it', (issuers) => issuers.length === 0);
    await update(body.id, { status: 'active' });
    await onNode('the node knows it again', (issuers) => issuers.length === 1);
    expect((await world.call('DELETE', `/jwt-issuers/${body.id}`)).status).toBe(204);
    await onNode('the node forgets it', (issuers) => issuers.length === 0);
    expect((await trail())?.action).toBe('issuer.delete');
    expect((await world.call('GET', `/jwt-issuers/${body.id}`)).status).toBe(404);
  });

  it('has its keys read on demand, and says what is wrong with them', async () => {
    const { body } = await create();
    const check = async () => (await world.call('POST', `/jwt-issuers/${body.id}/check`, { body: {} })).body;
    expect(await check()).toEqual({ problem: 'The address answered HTTP 404.', keys: [] });
    world.upstream.documents.set(URL_OF_KEYS, '<html>');
    expect((await check()).problem).toMatch(/no JWK Set/);
    world.upstream.documents.set(URL_OF_KEYS, JSON.stringify({ keys: [{ ...KEY, alg: 'ES256' }] }));
    expect(await check()).toEqual({ problem: null, keys: [{ kid: 'k1', kty: 'EC', alg: 'ES256' }] });
  });
});
