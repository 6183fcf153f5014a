import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from '@/lib/db/database-error';
import { processStartMark } from './process-marks';

const WAIT_MS = 120_000;
const POLL_MS = 40;

/**
 * Runs `work` while no other process runs work under the same lock file, so that clearing stale files, initdb and the start of the
 * server are one step for everybody. A lock whose owner no longer runs is taken over.
 * Throws DatabaseError when the owner holds it for two minutes.
 */
export async function withStartLock<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  const release = await take(lockFile);
  try {
    return await work();
  } finally {
    release();
  }
}

async function take(lockFile: string): Promise<() => void> {
  const content = `${process.pid} ${processStartMark(process.pid)} ${randomBytes(6).toString('hex')}\n`;
  const own = `${lockFile}.${randomBytes(6).toString('hex')}`;
  writeFileSync(own, content, { mode: 0o600 });
  try {
    const deadline = performance.now() + WAIT_MS;
    // A hard link appears whole or not at all, so a lock is never seen half written.
    while (!tryLink(own, lockFile)) {
      const holder = readIfThere(lockFile);
      if (holder !== null && !ownerRuns(holder)) takeAway(lockFile, holder);
      else if (performance.now() > deadline) throw stuck(lockFile, holder);
      else await sleep(POLL_MS);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => {
    if (readIfThere(lockFile) === content) rmSync(lockFile, { force: true });
  };
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead owner's lock aside, and puts it back when someone alive took it in between. */
function takeAway(lockFile: string, dead: string): void {
  const aside = `${lockFile}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(lockFile, aside);
  } catch {
    return;
  }
  if (readIfThere(aside) !== dead) tryLink(aside, lockFile);
  rmSync(aside, { force: true });
}

function ownerRuns(content: string): boolean {
  const [pid, mark] = content.trim().split(' ');
  return mark !== undefined && processStartMark(Number(pid)) === mark;
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function stuck(lockFile: string, holder: string | null): DatabaseError {
  const pid = holder?.split(' ')[0] ?? 'unknown';
  return new DatabaseError(
    `Another process (pid ${pid}) has been starting the database for two minutes and is not done. Stop that process, or remove ${lockFile} if it is not Callgate, and start again.`,
  );
}
