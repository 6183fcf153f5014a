import { readFileSync, realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { DatabaseError } from '@/lib/db/database-error';

/** The operating system account PostgreSQL runs as. `switchTo` is set when that is not the account of this process. */
export interface PostgresAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly switchTo: { readonly uid: number; readonly gid: number } | null;
}

const CANDIDATES = ['callgate', 'postgres', '_postgres', 'nobody'];

/**
 * Chooses the account: this process's own, or as root (which PostgreSQL refuses) an unprivileged one that exists in passwd.
 * The owner of an existing cluster goes first, so that a folder made by one user still starts under `sudo`.
 * Throws DatabaseError when no account fits.
 */
export function choosePostgresAccount(clusterDir: string): PostgresAccount {
  const uid = process.getuid?.() ?? -1;
  const gid = process.getgid?.() ?? -1;
  if (uid !== 0) return { name: ownName(uid), uid, gid, switchTo: null };
  const accounts = readPasswd();
  const owner = ownerOf(clusterDir);
  const chosen = (owner ? accounts.find((a) => a.uid === owner) : undefined) ?? firstOf(accounts);
  if (!chosen) {
    throw new DatabaseError(
      `The embedded PostgreSQL refuses to run as root, and none of the accounts ${CANDIDATES.join(', ')} exists. Create one (useradd --system callgate), start Callgate as a normal user, or set DATABASE_URL.`,
    );
  }
  return { ...chosen, switchTo: { uid: chosen.uid, gid: chosen.gid } };
}

/** The names that may connect over the socket: this process's account and root. */
export function accountsAllowedToConnect(account: PostgresAccount): string[] {
  return account.switchTo ? ['root'] : ['root', account.name];
}

/** The first folder on the way to `path` that the account may not pass through, or null. */
export function untraversableParent(path: string, account: PostgresAccount): string | null {
  const parents: string[] = [];
  for (let folder = realpathSync(path); ; folder = dirname(folder)) {
    parents.unshift(folder);
    if (dirname(folder) === folder) break;
  }
  return parents.find((folder) => !mayEnter(folder, account)) ?? null;
}

function mayEnter(folder: string, account: PostgresAccount): boolean {
  const { mode, uid, gid } = statSync(folder);
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}

function ownName(uid: number): string {
  try {
    return userInfo().username;
  } catch {
    throw new DatabaseError(
      `The embedded PostgreSQL needs its account to have a name, and user id ${uid} has none in /etc/passwd. Run as a user that exists, add one for this id, or set DATABASE_URL.`,
    );
  }
}

function ownerOf(clusterDir: string): number | null {
  try {
    return statSync(clusterDir).uid || null;
  } catch {
    return null;
  }
}

function readPasswd(): { name: string; uid: number; gid: number }[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name: name ?? '', uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }))
    .filter((a) => a.name !== '' && !a.name.startsWith('#') && a.uid !== 0);
}

function firstOf(accounts: { name: string; uid: number; gid: number }[]) {
  return CANDIDATES.map((name) => accounts.find((a) => a.name === name)).find((a) => a !== undefined);
}
