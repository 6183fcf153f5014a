import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { openArguments, openTraceValues } from '@/lib/adapters/postgres/argument-store';
import { PostgresTrailReader } from '@/lib/adapters/postgres/trail-reader';
import { createEgressGuard } from '@/lib/adapters/upstream/egress-guard';
import type { Auth } from '@/lib/auth/auth';
import { createAuth } from '@/lib/auth/create-auth';
import { createPasswords, type Passwords } from '@/lib/auth/passwords';
import { rollUpCalls } from '@/lib/control/call-counts/roll-up-calls';
import { ANONYMOUS, type ControlContext } from '@/lib/control/context';
import { runDueSchedule } from '@/lib/control/export-schedules/run-schedule';
import { publishDue } from '@/lib/control/publications/publish-due';
import { removeDue } from '@/lib/control/retention/remove-due';
import type { ControlServices } from '@/lib/control/services';
import { createFirstAdmin } from '@/lib/control/setup/complete-setup';
import { createSetupCode } from '@/lib/control/setup/setup-code';
import { approvalArgumentsAad } from '@/lib/domain/sealed-value';
import { hmacKey } from '@/lib/env/envelope';
import { type IdPrefix, newId } from '@/lib/kernel/ids';
import type { Json } from '@/lib/kernel/json';
import { makeToken } from '@/lib/kernel/token';
import { AnomalyWatch } from './anomaly-watch';
import { type Api, createApi } from './api-router';
import { startCallCountClock } from './call-count-clock';
import type { DataPlane } from './data-plane';
import { ExportFiles } from './exports/export-files';
import { ExportRunner } from './exports/export-runner';
import { startScheduleClock } from './exports/schedule-clock';
import { gatewayTokens } from './gateway-tokens';
import { NotificationRunner } from './notification-runner';
import { createNotificationServices } from './notification-services';
import { startAuditLogExport } from './observe/audit-log-export';
import { createHealth } from './observe/create-health';
import { allowedOrigins } from './own-address';
import { startPublicationClock } from './publication-clock';
import { startRetentionClock } from './retention-clock';
import { SimulationRunner } from './simulation/simulation-runner';
import { workerFile } from './simulation/worker-process';
import { createTrailServices } from './trail-services';
import { createUpstreamAuthServices } from './upstream-auth-services';
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
  const now = (): Date => new Date(plane.snapshots.clock.nowMs());
  const exportRunner = new ExportRunner(
    { prisma: database.prisma, runner: `${hostname()} ${process.pid} ${makeId('node')}`, now },
    () => services,
    new ExportFiles(env.dataDir),
    log,
    env.exportDir,
  );
  const services = createServices(plane, passwords, simulations, exportRunner.port);
  exportRunner.start();
  plane.closing.unshift(() => exportRunner.close());
  const scheduleRunner = { prisma: database.prisma, services, runner: `${hostname()} ${process.pid} ${makeId('node')}`, now };
  plane.closing.unshift(startScheduleClock((signal) => runDueSchedule({ ...scheduleRunner, signal }), log));
  const origins = allowedOrigins(env, publicUrl);
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
  plane.closing.unshift(startRetentionClock((signal) => removeDue({ ...ownContext(), signal }), log));
  const anomalies = new AnomalyWatch(ownContext, log);
  plane.repeats.on('reached', (facts) => anomalies.report(facts));
  anomalies.start();
  plane.closing.unshift(() => anomalies.close());
  const notifications = new NotificationRunner({ prisma: database.prisma, services, random: Math.random }, log, undefined, (status) =>
    plane.metrics.notified(status),
  );
  notifications.start();
  await startAuditLogExport(plane);
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

function createServices(
  plane: DataPlane,
  passwords: Passwords,
  simulations: SimulationRunner,
  exports: ControlServices['exports'],
): ControlServices {
  const { env, envelope, publicUrl, snapshots, upstreams } = plane;
  const fingerprintKey = hmacKey(env.secretKey, 'secret fingerprints');
  const history = new PostgresTrailReader(plane.database.poolConfig, (error) =>
    plane.log.warn('An idle database connection was lost.', { error }),
  );
  plane.closing.unshift(() => history.end());
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
    openTraceValues: (event) => openTraceValues(event.envelope, event.id, envelope),
    openApprovalArguments: ({ id, envelope: sealed }) => JSON.parse(envelope.open(sealed, approvalArgumentsAad(id))) as (string | null)[],
    ...createUpstreamServices(createEgressGuard(env.allowedUpstreams), plane.log),
    upstreamAuth: createUpstreamAuthServices(createEgressGuard(env.allowedUpstreams), publicUrl, plane.upstreamTokens),
    stopServer: (serverId) => upstreams.stopServer(serverId),
    waitForVersion: () => snapshots.waitForLatest(),
    gatewayUrl: (slug) => (slug === null ? `${publicUrl}/mcp` : `${publicUrl}/mcp/${slug}`),
    trail: createTrailServices(plane),
    history,
    events: plane.events,
    simulations,
    exports,
    notifications: createNotificationServices(createEgressGuard(env.allowedUpstreams)),
  };
}
