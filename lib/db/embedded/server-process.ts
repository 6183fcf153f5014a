import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DatabaseError } from '@/lib/db/database-error';
import type { DatabaseLog } from '@/lib/db/database-log';
import type { PostgresBinaries } from './binaries';
import { DATABASE_NAME, DATABASE_USER } from './cluster';
import { type PostgresLayout, SOCKET_PORT } from './layout';
import { postgresProcessesIn } from './process-marks';

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: String(SOCKET_PORT),
  unix_socket_permissions: '0700',
  // Containers often give 64 MB of /dev/shm; files in the data folder have no such limit.
  dynamic_shared_memory_type: 'mmap',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '128MB',
  max_connections: '100',
  wal_compression: 'on',
  max_wal_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Compiling a plan takes longer than most of these queries.
  jit: 'off',
  cluster_name: 'callgate',
};
/**
 * 57P03: starting up or shutting down; 57P01 and 57P02: told to stop; 53300: every connection is taken. A server that stops closes connections that
 * it has just taken, which breaks the first write (EPIPE) or the first read (ECONNRESET).
 */
const BUSY = new Set(['57P03', '57P01', '57P02', '53300', 'ECONNRESET', 'EPIPE']);
const READY_WITHIN_MS = 60_000;
const RECOVERY_WITHIN_MS = 600_000;
const LOG_BYTES_MAX = 10_000_000;

/** What answers on the socket: our server, nothing, a server that is starting or stopping, or the server of another data folder. */
export type SocketState =
  | { kind: 'ours' }
  | { kind: 'nothing' }
  | { kind: 'busy'; why: string }
  | { kind: 'foreign'; dataDirectory: string };

/** Asks the socket who is there. A server is recognised by the data folder it says it has, never by a pid. */
export async function askSocket(layout: PostgresLayout): Promise<SocketState> {
  const client = new pg.Client({
    host: layout.socketDir,
    port: SOCKET_PORT,
    user: DATABASE_USER,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {}); // A server that stops right now closes the connection; the query below reports it.
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    const dataDirectory = rows[0]?.data_directory ?? '';
    return sameFolder(dataDirectory, layout.clusterDir) ? { kind: 'ours' } : { kind: 'foreign', dataDirectory };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return { kind: 'nothing' };
    if (code !== undefined && BUSY.has(code)) return { kind: 'busy', why: message };
    if (/Connection terminated|timeout/i.test(message)) return { kind: 'busy', why: message };
    throw new DatabaseError(`The embedded PostgreSQL in ${layout.clusterDir} refuses this process: ${message}. See ${layout.logFile}.`);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Starts postgres as a direct child in a session of its own, so that Ctrl-C in a terminal reaches Callgate and not the database under it. */
export function spawnPostgres(layout: PostgresLayout, binaries: PostgresBinaries): ChildProcess {
  const settings = { ...SETTINGS, unix_socket_directories: layout.socketDir };
  const args = ['-D', layout.clusterDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const output = openLog(layout.logFile);
  try {
    return spawn(binaries.postgres, args, {
      ...layout.account.switchTo,
      cwd: layout.clusterDir,
      env: binaries.env as NodeJS.ProcessEnv,
      detached: true,
      stdio: ['ignore', output, output],
    });
  } finally {
    closeSync(output);
  }
}

/** Waits until the server answers. Throws DatabaseError with the end of its log when it ends first or takes too long. */
export async function waitUntilReady(child: ChildProcess, layout: PostgresLayout, log: DatabaseLog): Promise<void> {
  const failed: { why: string | null } = { why: null };
  child.once('error', (error) => (failed.why = error.message));
  child.once('exit', (code, signal) => (failed.why = `it ended with ${signal ?? `code ${code}`}`));
  const start = performance.now();
  let saidRecovering = false;
  for (let pauseMs = 15; ; pauseMs = Math.min(pauseMs + 10, 250)) {
    await sleep(pauseMs);
    if (failed.why) throw startFailure(failed.why, layout);
    const state = await askSocket(layout);
    if (state.kind === 'ours') return;
    if (state.kind === 'foreign') throw foreignServer(layout, state.dataDirectory);
    const elapsedMs = performance.now() - start;
    if (state.kind === 'busy' && elapsedMs > 3_000 && !saidRecovering) {
      saidRecovering = true;
      log.info('The database is recovering from an interrupted run; this can take a while.');
    }
    if (elapsedMs > (state.kind === 'busy' ? RECOVERY_WITHIN_MS : READY_WITHIN_MS)) {
      child.kill('SIGQUIT');
      throw startFailure('it did not answer in time', layout);
    }
  }
}

export function foreignServer(layout: PostgresLayout, dataDirectory: string): DatabaseError {
  return new DatabaseError(
    `The socket in ${layout.socketDir} belongs to a PostgreSQL of another data folder (${dataDirectory}). Stop that server, or set DATA_DIR to another folder.`,
  );
}

/**
 * Removes lock files that a killed server left, which stop the next one where their pid was given to something else.
 * Call it under the start lock, when nothing answers. Waits for a server that is on its way out; throws DatabaseError when it stays,
 * since two servers must never run on one folder.
 */
export async function clearStaleFiles(layout: PostgresLayout, waitMs = 40_000): Promise<void> {
  if (!existsSync(layout.clusterDir)) return;
  const lockFile = join(layout.clusterDir, 'postmaster.pid');
  const deadline = performance.now() + waitMs;
  for (;;) {
    const pids = postgresProcessesIn(layout.clusterDir, readPid(lockFile));
    if (pids.length === 0) break;
    if (performance.now() > deadline) {
      throw new DatabaseError(
        `PostgreSQL processes (${pids.join(', ')}) still use ${layout.clusterDir} but do not answer. Stop them and start again.`,
      );
    }
    await sleep(100);
    if ((await askSocket(layout)).kind === 'ours') return;
  }
  rmSync(lockFile, { force: true });
  rmSync(join(layout.socketDir, `.s.PGSQL.${SOCKET_PORT}`), { force: true });
  rmSync(join(layout.socketDir, `.s.PGSQL.${SOCKET_PORT}.lock`), { force: true });
}

/** Creates the product's database inside the server when it is missing. */
export async function ensureDatabase(layout: PostgresLayout): Promise<void> {
  const client = new pg.Client({ host: layout.socketDir, port: SOCKET_PORT, user: DATABASE_USER, database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE_NAME]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE_NAME}`);
  } finally {
    await client.end();
  }
}

/** The pid in the first line of a postmaster.pid, or null. */
export function readPid(lockFile: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(lockFile, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function startFailure(why: string, layout: PostgresLayout): DatabaseError {
  return new DatabaseError(
    `The embedded PostgreSQL did not start: ${why}. ${lastLines(layout.logFile)} The whole log is ${layout.logFile}.`,
  );
}

function lastLines(logFile: string): string {
  try {
    return `Its last words: ${readFileSync(logFile, 'utf8').trim().split('\n').slice(-4).join(' ')}`;
  } catch {
    return '';
  }
}

function openLog(logFile: string): number {
  try {
    if (statSync(logFile).size > LOG_BYTES_MAX) renameSync(logFile, `${logFile}.1`);
  } catch {
    // There is no log yet.
  }
  return openSync(logFile, 'a', 0o600);
}

function sameFolder(a: string, b: string): boolean {
  try {
    const [first, second] = [statSync(a), statSync(b)];
    return first.dev === second.dev && first.ino === second.ino;
  } catch {
    return false;
  }
}
