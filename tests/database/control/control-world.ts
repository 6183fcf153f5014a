import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { expect } from 'vitest';
import { openArguments, openTraceValues } from '@/lib/adapters/postgres/argument-store';
import { PostgresTrailReader } from '@/lib/adapters/postgres/trail-reader';
import { newKeyRow } from '@/lib/adapters/postgres/trust/key-ring';
import { PostgresUpstreamTokens } from '@/lib/adapters/postgres/upstream-tokens';
import { createEgressGuard } from '@/lib/adapters/upstream/egress-guard';
import { createAuth } from '@/lib/auth/create-auth';
import { createPasswords } from '@/lib/auth/passwords';
import { ANONYMOUS, type ControlContext } from '@/lib/control/context';
import { REGISTRY } from '@/lib/control/registry';
import type { CatalogueReading, ControlServices, LiveEvent, OpenedSecrets, ReportedStep, UpstreamAddress } from '@/lib/control/services';
import { createPrisma } from '@/lib/db/prisma';
import type { OutgoingMessage, SendResult } from '@/lib/domain/notification/outgoing-message';
import type { ToolDefinition } from '@/lib/domain/risk';
import { ROLES, type Role } from '@/lib/domain/roles';
import { approvalArgumentsAad } from '@/lib/domain/sealed-value';
import { createEnvelope } from '@/lib/env/envelope';
import { createApi } from '@/lib/hosts/api-router';
import { EventHub } from '@/lib/hosts/event-hub';
import { createNotificationServices } from '@/lib/hosts/notification-services';
import { createUpstreamAuthServices, renewTokens } from '@/lib/hosts/upstream-auth-services';
import { newId } from '@/lib/kernel/ids';
import { makeToken } from '@/lib/kernel/token';
import { createTestDatabase } from '../setup/test-database';

export const ORIGIN = 'http://localhost:3000';
export const ADMIN_KEY = 'test-management-key-of-forty-characters!';
export const PASSWORD = 'seven quiet otters';

/** What the one replaced part, the upstream, answers next. */
export interface FakeUpstream {
  reading: CatalogueReading;
  steps: ReportedStep[];
  /** What it was asked with, to see that secrets reach it and nothing else. */
  readonly asked: { upstream: UpstreamAddress; secrets: OpenedSecrets }[];
  readonly stopped: string[];
  /** Small documents by address. */
  readonly documents: Map<string, string>;
}

/** What left for people, and what the next receivers answer; without an answer they take it. */
export interface FakeReceiver {
  readonly sent: OutgoingMessage[];
  readonly answers: (SendResult | Promise<SendResult>)[];
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked against their contract's schema on arrival
  readonly body: any;
  readonly headers: Headers;
  readonly text: string;
}

export interface CallOptions {
  readonly as?: Role | 'key' | null;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string;
  readonly headers?: Record<string, string>;
}

export type World = Awaited<ReturnType<typeof createWorld>>;

/** Writes that change nothing of the installation and so leave no row. */
const WRITES_WITHOUT_CHANGE = new Set([
  'validatePolicy',
  'importPolicyFile',
  'checkPolicyFile',
  'decide',
  'classifyTools',
  'probeServer',
  'viewApproval',
  'snoozeApproval',
  'checkJwtIssuer',
]);

/** The real API over a real database, engines, envelope and sign-in; only the upstream is made up. */
export async function createWorld(options: { allowStdio?: boolean; allowLoopback?: boolean } = {}) {
  const database = await createTestDatabase();
  const prisma = createPrisma(database.poolConfig, { info() {}, warn: () => {}, error: console.error });
  let nowMs = Date.UTC(2026, 10, 20, 12, 0, 0);
  const now = () => new Date(nowMs);
  const receiver: FakeReceiver = { sent: [], answers: [] };
  const upstream: FakeUpstream = { reading: reading([]), steps: [], asked: [], stopped: [], documents: new Map() };
  const passwords = createPasswords();
  const history = new PostgresTrailReader(database.poolConfig, () => {});
  const pool = new pg.Pool({ ...database.poolConfig, max: 4 });
  const services = worldServices(upstream, receiver, {
    allowStdio: options.allowStdio ?? false,
    allowLoopback: options.allowLoopback ?? false,
    now,
    passwords,
    history,
    pool,
  });
  const auth = createAuth({
    prisma,
    services,
    passwords,
    adminKey: ADMIN_KEY,
    cookieSecret: 'cookie secret of the tests',
    publicUrl: ORIGIN,
    origins: [ORIGIN],
    now,
  });
  const failures: string[] = [];
  const api = createApi({
    prisma,
    services,
    now,
    origins: [ORIGIN],
    actorOf: auth.actorOf,
    health: { readiness: async () => ({ ready: true, reasons: [], checks: [] }), metrics: async () => '# none\n' },
    log: { error: (message, facts) => failures.push(`${message} ${JSON.stringify(facts)}`) },
  });
  const cookies = new Map<Role, string>();
  const texts: string[] = [];

  const call = async (method: string, path: string, { as = 'admin', body, raw, headers = {} }: CallOptions = {}): Promise<Answer> => {
    // Ids and times order what is written; a clock that stands still would leave that to chance.
    nowMs += 1;
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const identity: Record<string, string> =
      as === null ? {} : as === 'key' ? { authorization: `Bearer ${ADMIN_KEY}` } : { cookie: cookies.get(as) ?? '', origin: ORIGIN };
    const request = new Request(
      new URL(path.startsWith('/api') || /^\/(healthz|readyz|metrics)$/.test(path) ? path : `/api/v1${path}`, ORIGIN),
      {
        method,
        headers: { ...(payload === undefined ? {} : { 'content-type': 'application/json' }), ...identity, ...headers },
        ...(payload === undefined ? {} : { body: payload }),
      },
    );
    const response = await api.handle(request, { sourceIp: '127.0.0.1' });
    const text = response.headers.get('content-type')?.includes('event-stream') ? '' : await response.text();
    if (text === '' && !response.bodyUsed) await response.body?.cancel();
    texts.push(text);
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: response.headers.get('content-type')?.includes('application/json') && text !== '' ? JSON.parse(text) : null,
    };
    checkShape(method, path, answer);
    // By request, because others may be running beside it.
    await checkRecorded(method, path, answer, () =>
      prisma.adminChange.count({ where: { requestId: response.headers.get('x-request-id') } }),
    );
    return answer;
  };

  const world = {
    poolConfig: database.poolConfig,
    prisma,
    auth,
    api,
    services,
    upstream,
    receiver,
    call,
    texts,
    failures,
    passwords,
    /** Moves the application's clock. */
    pass: (ms: number) => {
      nowMs += ms;
    },
    now,
    context: (): ControlContext => ({
      prisma,
      services,
      actor: ANONYMOUS,
      requestId: 'req_test',
      sourceIp: '127.0.0.1',
      now: now(),
      signal: new AbortController().signal,
      lastEventId: null,
    }),
    signIn: async (email: string, password = PASSWORD, source: string | null = null) => {
      const { reference } = await auth.signIn({ email, password, source, userAgent: 'vitest' });
      return `${auth.cookie.name}=${reference}`;
    },
    /** A person of each role, signed in. */
    async addPeople(): Promise<void> {
      const passwordHash = await passwords.hash(PASSWORD);
      for (const role of ROLES) {
        await prisma.user.create({
          data: { id: services.newId('usr'), email: `${role}@example.com`, name: `The ${role}`, role, passwordHash },
        });
        cookies.set(role, await world.signIn(`${role}@example.com`));
      }
    },
    /** Moves the clock further than a console session lasts; everybody signs in again. */
    async passLong(ms: number): Promise<void> {
      nowMs += ms;
      for (const role of ROLES) cookies.set(role, await world.signIn(`${role}@example.com`));
    },
    announce: (...tools: ToolDefinition[]) => {
      upstream.reading = reading(tools);
    },
    async addServer(slug: string, ...tools: ToolDefinition[]): Promise<Answer> {
      world.announce(...tools);
      const answer = await call('POST', '/servers', { body: { slug, name: slug, transport: 'http', url: 'https://mcp.example.com/mcp' } });
      expect(answer.status, answer.text).toBe(201);
      return answer;
    },
    /** Fails when a secret came back in any answer so far, or something failed unforeseen. */
    expectClean(...canaries: string[]): void {
      expect(failures).toEqual([]);
      // No sealed text and no password hash either, whoever asks.
      expect(texts.filter((text) => /v1\.[0-9a-f]{8}-|\$argon2/.test(text))).toEqual([]);
      for (const canary of canaries) expect(texts.filter((text) => text.includes(canary))).toEqual([]);
    },
    async end(): Promise<void> {
      await prisma.$disconnect();
      await history.end();
      await pool.end();
      await database.drop();
    },
  };
  return world;
}

export const reading = (tools: readonly ToolDefinition[]): CatalogueReading => ({
  ok: true,
  catalogue: { protocolVersion: '2025-11-25', serverInfo: { name: 'fixture', version: '1' }, instructions: null, tools, findings: [] },
});

function worldServices(
  upstream: FakeUpstream,
  receiver: FakeReceiver,
  facts: {
    allowStdio: boolean;
    allowLoopback: boolean;
    now: () => Date;
    passwords: ReturnType<typeof createPasswords>;
    history: PostgresTrailReader;
    pool: pg.Pool;
  },
): ControlServices {
  const envelope = createEnvelope(randomBytes(32));
  const guard = createEgressGuard({
    allowPrivate: [],
    allowLoopback: facts.allowLoopback,
    resolve: async (host) =>
      host === 'mcp.example.com'
        ? [{ address: '93.184.215.14', family: 4 }]
        : host === 'inside.example.com'
          ? [{ address: '10.0.0.8', family: 4 }]
          : [],
  });
  return {
    allowStdio: facts.allowStdio,
    publicUrl: ORIGIN,
    newId: (prefix) => newId(prefix, facts.now().getTime(), randomBytes(10)),
    makeToken: () => makeToken(randomBytes(32)),
    hashToken: (token) => createHash('sha256').update(token, 'utf8').digest('hex'),
    randomText: () => randomBytes(24).toString('base64url'),
    envelope: {
      seal: envelope.seal,
      open: envelope.open,
      fingerprint: (plain) => createHash('sha256').update(`fingerprint ${plain}`).digest('hex').slice(0, 8),
    },
    passwords: facts.passwords,
    openArguments: (event) => JSON.parse(openArguments(event.envelope, event.id, envelope)),
    openTraceValues: (event) => openTraceValues(event.envelope, event.id, envelope),
    openApprovalArguments: (approval) => JSON.parse(envelope.open(approval.envelope, approvalArgumentsAad(approval.id))),
    upstreamAuth: createUpstreamAuthServices(
      guard,
      ORIGIN,
      new PostgresUpstreamTokens({ pool: facts.pool, sealer: envelope, log: { warn() {}, error() {} }, renew: renewTokens(guard) }),
    ),
    egressCheck: (url) => guard.check(url),
    fetchText: async (url) => upstream.documents.get(url) ?? Promise.reject(new Error('The address answered HTTP 404.')),
    readCatalogue: async (address, secrets) => {
      upstream.asked.push({ upstream: address, secrets });
      return upstream.reading;
    },
    probe: async (address, secrets, onStep) => {
      upstream.asked.push({ upstream: address, secrets });
      for (const step of upstream.steps) onStep(step);
    },
    stopServer: async (id) => void upstream.stopped.push(id),
    waitForVersion: async () => true,
    gatewayUrl: (slug) => (slug === null ? `${ORIGIN}/mcp` : `${ORIGIN}/mcp/${slug}`),
    trail: fakeTrail(envelope),
    history: facts.history,
    simulations: { wake: () => {}, stop: () => {}, observe: async () => ({ calls: 0, tools: [] }) },
    exports: {
      folder: 'folder of the tests',
      wake: () => {},
      read: async function* () {
        yield '';
      },
      remove: async () => {},
      scheduledFolder: false,
      writeScheduled: async () => {},
    },
    notifications: {
      checkMailServer: createNotificationServices(guard).checkMailServer,
      send: async (message) => {
        receiver.sent.push(message);
        return receiver.answers.shift() ?? { ok: true, code: 200, detail: 'HTTP 200: taken', retryAfterMs: null };
      },
    },
    events: new EventHub() as { publish(name: LiveEvent['name'], data: unknown): void } & EventHub,
  };
}

/** A trail that holds; tests of the real one put it in its place. */
function fakeTrail(sealer: Parameters<typeof newKeyRow>[0]): ControlServices['trail'] {
  const report = { ok: true, rows: 0, removedRows: 0, writers: 0, changes: 0, checkpoints: { count: 0, last: null }, fileLines: null };
  return {
    verify: async () => ({ ...report, firstBad: null, faults: [], faultCount: 0 }),
    evidence: async function* () {
      yield '{}\n';
    },
    keys: async () => [],
    newKey: () => newKeyRow(sealer),
    signatures: async (checkpoints) => checkpoints.map(() => true),
    file: async () => ({ path: '/data/audit-checkpoints.ndjson', lastNumber: null, problem: null }),
    checkpointSeconds: 60,
    webhookHost: null,
    roleProblem: null,
    removeMonths: async () => ({ removed: [], problem: null, trailFailed: false }),
    settle: async () => true,
  };
}

/** Every success has the shape its contract promises, every error the one shape of errors. */
function checkShape(method: string, path: string, answer: Answer): void {
  expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/);
  expect(answer.headers.get('cache-control')).toContain('no-store');
  if (answer.status >= 400) {
    expect(answer.body, answer.text).toMatchObject({
      error: { code: expect.any(String), message: expect.any(String), requestId: answer.headers.get('x-request-id') },
    });
    return;
  }
  const contract = contractOf(method, path);
  if (contract && contract.stream === null && answer.status !== 204 && !contract.redirects)
    expect(contract.answer.safeParse(answer.body).error?.issues ?? []).toEqual([]);
}

async function checkRecorded(method: string, path: string, answer: Answer, changes: () => Promise<number>): Promise<void> {
  const contract = contractOf(method, path);
  if (!contract || contract.method === 'GET' || WRITES_WITHOUT_CHANGE.has(contract.name) || answer.headers.has('idempotency-replayed'))
    return;
  if (answer.status < 300) expect(await changes(), `${contract.name} leaves a row in admin_changes`).toBeGreaterThan(0);
  else expect(await changes(), `a refused ${contract.name} leaves none`).toBe(0);
}

export function contractOf(method: string, path: string) {
  const parts = (path.split('?')[0] as string).split('/');
  const fitting = REGISTRY.map(({ contract }) => contract).filter((contract) => {
    const segments = contract.path.split('/');
    return (
      contract.method === method &&
      segments.length === parts.length &&
      segments.every((segment, index) => segment.startsWith('{') || segment === parts[index])
    );
  });
  return fitting.sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
}
