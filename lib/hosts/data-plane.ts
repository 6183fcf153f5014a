import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import pg from 'pg';
import { EventTail } from '@/lib/adapters/live/event-tail';
import { createPostgresApprovals, type PostgresApprovals } from '@/lib/adapters/postgres/approvals';
import { createPostgresLedger, type PostgresLedger } from '@/lib/adapters/postgres/ledger';
import { type NodeFacts, NodeHeartbeat } from '@/lib/adapters/postgres/node-heartbeat';
import { PostgresSecretSource } from '@/lib/adapters/postgres/secret-source';
import { createPostgresSnapshots, type PostgresSnapshots } from '@/lib/adapters/postgres/snapshots';
import { PostgresTaskOwnership } from '@/lib/adapters/postgres/task-ownership';
import { PostgresTokenUses } from '@/lib/adapters/postgres/token-uses';
import { AuditTrust } from '@/lib/adapters/postgres/trust/audit-trust';
import { sendCheckpoints } from '@/lib/adapters/postgres/trust/checkpoint-webhook';
import { PostgresUpstreamTokens } from '@/lib/adapters/postgres/upstream-tokens';
import { GrantUsage } from '@/lib/adapters/postgres/usage';
import { createEgressGuard } from '@/lib/adapters/upstream/egress-guard';
import { createUpstreams, type ManagedUpstreams } from '@/lib/adapters/upstream/upstreams';
import type { Database } from '@/lib/db/open-database';
import type { RepeatFacts } from '@/lib/domain/anomaly/repeats';
import type { Env } from '@/lib/env/env';
import { createEnvelope, type Envelope, hmacKey } from '@/lib/env/envelope';
import { createGateway, type Gateway } from '@/lib/gateway/gateway';
import type { TaskOwnership, TokenUses, Tracing } from '@/lib/gateway/ports';
import { newId } from '@/lib/kernel/ids';
import { compilePolicy } from '@/lib/policy/compile';
import { redactArguments } from '@/lib/policy/redact';
import { EventHub } from './event-hub';
import { gatewaySeals } from './gateway-seals';
import { gatewayTokens } from './gateway-tokens';
import { createJwtVerifier } from './jwt-verifier';
import type { Log } from './log';
import { createNotificationServices } from './notification-services';
import { Metrics } from './observe/metrics';
import { productVersion } from './observe/product-version';
import { startTracing } from './observe/start-tracing';
import { allowedHosts, allowedOrigins } from './own-address';
import { renewTokens } from './upstream-auth-services';

/** The parts of the data plane, for whoever composes more on top of them. */
export interface DataPlane {
  readonly env: Env;
  readonly log: Log;
  readonly publicUrl: string;
  readonly database: Database;
  readonly pool: pg.Pool;
  readonly envelope: Envelope;
  readonly ledger: PostgresLedger;
  readonly trust: AuditTrust;
  readonly snapshots: PostgresSnapshots;
  readonly upstreams: ManagedUpstreams;
  /** The tokens of servers that are authorized. */
  readonly upstreamTokens: PostgresUpstreamTokens;
  readonly gateway: Gateway;
  readonly events: EventHub;
  readonly metrics: Metrics;
  /** Tells of identical calls that reached their most. */
  readonly repeats: EventEmitter<{ reached: [RepeatFacts] }>;
  readonly node: PlaneNode;
  /** What ends, in this order; see `closeAll`. */
  readonly closing: (() => unknown)[];
}

/** Which node this is: a console with its gateway or a gateway alone, and its port. */
export type PlaneNode = Pick<NodeFacts, 'kind'> & { readonly port: number };

/** The data plane alone, over an open database; what it opens is put in front of `closing`. */
export async function composeDataPlane(
  env: Env,
  log: Log,
  publicUrl: string,
  database: Database,
  closing: DataPlane['closing'],
  node: PlaneNode,
): Promise<DataPlane> {
  const { poolConfig } = database;
  const pool = new pg.Pool({
    ...poolConfig,
    max: 6,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    application_name: 'callgate',
  });
  const metrics = new Metrics();
  pool.on('error', (error) => {
    metrics.databaseFailed('pool');
    log.warn('An idle database connection was lost.', { error });
  });
  closing.unshift(() => pool.end());

  const envelope = createEnvelope(env.secretKey);
  const keys = { envelope, hmacKey: hmacKey(env.secretKey, 'audit arguments'), redact: redactArguments };
  const trust = createTrust(env, log, pool, envelope);
  // After the writer has ended, so that the last checkpoint says so.
  closing.unshift(() => trust.seal());
  const repeats: DataPlane['repeats'] = new EventEmitter();
  const onRepeats = (facts: RepeatFacts) => void repeats.emit('reached', facts);
  const ledger = await createPostgresLedger({ poolConfig, node: hostname(), ...keys, log, observer: metrics, onRepeats });
  ledger.onCommitted((events) => metrics.recorded(events));
  closing.unshift(async () => {
    await ledger.drain();
    await ledger.close();
  });
  closing.unshift(() => trust.stop());
  await trust.start();
  const approvals = await createPostgresApprovals({ poolConfig, node: `${hostname()}:${node.port}`, ...keys, log });
  closing.unshift(() => approvals.close());
  const snapshots = await createPostgresSnapshots({
    poolConfig,
    compile: (text) => compilePolicy(text, null),
    log,
    onFailure: () => metrics.databaseFailed('configuration'),
  });
  closing.unshift(() => snapshots.close());
  const heartbeat = new NodeHeartbeat(
    pool,
    snapshots,
    { id: newId('node', Date.now(), randomBytes(10)), name: `${hostname()}:${node.port}`, kind: node.kind },
    log,
  );
  await heartbeat.start();
  closing.unshift(() => heartbeat.close());
  const tokenUses = new PostgresTokenUses(poolConfig, log);
  closing.unshift(() => tokenUses.close());
  const taskOwnership = new PostgresTaskOwnership(poolConfig, log);
  closing.unshift(() => taskOwnership.close());
  const usage = new GrantUsage(pool, log);
  closing.unshift(() => usage.flush());

  const tracing = await startTracing(env, node.port, log, closing);
  const upstreamTokens = createUpstreamTokens(env, log, pool, envelope);
  const { upstreams, gateway } = composeGateway({
    upstreamTokens,
    tracing,
    env,
    log,
    publicUrl,
    pool,
    envelope,
    ledger,
    approvals,
    snapshots,
    usage,
    tokenUses,
    taskOwnership,
    metrics,
  });
  closing.unshift(() => upstreams.stopAll());
  const events = followEvents(pool, snapshots, approvals, log, closing);
  closing.unshift(() => gateway.drain());
  return {
    env,
    log,
    publicUrl,
    database,
    pool,
    envelope,
    ledger,
    trust,
    snapshots,
    upstreams,
    upstreamTokens,
    gateway,
    events,
    metrics,
    repeats,
    node,
    closing,
  };
}

function createUpstreamTokens(env: Env, log: Log, pool: pg.Pool, envelope: Envelope): PostgresUpstreamTokens {
  return new PostgresUpstreamTokens({ pool, sealer: envelope, log, renew: renewTokens(createEgressGuard(env.allowedUpstreams)) });
}

/** Signs the trail; where checkpoints are sent is guarded as upstreams are. */
function createTrust(env: Env, log: Log, pool: pg.Pool, envelope: Envelope): AuditTrust {
  const { webhook, checkpointFile, checkpointSeconds } = env.audit;
  const { send } = createNotificationServices(createEgressGuard(env.allowedUpstreams));
  return new AuditTrust({
    pool,
    sealer: envelope,
    checkpointFile,
    publicKeyFile: resolve(env.dataDir, 'audit-public-keys.pem'),
    everySeconds: checkpointSeconds,
    log,
    ...(webhook ? { onRound: () => sendCheckpoints({ pool, send, ...webhook }) } : {}),
  });
}

type GatewayParts = Pick<
  DataPlane,
  'upstreamTokens' | 'env' | 'log' | 'publicUrl' | 'pool' | 'envelope' | 'ledger' | 'snapshots' | 'metrics'
> & {
  readonly approvals: PostgresApprovals;
  readonly usage: GrantUsage;
  readonly tokenUses: TokenUses;
  readonly taskOwnership: TaskOwnership;
  readonly tracing: Tracing | undefined;
};

function composeGateway({
  upstreamTokens,
  env,
  log,
  publicUrl,
  pool,
  envelope,
  ledger,
  approvals,
  snapshots,
  usage,
  tokenUses,
  taskOwnership,
  metrics,
  tracing,
}: GatewayParts): Pick<DataPlane, 'upstreams' | 'gateway'> {
  const guard = createEgressGuard(env.allowedUpstreams);
  const upstreams = createUpstreams({
    secrets: new PostgresSecretSource(pool, envelope),
    tokens: upstreamTokens,
    guard,
    log,
    onExchange: (slug, result, ms) => metrics.exchanged(slug, result, ms),
  });
  const gateway = createGateway(
    {
      snapshots,
      ledger,
      approvals,
      upstreams,
      log: env.logLevel === 'debug' ? log : { warn: log.warn, error: log.error },
      tracing,
      clock: snapshots.clock,
      tokens: gatewayTokens,
      seals: gatewaySeals(envelope),
      onUse: (grant, client, ip, method) => usage.recordUsage(grant, client, ip, method),
      jwt: createJwtVerifier(guard, log),
      tokenUses,
      taskOwnership,
    },
    {
      publicUrl,
      productVersion: productVersion(),
      allowedHosts: allowedHosts(env, publicUrl),
      allowedOrigins: allowedOrigins(env, publicUrl),
      holdTimes: { holdMs: env.approvalHoldSeconds * 1_000, holdWithProgressMs: env.approvalHoldProgressSeconds * 1_000 },
    },
  );
  return { upstreams, gateway };
}

/** Live pages hear of calls from the trail's end, which holds every node's, and of configuration from the snapshot. */
function followEvents(
  pool: pg.Pool,
  snapshots: PostgresSnapshots,
  approvals: PostgresApprovals,
  log: Log,
  closing: DataPlane['closing'],
): EventHub {
  const events = new EventHub();
  const tail = new EventTail(
    pool,
    (rows) => {
      for (const row of rows) events.publish('call', row);
    },
    (error) => log.warn('Live pages could not read the end of the audit trail.', { error }),
  );
  events.whenWanted((wanted) => (wanted ? tail.start(snapshots.clock.nowMs()) : tail.stop()));
  closing.unshift(() => tail.stop());
  const forget = snapshots.onChange((snapshot) => {
    events.publish('policy', { configVersion: snapshot.version });
    events.publish('server', { configVersion: snapshot.version });
  });
  closing.unshift(forget);
  closing.unshift(approvals.onChange((notice) => events.publish('approval', notice)));
  closing.unshift(approvals.onAccess((notice) => events.publish('access', notice)));
  closing.unshift(approvals.onAlert((notice) => events.publish('alert', notice)));
  return events;
}

/** Ends everything in order; a part that fails to end does not keep the others from ending. */
export async function closeAll(closing: DataPlane['closing'], log: Log): Promise<void> {
  for (const close of closing.splice(0)) {
    try {
      await close();
    } catch (error) {
      log.warn('A part of the process did not end cleanly.', { error });
    }
  }
}
