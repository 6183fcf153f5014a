import { setTimeout as sleep } from 'node:timers/promises';
import pg, { type PoolConfig } from 'pg';
import { DatabaseError } from './database-error';
import type { DatabaseLog } from './database-log';
import { requireDurability } from './durability';
import { startEmbeddedPostgres } from './embedded-postgres';
import { migrate } from './migrate';
import { createPrisma, type Prisma } from './prisma';
import { asRuntimeRole, prepareRuntimeRole, RUNTIME_ROLE, runtimeRoleProblem } from './runtime-role';

export interface Database {
  /** For tools that take a URL. Holds the password of DATABASE_URL: never log it. */
  readonly url: string;
  /** For `new pg.Pool(...)`; a pool needs an 'error' listener. In the role of the product, which can only add to the audit trail. */
  readonly poolConfig: PoolConfig;
  /** The owner of the schema: for tools that load data or repair, never for what serves requests. */
  readonly ownerConfig: PoolConfig;
  /** Why the product runs with the owner's rights after all; null when it does not. */
  readonly roleProblem: string | null;
  readonly prisma: Prisma;
  /** `joined`: an embedded server that another process had started. */
  readonly kind: 'external' | 'embedded' | 'joined';
  /** Disconnects Prisma and stops an embedded server that nobody else uses. End other pools first. */
  stop(): Promise<void>;
}

/** The part of Env that concerns the database. */
export interface DatabaseEnv {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
}

const REACHABLE_WITHIN_MS = 30_000;
/** Being started, or not there yet: worth another try. A wrong password or name is not. */
const PASSING = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ECONNRESET',
  'EPIPE',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ETIMEDOUT',
  '57P03',
  '57P01',
  '53300',
]);

/**
 * Opens the database that the environment names, or the embedded one: checks that it is durable, migrates it and hands over the connections.
 * Throws DatabaseError with what to do; nothing is left running then.
 */
export async function openDatabase(env: DatabaseEnv, log: DatabaseLog): Promise<Database> {
  const server = env.databaseUrl ? await external(env.databaseUrl, log) : await embedded(env.dataDir, log);
  try {
    await requireDurability(server.poolConfig);
    await migrate(server.poolConfig, log);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const { poolConfig, roleProblem } = await runtimeConnection(server, log);
  const prisma = createPrisma(poolConfig, log);
  return {
    ...server,
    poolConfig,
    ownerConfig: server.poolConfig,
    roleProblem,
    prisma,
    async stop() {
      await prisma.$disconnect();
      await server.stop();
    },
  };
}

type Server = Pick<Database, 'url' | 'poolConfig' | 'kind' | 'stop'>;

/** Connections in the role that can only add to the audit trail; with a warning the owner's, where that role cannot be had. */
async function runtimeConnection(server: Server, log: DatabaseLog): Promise<Pick<Database, 'poolConfig' | 'roleProblem'>> {
  const own = server.kind !== 'external';
  const poolConfig = own ? { ...server.poolConfig, user: RUNTIME_ROLE } : asRuntimeRole(server.poolConfig);
  const roleProblem = (await prepareRuntimeRole(server.poolConfig, own)) ?? (await runtimeRoleProblem(poolConfig));
  if (roleProblem === null) return { poolConfig, roleProblem };
  log.warn(
    `The database does not keep this process from changing the audit trail: ${roleProblem}. Triggers still refuse it, and verification still finds it. Give the user of DATABASE_URL the right CREATEROLE, or see docs/audit.md.`,
  );
  return { poolConfig: server.poolConfig, roleProblem };
}

async function embedded(dataDir: string, log: DatabaseLog): Promise<Server> {
  const server = await startEmbeddedPostgres({ dataDir, log });
  if (server.adopted) log.info('Joined the database that another Callgate process runs on the same DATA_DIR.');
  return { url: server.url, poolConfig: { ...server.connection }, kind: server.adopted ? 'joined' : 'embedded', stop: () => server.stop() };
}

async function external(url: string, log: DatabaseLog): Promise<Server> {
  const poolConfig = { connectionString: url, application_name: 'callgate' };
  await waitUntilReachable(url, log);
  return { url, poolConfig, kind: 'external', stop: async () => {} };
}

async function waitUntilReachable(url: string, log: DatabaseLog): Promise<void> {
  const { host, pathname } = new URL(url);
  const place = `${host}${pathname}`;
  const deadline = performance.now() + REACHABLE_WITHIN_MS;
  for (let attempt = 1; ; attempt++) {
    const problem = await connectOnce(url);
    if (problem === null) return;
    const passes = PASSING.has(problem.code ?? '') || /timeout/i.test(problem.message);
    if (!passes || performance.now() > deadline) {
      throw new DatabaseError(
        `The database ${place} of DATABASE_URL cannot be used: ${problem.message || problem.code}. Check that it runs, the address, the user and the password, or unset DATABASE_URL to use the embedded one.`,
      );
    }
    if (attempt === 1) log.warn(`Waiting up to 30 s for the database ${place}: ${problem.message || problem.code}.`);
    await sleep(500);
  }
}

async function connectOnce(url: string): Promise<(Error & { code?: string }) | null> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // Reported by connect().
  try {
    await client.connect();
    return null;
  } catch (error) {
    // Several addresses of one name fail together.
    const first = error instanceof AggregateError ? error.errors[0] : error;
    return first instanceof Error ? first : new Error(String(first));
  } finally {
    await client.end().catch(() => {});
  }
}
