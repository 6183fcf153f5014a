import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { openArguments } from '@/lib/adapters/postgres/argument-store';
import { PostgresTrailReader } from '@/lib/adapters/postgres/trail-reader';
import { verifyChain } from '@/lib/adapters/postgres/verify-chain';
import { createEgressGuard } from '@/lib/adapters/upstream/egress-guard';
import type { Auth } from '@/lib/auth/auth';
import { createAuth } from '@/lib/auth/create-auth';
import { createPasswords, type Passwords } from '@/lib/auth/passwords';
import { rollUpCalls } from '@/lib/control/call-counts/roll-up-calls';
import { ANONYMOUS, type ControlContext } from '@/lib/control/context';
import { publishDue } from '@/lib/control/publications/publish-due';
import type { AuditVerification, ControlServices } from '@/lib/control/services';
import { createFirstAdmin } from '@/lib/control/setup/complete-setup';
import { createSetupCode } from '@/lib/control/setup/setup-code';
import { approvalArgumentsAad } from '@/lib/domain/sealed-value';
import { hmacKey } from '@/lib/env/envelope';
import { type IdPrefix, newId } from '@/lib/kernel/ids';
import type { Json } from '@/lib/kernel/json';
import { makeToken } from '@/lib/kernel/token';
import { type Api, createApi, type Health } from './api-router';
import { startCallCountClock } from './call-count-clock';
import type { DataPlane } from './data-plane';
import { gatewayTokens } from './gateway-tokens';
import { Metrics } from './metrics';
import { NotificationRunner } from './notification-runner';
import { createNotificationServices } from './notification-services';
import { allowedOrigins } from './own-address';
import { startPublicationClock } from './publication-clock';
import { SimulationRunner } from './simulation/simulation-runner';
import { workerFile } from './simulation/worker-process';
import { createUpstreamServices } from './upstream-services';

export interface Control {
  readonly api: Api;
  readonly auth: Auth;
  /** A new one-time code for the set-up page; null once there is an administrator. */
  setupCode(): Promise<string | null>;
}

const makeId = (prefix: IdPrefix): string => newId(prefix, Date.now(), randomBytes(10));

/** The management API and sign-in over a data plane; makes the first administrator when the environment names one. */
export async function createControl(plane: DataPlane): Promise<Control> {
  const { env, database, publicUrl, log } = plane;
  const passwords = createPasswords();
  const simulations = startSimulations(plane);
  const services = createServices(plane, passwords, simulations);
  const origins = allowedOrigins(env, publicUrl);
  const now = (): Date => new Date(plane.snapshots.clock.nowMs());
  const auth = createAuth({
    prisma: database.prisma,
    services,
    passwords,
    adminKey: env.adminKey,
    publicUrl,
    origins,
    now,
    cookieSecret: Buffer.from(hkdfSync('sha256', env.secretKey, '', 'callgate cookies v1', 32)).toString('base64url'),
  });
  const api = createApi({ prisma: database.prisma, services, actorOf: auth.actorOf, origins, now, health: createHealth(plane), log });
  const ownContext = (): ControlContext => ({
    prisma: database.prisma,
    actor: ANONYMOUS,
    requestId: makeId('req'),
    sourceIp: '',
    now: now(),
    services,
    signal: new AbortController().signal,
    lastEventId: null,
  });
  plane.closing.unshift(startPublicationClock(() => publishDue(ownContext()), log));
  plane.closing.unshift(startCallCountClock(() => rollUpCalls(database.prisma), log));
  const notifications = new NotificationRunner({ prisma: database.prisma, services, random: Math.random }, log);
  notifications.start();
  plane.closing.unshift(() => notifications.close());
  if (env.admin && (await createFirstAdmin(ownContext(), env.admin))) log.info(`Made the first administrator ${env.admin.email}.`);
  return { api, auth, setupCode: () => createSetupCode(ownContext()) };
}

function startSimulations(plane: DataPlane): SimulationRunner {
  const { env, database, pool, log } = plane;
  const runner = new SimulationRunner({
    pool,
    poolConfig: database.poolConfig,
    secretKey: env.secretKey,
    runner: `${hostname()} ${process.pid}`,
    workerFile: workerFile(),
    log,
  });
  plane.closing.unshift(() => runner.close());
  runner.start();
  return runner;
}

function createServices(plane: DataPlane, passwords: Passwords, simulations: SimulationRunner): ControlServices {
  const { env, envelope, publicUrl, pool, snapshots, upstreams } = plane;
  const fingerprintKey = hmacKey(env.secretKey, 'secret fingerprints');
  const trail = new PostgresTrailReader(plane.database.poolConfig, (error) =>
    plane.log.warn('An idle database connection was lost.', { error }),
  );
  plane.closing.unshift(() => trail.end());
  return {
    allowStdio: env.allowStdio,
    publicUrl,
    newId: makeId,
    makeToken: () => makeToken(randomBytes(64)),
    hashToken: gatewayTokens.hash,
    randomText: () => randomBytes(32).toString('base64url'),
    envelope: {
      seal: (plain, aad) => envelope.seal(plain, aad),
      open: (sealed, aad) => envelope.open(sealed, aad),
      fingerprint: (plain) => createHmac('sha256', fingerprintKey).update(plain, 'utf8').digest('hex').slice(0, 8),
    },
    passwords,
    openArguments: (event) => JSON.parse(openArguments(event.envelope, event.id, envelope)) as Json,
    openApprovalArguments: ({ id, envelope: sealed }) => JSON.parse(envelope.open(sealed, approvalArgumentsAad(id))) as string[],
    ...createUpstreamServices(createEgressGuard(env.allowedUpstreams), plane.log),
    stopServer: (serverId) => upstreams.stopServer(serverId),
    waitForVersion: () => snapshots.waitForLatest(),
    gatewayUrl: (slug) => `${publicUrl}/mcp/${slug}`,
    verifyAudit: () => verifyAudit(pool),
    trail,
    events: plane.events,
    simulations,
    notifications: createNotificationServices(createEgressGuard(env.allowedUpstreams)),
  };
}

async function verifyAudit(pool: DataPlane['pool']): Promise<AuditVerification> {
  const report = await verifyChain(pool);
  const problems = report.firstBad
    ? [{ writer: report.firstBad.writer, seq: String(report.firstBad.seq), message: `${report.firstBad.table}: ${report.firstBad.why}` }]
    : [];
  return { ok: report.ok, events: report.rows, writers: report.writers, problems };
}

function createHealth(plane: DataPlane): Health {
  const metrics = new Metrics();
  plane.ledger.onCommitted((events) => metrics.add(events));
  return {
    async notReady() {
      return [...plane.snapshots.ready().reasons, ...plane.ledger.ready().reasons];
    },
    async metrics() {
      const { calls, sessions } = plane.gateway.load();
      return metrics.text({ callsInFlight: calls, sessions, configVersion: plane.snapshots.current()?.version ?? 0 });
    },
  };
}
