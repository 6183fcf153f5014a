import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGISTRY } from '@/lib/control/registry';
import { ROLES, type Role } from '@/lib/domain/roles';
import { ADMIN_KEY, createWorld, ORIGIN, type World } from './control-world';

/** Who may do what, written down a second time: a change of a contract's permission has to be meant. A new operation without a line fails. */
const EVERYONE: readonly Role[] = ROLES;
const AUTHORS: readonly Role[] = ['author', 'admin'];
const APPROVERS: readonly Role[] = ['approver', 'admin'];
const ADMINS: readonly Role[] = ['admin'];
const MAY: Record<string, readonly Role[] | 'public'> = {
  getSetup: 'public',
  completeSetup: 'public',
  getMe: EVERYONE,
  changeOwnPassword: EVERYONE,
  listOwnSessions: EVERYONE,
  endOwnSession: EVERYONE,
  listMembers: EVERYONE,
  createMember: ADMINS,
  updateMember: ADMINS,
  getOffboarding: ADMINS,
  listServers: EVERYONE,
  getServer: EVERYONE,
  createServer: ADMINS,
  probeServer: ADMINS,
  updateServer: ADMINS,
  deleteServer: ADMINS,
  syncServer: ADMINS,
  recommendServerPolicy: EVERYONE,
  getServerAuth: EVERYONE,
  setServerAuth: ADMINS,
  removeServerAuth: ADMINS,
  connectServer: ADMINS,
  disconnectServer: ADMINS,
  completeAuthorization: ADMINS,
  getOAuthClient: 'public',
  listServerTools: EVERYONE,
  listTools: EVERYONE,
  getTool: EVERYONE,
  updateTool: AUTHORS,
  getToolSentence: EVERYONE,
  setToolSentence: AUTHORS,
  classifyTools: EVERYONE,
  listPolicies: EVERYONE,
  listServerPolicies: EVERYONE,
  getPolicy: EVERYONE,
  savePolicyDraft: AUTHORS,
  discardPolicyDraft: AUTHORS,
  deletePolicy: AUTHORS,
  validatePolicy: EVERYONE,
  importPolicyFile: EVERYONE,
  checkPolicyFile: EVERYONE,
  exportPolicyFile: EVERYONE,
  publishPolicy: AUTHORS,
  listPolicyVersions: EVERYONE,
  getPolicyVersion: EVERYONE,
  restorePolicyVersion: AUTHORS,
  updatePolicy: AUTHORS,
  reviewPolicy: EVERYONE,
  watchPolicyVersion: EVERYONE,
  exportAudit: EVERYONE,
  exportChanges: EVERYONE,
  // The verbs themselves look whose export it is.
  createExport: EVERYONE,
  listExports: EVERYONE,
  getExport: EVERYONE,
  cancelExport: EVERYONE,
  downloadExport: EVERYONE,
  listExportSchedules: EVERYONE,
  createExportSchedule: ADMINS,
  updateExportSchedule: ADMINS,
  deleteExportSchedule: ADMINS,
  listApprovals: EVERYONE,
  getApprovalSummary: EVERYONE,
  getApproval: EVERYONE,
  approveApproval: APPROVERS,
  denyApproval: APPROVERS,
  withdrawApproval: APPROVERS,
  // The verb itself looks whether one owns the agent.
  commentApproval: EVERYONE,
  listApprovalCandidates: APPROVERS,
  assignApproval: APPROVERS,
  snoozeApproval: APPROVERS,
  extendApproval: APPROVERS,
  getApprovalContext: EVERYONE,
  getApprovalLoad: EVERYONE,
  getAskAlternatives: APPROVERS,
  viewApproval: APPROVERS,
  decideApprovals: APPROVERS,
  listExceptions: EVERYONE,
  revokeException: APPROVERS,
  // The verbs themselves look whether one owns the agent, or asked.
  requestElevation: EVERYONE,
  endElevation: EVERYONE,
  listElevations: EVERYONE,
  getElevation: EVERYONE,
  approveElevation: APPROVERS,
  denyElevation: APPROVERS,
  listNotificationChannels: ADMINS,
  createNotificationChannel: ADMINS,
  getNotificationChannel: ADMINS,
  updateNotificationChannel: ADMINS,
  deleteNotificationChannel: ADMINS,
  testNotificationChannel: ADMINS,
  listNotificationDeliveries: ADMINS,
  resendNotification: ADMINS,
  listPublications: EVERYONE,
  getPublication: EVERYONE,
  approvePublication: AUTHORS,
  rejectPublication: AUTHORS,
  withdrawPublication: AUTHORS,
  listNodes: EVERYONE,
  getEnforcement: EVERYONE,
  decide: EVERYONE,
  listSimulations: EVERYONE,
  createSimulation: AUTHORS,
  getSimulation: EVERYONE,
  cancelSimulation: AUTHORS,
  observedPolicy: AUTHORS,
  listAgents: EVERYONE,
  getAgent: EVERYONE,
  createAgent: ADMINS,
  updateAgent: ADMINS,
  reviewAgent: ADMINS,
  listGrants: EVERYONE,
  getGrant: EVERYONE,
  getConnection: EVERYONE,
  createGrant: ADMINS,
  updateGrant: ADMINS,
  revokeGrant: ADMINS,
  rotateGrant: ADMINS,
  revokeUnusedGrants: ADMINS,
  listJwtIssuers: EVERYONE,
  getJwtIssuer: EVERYONE,
  createJwtIssuer: ADMINS,
  updateJwtIssuer: ADMINS,
  deleteJwtIssuer: ADMINS,
  checkJwtIssuer: ADMINS,
  listKillSwitches: EVERYONE,
  setKillSwitch: ['author', 'approver', 'admin'],
  listAudit: EVERYONE,
  verifyAudit: EVERYONE,
  watchVerification: EVERYONE,
  getIntegrity: EVERYONE,
  listCheckpoints: EVERYONE,
  listChains: EVERYONE,
  getEvidence: ['approver', 'admin'],
  rotateAuditKey: ADMINS,
  reconcileEvent: ['approver', 'admin'],
  getWorkspace: EVERYONE,
  setWorkspace: ADMINS,
  getRetention: EVERYONE,
  setRetention: ADMINS,
  listRemovals: EVERYONE,
  listHolds: ['approver', 'admin'],
  placeHold: ADMINS,
  liftHold: ADMINS,
  getAuditEvent: EVERYONE,
  getAuditFacets: EVERYONE,
  getAuditHistogram: EVERYONE,
  getAuditContext: EVERYONE,
  getChange: EVERYONE,
  getChangeFacets: EVERYONE,
  // The verbs themselves look whose view it is, and ask for `view.share` where it is everybody's.
  listSavedViews: EVERYONE,
  createSavedView: EVERYONE,
  updateSavedView: EVERYONE,
  deleteSavedView: EVERYONE,
  listChanges: EVERYONE,
  listLimits: EVERYONE,
  getLimit: EVERYONE,
  raiseLimit: AUTHORS,
  revokeRaise: AUTHORS,
  resetLimit: AUTHORS,
  listAlerts: EVERYONE,
  getAlert: EVERYONE,
  acknowledgeAlert: ['author', 'approver', 'admin'],
  snoozeAlert: ['author', 'approver', 'admin'],
  tuneAlert: AUTHORS,
  getAnomalySettings: EVERYONE,
  setAnomalySetting: AUTHORS,
  listRestrictions: EVERYONE,
  liftRestriction: APPROVERS,
  getStats: EVERYONE,
  getPosture: EVERYONE,
  listPublishMarks: EVERYONE,
  getDecisionTimes: EVERYONE,
  getUpstreamTimes: EVERYONE,
  getNewBehaviour: EVERYONE,
  streamEvents: EVERYONE,
};

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
});
afterAll(async () => {
  world.expectClean();
  await world.end();
});

describe('the role matrix', () => {
  it('has a line for every operation and no other', () => {
    expect(Object.keys(MAY).sort()).toEqual(REGISTRY.map(({ contract }) => contract.name).sort());
  });

  for (const { contract } of REGISTRY) {
    const path = contract.path.replaceAll(/\{\w+\}/g, 'nobody');
    it.each(ROLES)(`${contract.name} as %s`, async (role) => {
      const may = MAY[contract.name];
      // Nothing is there and no body is right, so whoever may gets any other answer.
      const { status, body } = await world.call(contract.method, path, {
        as: role,
        ...(contract.method === 'GET' ? {} : { raw: '{"nonsense":1}' }),
      });
      if (may === 'public' || may?.includes(role)) expect([401, 403]).not.toContain(status);
      else expect([status, body.error.code]).toEqual([403, 'auth.forbidden']);
    });

    it(`${contract.name} without sign-in`, async () => {
      const { status } = await world.call(contract.method, path, {
        as: null,
        ...(contract.method === 'GET' ? {} : { raw: '{"nonsense":1}' }),
      });
      if (MAY[contract.name] === 'public') expect([401, 403]).not.toContain(status);
      else expect(status).toBe(401);
    });
  }
});

describe('credentials', () => {
  it('take the management key, and no other', async () => {
    expect((await world.call('GET', '/me', { as: 'key' })).body).toMatchObject({
      kind: 'key',
      role: 'admin',
      permissions: expect.arrayContaining(['member.write']),
    });
    for (const authorization of [`Bearer ${ADMIN_KEY}x`, `Bearer ${ADMIN_KEY.slice(0, -1)}`, 'Bearer ', `Basic ${ADMIN_KEY}`, ADMIN_KEY]) {
      const { status, headers } = await world.call('GET', '/me', { as: null, headers: { authorization } });
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="callgate"']);
    }
  });

  it('a wrong key is not saved by a cookie', async () => {
    expect((await world.call('GET', '/me', { as: 'admin', headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
  });

  it('a grant token opens nothing here', async () => {
    expect((await world.call('GET', '/me', { as: null, headers: { authorization: `Bearer ${world.services.makeToken()}` } })).status).toBe(
      401,
    );
  });
});

describe('changes by cookie come from the console only', () => {
  const body = { slug: 'bot', name: 'Bot', owner: 'x' };
  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['origin null', { origin: 'null' }],
    ['the same host under http or another port', { origin: 'http://localhost:3001' }],
    ['a spoofed forwarded host', { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example', host: 'evil.example' }],
  ])('%s is refused', async (_name, headers) => {
    const { status, body: answer } = await world.call('POST', '/agents', { body, headers: headers as unknown as Record<string, string> });
    expect([status, answer.error.code]).toEqual([403, 'auth.origin']);
  });

  it('without an Origin only a browser that says same-origin passes', async () => {
    const cookie = await world.signIn('admin@example.com');
    const send = (headers: Record<string, string>) => world.call('POST', '/agents', { as: null, body, headers: { cookie, ...headers } });
    expect((await send({})).status).toBe(403);
    expect((await send({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await send({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await send({ 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    expect((await send({ origin: ORIGIN })).status).toBe(409);
  });
});

describe('requests that are not understood', () => {
  const post = (raw: string, headers: Record<string, string> = {}) => world.call('POST', '/agents', { as: 'key', raw, headers });

  it('name line and column of malformed JSON', async () => {
    const { status, body } = await post('{\n  "slug": "a",\n  "name": }');
    expect([status, body.error.code, body.error.details[0]]).toEqual([
      400,
      'request.malformed',
      expect.objectContaining({ line: 3, column: 11 }),
    ]);
  });

  it.each([
    ['a key twice', '{"slug":"a",\n"slug":"b"}', { line: 2, column: 1 }],
    ['a comment', '{"slug":"a" /* c */}', { line: 1 }],
    ['a trailing comma', '{"slug":"a",}', { line: 1 }],
  ])('refuse %s', async (_name, raw, place) => {
    expect((await post(raw)).body.error).toMatchObject({
      code: 'request.malformed',
      details: expect.arrayContaining([expect.objectContaining(place)]),
    });
  });

  it.each([
    ['__proto__', '{"__proto__":{"role":"admin"},"slug":"a"}'],
    ['a number that is not kept', '{"slug":12345678901234567890}'],
    ['a list', '[]'],
    ['nothing', '   '],
    ['bytes that are no text', '"\\ud800"'],
  ])('refuse %s', async (_name, raw) => {
    expect((await post(raw)).status).toBe(400);
  });

  it('name unknown fields with what was probably meant, and every problem at once', async () => {
    const { status, body } = await post('{"slug":"Bad Slug","name":"x","ownr":"me","status":"active"}');
    expect(status).toBe(400);
    expect(body.error.details).toEqual(
      expect.arrayContaining([
        { path: '/ownr', message: 'unknown field; did you mean `owner`?' },
        { path: '/status', message: 'unknown field' },
        { path: '/owner', message: 'required' },
        { path: '/slug', message: expect.stringContaining('lower-case') },
      ]),
    );
  });

  it('name unknown query parameters, and ignore empty ones', async () => {
    expect((await world.call('GET', '/audit?servr=x')).body.error.details).toEqual([
      { path: 'servr', message: 'unknown field; did you mean `server`?' },
    ]);
    expect((await world.call('GET', '/audit?server=&q=')).status).toBe(200);
    expect((await world.call('GET', '/audit?limit=0')).body.error.details[0].path).toBe('limit');
    expect((await world.call('GET', '/audit?cursor=bm8')).body.error.code).toBe('cursor.invalid');
  });

  it('are answered 413 above the limit, whether or not the length was told', async () => {
    const large = `{"slug":"${'a'.repeat(2 * 1024 * 1024)}"}`;
    expect((await post(large)).status).toBe(413);
    expect((await post('{}', { 'content-length': '99999999' })).status).toBe(413);
    expect((await post('{}', { 'content-type': 'text/plain' })).body.error.code).toBe('request.media_type');
  });

  it('are answered 404 and 405 in the one shape', async () => {
    for (const path of [
      '/nothing',
      '/approvals/apr_1',
      '/exceptions/exc_1',
      '/elevations/elv_1',
      '/alerts/alr_1',
      '/coverage',
      '/simulations/x',
      '/',
      '//',
      '/servers/%E0%A4%A',
    ])
      expect((await world.call('GET', path)).status, path).toBe(404);
    for (const path of ['/coverage', '/nothing']) expect((await world.call('POST', path, { body: {} })).status, path).toBe(404);
    const { status, headers } = await world.call('DELETE', '/servers');
    expect([status, headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect((await world.call('POST', '/servers/probe/sync', { body: {} })).status).toBe(404);
  });
});

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'create-bot-1' };
  const body = { slug: 'once', name: 'Once', owner: 'x' };

  it('gives the first answer again, and does the work once', async () => {
    const first = await world.call('POST', '/agents', { as: 'key', body, headers: key });
    const again = await world.call('POST', '/agents', { as: 'key', body, headers: key });
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 201, 'true']);
    expect(again.body).toEqual(first.body);
  });

  it("is refused for another request, and is the actor's own", async () => {
    expect((await world.call('POST', '/agents', { as: 'key', body: { ...body, slug: 'twice' }, headers: key })).body.error.code).toBe(
      'idempotency.reused',
    );
    expect((await world.call('POST', '/agents', { as: 'admin', body, headers: key })).body.error.code).toBe('agent.slug_taken');
  });

  it('is free again after a refusal, and kept sealed otherwise', async () => {
    const fix = { 'idempotency-key': 'fix' };
    expect((await world.call('POST', '/grants', { as: 'key', body: { agent: 'once', server: 'late' }, headers: fix })).status).toBe(404);
    await world.addServer('late');
    const made = await world.call('POST', '/grants', { as: 'key', body: { agent: 'once', server: 'late' }, headers: fix });
    const again = await world.call('POST', '/grants', { as: 'key', body: { agent: 'once', server: 'late' }, headers: fix });
    expect([made.status, again.body.token]).toEqual([201, made.body.token]);
    expect(JSON.stringify(await world.prisma.idempotencyKey.findMany())).not.toContain(made.body.token);
  });

  it('of a request that runs twice at once lets one through', async () => {
    const send = () =>
      world.api.handle(
        new Request(`${ORIGIN}/api/v1/agents`, {
          method: 'POST',
          headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', 'idempotency-key': 'race' },
          body: JSON.stringify({ ...body, slug: 'race' }),
        }),
        { sourceIp: '::1' },
      );
    const statuses = (await Promise.all([send(), send(), send()])).map((answer) => answer.status);
    expect(statuses.filter((status) => status === 201 || status === 409)).toHaveLength(3);
    expect(await world.prisma.agent.count({ where: { slug: 'race' } })).toBe(1);
  });
});

describe('pages of the process', () => {
  it('answer health, and metrics from afar only with a credential', async () => {
    expect((await world.call('GET', '/healthz', { as: null })).body).toEqual({ status: 'ok' });
    expect((await world.call('GET', '/readyz', { as: null })).body).toEqual({ ready: true, reasons: [], checks: [] });
    expect((await world.call('GET', '/metrics', { as: null })).status).toBe(200);
    const afar = await world.api.handle(new Request(`${ORIGIN}/metrics`), { sourceIp: '203.0.113.9' });
    expect(afar.status).toBe(401);
  });

  it('describe the API in OpenAPI whose references all lead somewhere', async () => {
    const { body } = await world.call('GET', '/api/v1/openapi.json', { as: null });
    for (const { contract } of REGISTRY)
      expect(body.paths[`/api/v1${contract.path}`][contract.method.toLowerCase()].operationId).toBe(contract.name);
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] as string);
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references)
      expect(reference.replace('#/components/schemas/', '') in body.components.schemas, reference).toBe(true);
    expect(new Set(REGISTRY.map(({ contract }) => contract.name)).size).toBe(REGISTRY.length);
  });

  it('show the reference without scripts or foreign assets', async () => {
    const { text, headers } = await world.call('GET', '/api/v1/docs', { as: null });
    expect(text).toContain('/api/v1/servers/{server}');
    expect(text).not.toMatch(/<script|src=|https?:\/\/(?!json-schema)/);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'; style-src 'sha256-/);
  });
});

it('answers 503 in the one shape when the database is away, and 200 again afterwards', async () => {
  const broken = {
    ...world.prisma,
    server: {
      findMany: async () => {
        throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      },
    },
  };
  const { createApi } = await import('@/lib/hosts/api-router');
  const since = '2026-11-20T12:00:00.000Z';
  const reason = 'the database does not answer';
  const unready = { ready: false, reasons: [reason], checks: [{ name: 'database', ok: false, reason, since }] };
  const api = createApi({
    prisma: broken as never,
    services: world.services,
    now: world.now,
    origins: [ORIGIN],
    actorOf: world.auth.actorOf,
    health: { readiness: async () => unready, metrics: async () => '' },
    log: { error() {} },
  });
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const answer = await api.handle(new Request(`${ORIGIN}/api/v1/servers`, { headers }), { sourceIp: '::1' });
  expect([answer.status, (await answer.json()).error.code]).toEqual([503, 'database.unavailable']);
  const ready = await api.handle(new Request(`${ORIGIN}/readyz`), { sourceIp: '::1' });
  expect([ready.status, await ready.json()]).toEqual([503, unready]);
});
