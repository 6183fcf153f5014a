import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { choosePostgresAccount, type PostgresAccount } from '@/lib/db/embedded/account';
import { locatePostgresPackage, preparePostgresBinaries } from '@/lib/db/embedded/binaries';

// A PostgreSQL as an operator would bring it: another process, TCP, a password, settings of its own. Prints its URL and stops when its input closes.
const log = { info() {}, warn: console.error, error: console.error };
const folder = mkdtempSync(join(tmpdir(), 'callgate-separate-'));
chmodSync(folder, 0o711);
const account = choosePostgresAccount(join(folder, 'none'));
const binaries = preparePostgresBinaries(locatePostgresPackage(), account, folder, log);
const env = binaries.env as NodeJS.ProcessEnv;
const password = randomBytes(18).toString('hex');
const cluster = join(folder, 'cluster');

initialise(account);
const port = await freePort();
const settings = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', dynamic_shared_memory_type: 'mmap' };
const args = ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
const server = spawn(binaries.postgres, args, { ...account.switchTo, cwd: cluster, env, stdio: ['ignore', 'ignore', 'ignore'] });
const url = `postgresql://tester:${password}@127.0.0.1:${port}/postgres`;
await waitUntilReady(server);
console.log(url);
for (const event of ['end', 'close', 'error']) process.stdin.on(event, stop);
process.stdin.resume();

function initialise({ uid, gid, switchTo }: PostgresAccount): void {
  const passwordFile = join(folder, 'password');
  mkdirSync(cluster, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (switchTo) for (const path of [cluster, passwordFile]) chownSync(path, uid, gid);
  const options = ['--username=tester', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
  const made = spawnSync(binaries.initdb, ['-D', cluster, ...options], { ...switchTo, cwd: cluster, env, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stdout}${made.stderr}`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port: free } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return free;
}

async function waitUntilReady(child: ChildProcess): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      return;
    } catch (error) {
      if (child.exitCode !== null || performance.now() > deadline) throw error;
      await sleep(100);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  server.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
  server.kill('SIGINT');
}
