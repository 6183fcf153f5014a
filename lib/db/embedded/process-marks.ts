import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';

/**
 * A mark that tells a process from a later one with the same id (its start time), or null when it does not run.
 * A zombie does not run. Pids alone are worthless in containers, where the same small numbers come back on every start.
 */
export function processStartMark(pid: number): string | null {
  if (process.platform !== 'linux') {
    const listed = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return listed.stdout?.trim() || null;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/**
 * The PostgreSQL processes that use a data folder, whatever its lock file claims: every one of them has the folder as its working folder.
 * `suspectPid` is the pid the lock file names, asked for where there is no /proc.
 */
export function postgresProcessesIn(clusterDir: string, suspectPid: number | null): number[] {
  if (process.platform !== 'linux') return suspectPid !== null && isPostgresByName(suspectPid) ? [suspectPid] : [];
  const folder = statSync(clusterDir);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => worksIn(pid, folder.dev, folder.ino));
}

function worksIn(pid: number, dev: number, ino: number): boolean {
  try {
    if (!readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')) return false;
    // Through the link, not its text: the path reads differently in another mount namespace, the inode does not.
    const cwd = statSync(`/proc/${pid}/cwd`);
    return cwd.dev === dev && cwd.ino === ino;
  } catch {
    return false;
  }
}

function isPostgresByName(pid: number): boolean {
  return spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.includes('postgres') ?? false;
}
