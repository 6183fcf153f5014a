import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

export interface PostgresHolder {
  readonly process: ChildProcess;
  /** Resolves when the database is held. Rejects with what the process wrote when it ends first. */
  readonly held: Promise<{ url: string; adopted: boolean; tookMs: number }>;
  /** Asks it to stop and resolves when it has ended. */
  stop(): Promise<void>;
  /** kill -9, resolves when the kernel has taken it. */
  kill(): Promise<void>;
}

/** Bundles hold-postgres.ts into a folder that every account can read, and returns the script's path. */
export async function bundleHolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'callgate-holder-'));
  chmodSync(folder, 0o755);
  const outfile = join(folder, 'hold-postgres.mjs');
  await build({
    entryPoints: ['tests/database/setup/hold-postgres.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg-native'],
    banner: { js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);" },
    logLevel: 'error',
  });
  chmodSync(outfile, 0o644);
  return outfile;
}

/** Starts a process that holds the database in `dataDir`, as another account where `as` names one. */
export function holdPostgres(script: string, dataDir: string, as: { uid?: number; gid?: number } = {}): PostgresHolder {
  const child = spawn(process.execPath, [script, dataDir], { ...as, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = once(child, 'exit');
  const held = new Promise<{ url: string; adopted: boolean; tookMs: number }>((done, failed) => {
    createInterface(child.stdout).on('line', (line) => line.startsWith('{') && done(JSON.parse(line)));
    void ended.then(() => failed(new Error(said || 'it ended without a word')));
  });
  held.catch(() => {}); // A test that kills it early does not wait for it.
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return { process: child, held, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** The PostgreSQL processes whose working folder is the cluster of `dataDir`. Linux only. */
export function postgresPidsOf(dataDir: string): number[] {
  const cluster = statSync(join(dataDir, 'postgres'), { throwIfNoEntry: false });
  if (!cluster) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres') && statSync(`/proc/${pid}/cwd`).ino === cluster.ino;
      } catch {
        return false;
      }
    })
    .map(Number);
}
