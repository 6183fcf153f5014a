import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ensureDataDir } from '@/lib/db/data-dir';
import { DatabaseError } from '@/lib/db/database-error';
import type { DatabaseLog } from '@/lib/db/database-log';
import { choosePostgresAccount, type PostgresAccount, untraversableParent } from './account';

/** Where one embedded PostgreSQL keeps its things. All paths are absolute and real. */
export interface PostgresLayout {
  readonly account: PostgresAccount;
  /** Parent of the cluster, owned by this process; the temporary folders of initdb are made here. */
  readonly baseDir: string;
  readonly clusterDir: string;
  readonly socketDir: string;
  readonly watchdogSocket: string;
  readonly logFile: string;
  readonly lockFile: string;
}

/** The port is only part of the socket's name: nothing listens on it. */
export const SOCKET_PORT = 5432;
const SOCKET_PATH_BYTES_MAX = 103; // 107 on Linux, 103 on macOS, including the name PostgreSQL appends.
const FALLBACK_PARENTS = ['/var/lib/callgate', '/var/tmp/callgate'];

/**
 * Decides on the folders and the account, and makes what is missing, except the cluster itself.
 * Falls back to a folder outside DATA_DIR, and says so, where the account cannot reach DATA_DIR. Throws DatabaseError when nothing fits.
 */
export function preparePostgresLayout(dataDir: string, log: DatabaseLog): PostgresLayout {
  ensureDataDir(dataDir);
  const home = realpathSync(resolve(dataDir));
  const account = choosePostgresAccount(join(recordedBase(home) ?? home, 'postgres'));
  const baseDir = chooseBase(home, account, log);
  const clusterDir = join(baseDir, 'postgres');
  refuseForeignCluster(clusterDir, account);
  const socketDir = prepareSocketDir(join(baseDir, 'run'), clusterDir, account);
  return {
    account,
    baseDir,
    clusterDir,
    socketDir,
    watchdogSocket: join(socketDir, 'watchdog.sock'),
    logFile: join(home, 'postgres.log'),
    lockFile: join(baseDir, 'postgres.lock'),
  };
}

/** A folder that belongs to the PostgreSQL account and that only it (and root) may enter. Throws when that cannot be had. */
export function ensurePrivateFolder(folder: string, account: PostgresAccount): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const mine = found.uid === account.uid || found.uid === process.getuid?.();
  if (!found.isDirectory() || !mine) {
    throw new DatabaseError(`${folder} exists and belongs to someone else. Remove it, or set DATA_DIR to another folder.`);
  }
  if (found.uid !== account.uid) chownSync(folder, account.uid, account.gid);
  chmodSync(folder, 0o700);
}

/** A folder for `home` that any account may pass through, outside of it. The same `home` always gives the same folder. */
export function reachableFolder(name: string, account: PostgresAccount): string {
  for (const parent of FALLBACK_PARENTS) {
    try {
      mkdirSync(parent, { recursive: true, mode: 0o711 });
      if (lstatSync(parent).uid !== process.getuid?.() || untraversableParent(parent, account)) continue;
      const folder = join(parent, name);
      mkdirSync(folder, { recursive: true, mode: 0o711 });
      return folder;
    } catch {
      // Read-only or forbidden: the next one may do.
    }
  }
  throw new DatabaseError(
    `No folder was found that the account ${account.name} can reach (tried ${FALLBACK_PARENTS.join(', ')}). Set DATA_DIR to a folder outside a private home, start Callgate as a normal user, or set DATABASE_URL.`,
  );
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function locationNote(home: string): string {
  return join(home, 'postgres.location');
}

function recordedBase(home: string): string | null {
  return existsSync(locationNote(home)) ? readFileSync(locationNote(home), 'utf8').trim() : null;
}

function chooseBase(home: string, account: PostgresAccount, log: DatabaseLog): string {
  const recorded = recordedBase(home);
  if (recorded) return recorded;
  const blocked = account.switchTo ? (untraversableParent(home, account) ?? unownable(home, account)) : null;
  if (!blocked) return home;
  if (existsSync(join(home, 'postgres', 'PG_VERSION'))) {
    // Starting an empty database elsewhere would look like lost data.
    throw new DatabaseError(
      `The database in ${home} cannot be reached by the account ${account.name}, which runs it: ${blocked} does not let it through. Allow it (chmod o+x ${blocked}), or move DATA_DIR.`,
    );
  }
  const base = reachableFolder(`${basename(home)}-${shortHash(home)}`, account);
  // Written down, so that the data is found again even when the permissions change later.
  writeFileSync(locationNote(home), `${base}\n`);
  log.warn(`The database is kept in ${base}, because the account ${account.name} that runs it cannot pass through ${blocked}.`);
  return base;
}

/** Some mounted file systems ignore chown; PostgreSQL then refuses its folder. */
function unownable(home: string, account: PostgresAccount): string | null {
  try {
    ensurePrivateFolder(join(home, 'run'), account);
    return lstatSync(join(home, 'run')).uid === account.uid ? null : home;
  } catch {
    return home;
  }
}

function refuseForeignCluster(clusterDir: string, account: PostgresAccount): void {
  if (!existsSync(clusterDir)) return;
  const owner = lstatSync(clusterDir).uid;
  if (owner === account.uid) return;
  throw new DatabaseError(
    `The database in ${clusterDir} belongs to user id ${owner}, and this process runs as ${account.name} (${account.uid}). Start Callgate as that user or as root, or set DATA_DIR to another folder.`,
  );
}

function prepareSocketDir(preferred: string, clusterDir: string, account: PostgresAccount): string {
  const fits = Buffer.byteLength(join(preferred, `.s.PGSQL.${SOCKET_PORT}`)) <= SOCKET_PATH_BYTES_MAX;
  const folder = fits ? preferred : join('/tmp', `callgate-${shortHash(clusterDir)}`);
  ensurePrivateFolder(folder, account);
  return folder;
}
