import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseError } from '@/lib/db/database-error';
import { RUNTIME_ROLE } from '@/lib/db/runtime-role';
import { accountsAllowedToConnect, type PostgresAccount } from './account';
import type { PostgresBinaries } from './binaries';
import type { PostgresLayout } from './layout';

/** The database superuser and the database of the embedded server. */
export const DATABASE_USER = 'callgate';
export const DATABASE_NAME = 'callgate';

/**
 * Makes the cluster when there is none. initdb works in a temporary folder that is renamed when it is complete, because a cluster whose
 * initdb was interrupted never starts. Call it under the start lock. Throws DatabaseError with initdb's own words.
 */
export async function ensureCluster(layout: PostgresLayout, binaries: PostgresBinaries): Promise<void> {
  removeInterrupted(layout);
  if (existsSync(join(layout.clusterDir, 'PG_VERSION'))) {
    refuseOtherMajor(layout, binaries);
  } else {
    if (existsSync(layout.clusterDir) && readdirSync(layout.clusterDir).length > 0) {
      throw new DatabaseError(
        `${layout.clusterDir} is not empty and holds no database. Move it away, or set DATA_DIR to another folder, and start again.`,
      );
    }
    rmSync(layout.clusterDir, { recursive: true, force: true });
    const partial = `${layout.clusterDir}.initdb-${randomBytes(4).toString('hex')}`;
    mkdirSync(partial, { mode: 0o700 });
    giveTo(partial, layout.account);
    await initialise(partial, layout.account, binaries);
    renameSync(partial, layout.clusterDir);
  }
  writeAccessRules(layout);
}

/** Runs initdb into an empty folder of the account. Throws DatabaseError. */
export async function initialise(folder: string, account: PostgresAccount, binaries: PostgresBinaries): Promise<void> {
  const access = ['--username', DATABASE_USER, '--auth-local=peer', '--auth-host=reject', '--encoding=UTF8'];
  // The builtin provider sorts alike on every system, so that an upgraded C library never corrupts an index.
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const shared = ['--set', 'dynamic_shared_memory_type=mmap', '--no-instructions'];
  const args = ['-D', folder, ...access, ...locale, ...shared];
  const child = spawn(binaries.initdb, args, {
    ...account.switchTo,
    cwd: folder,
    env: binaries.env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const code = await new Promise<number | string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (status, signal) => done(status ?? signal ?? 'unknown'));
  });
  if (code === 0) return;
  rmSync(folder, { recursive: true, force: true });
  throw new DatabaseError(
    `The database could not be created (initdb: ${code}). ${output.join('').trim().split('\n').slice(-6).join(' ')} Check the free space and permissions, or set DATABASE_URL.`,
  );
}

function removeInterrupted(layout: PostgresLayout): void {
  const prefix = `${basename(layout.clusterDir)}.initdb-`;
  for (const name of readdirSync(layout.baseDir)) {
    if (!name.startsWith(prefix)) continue;
    try {
      rmSync(join(layout.baseDir, name), { recursive: true, force: true });
    } catch {
      // Its initdb still writes, until it notices that nobody listens: the next start clears it.
    }
  }
}

function refuseOtherMajor(layout: PostgresLayout, binaries: PostgresBinaries): void {
  const data = readFileSync(join(layout.clusterDir, 'PG_VERSION'), 'utf8').trim();
  const program = binaries.version.split('.')[0];
  if (data === program) return;
  throw new DatabaseError(
    `The database in ${layout.clusterDir} was made by PostgreSQL ${data} and this Callgate brings ${program}. Start the earlier Callgate and export its data, or set DATABASE_URL.`,
  );
}

/**
 * Only this process's account and root may connect, told apart by the kernel and not by a password that could leak.
 * Written on every start, because the account that starts may have changed.
 */
function writeAccessRules(layout: PostgresLayout): void {
  const names = accountsAllowedToConnect(layout.account);
  const users = [DATABASE_USER, RUNTIME_ROLE];
  write('pg_hba.conf', users.map((user) => `local all ${user} peer map=callgate\n`).join(''));
  write('pg_ident.conf', [...new Set(names)].flatMap((name) => users.map((user) => `callgate "${name}" ${user}\n`)).join(''));

  function write(name: string, text: string): void {
    const file = join(layout.clusterDir, name);
    writeFileSync(file, text);
    chmodSync(file, 0o600);
    giveTo(file, layout.account);
  }
}

function giveTo(path: string, account: PostgresAccount): void {
  if (account.switchTo) chownSync(path, account.uid, account.gid);
}
