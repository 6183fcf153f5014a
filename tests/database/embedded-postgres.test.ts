import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { choosePostgresAccount } from '@/lib/db/embedded/account';
import { locatePostgresPackage, preparePostgresBinaries } from '@/lib/db/embedded/binaries';
import { startEmbeddedPostgres } from '@/lib/db/embedded-postgres';
import { bundleHolder, holdPostgres, type PostgresHolder, postgresPidsOf } from './setup/postgres-holder';

const isRoot = process.getuid?.() === 0;
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
// An initdb is a second and a half of processor time, which a busy machine stretches.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let script: string;
let prepared: string;
let dataDir: string;
let holders: PostgresHolder[];

beforeAll(async () => {
  script = await bundleHolder();
  prepared = mkdtempSync(join(tmpdir(), 'callgate-pg-'));
  chmodSync(prepared, 0o755);
  const server = await startEmbeddedPostgres({ dataDir: prepared, log });
  await server.stop();
});
afterAll(() => {
  for (const folder of [prepared, dirname(script)]) rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  holders = [];
  dataDir = mkdtempSync(join(tmpdir(), 'callgate-pg-'));
  chmodSync(dataDir, 0o755);
});
afterEach(async () => {
  await Promise.all(holders.map((holder) => holder.kill()));
  await vi.waitFor(() => expect(postgresPidsOf(dataDir)).toEqual([]), { timeout: 20_000, interval: 50 });
  rmSync(dataDir, { recursive: true, force: true });
});

function hold(as?: { uid: number; gid: number }): PostgresHolder {
  const holder = holdPostgres(script, dataDir, as);
  holders.push(holder);
  return holder;
}

/** Copies a cluster that was started and stopped once, which saves an initdb where the test is about something else. */
function withCluster(folder = dataDir): void {
  mkdirSync(folder, { recursive: true });
  spawnSync('cp', ['-a', join(prepared, 'postgres'), folder]);
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const write = (url: string, value: number) => query(url, `CREATE TABLE IF NOT EXISTS kept (value int); INSERT INTO kept VALUES (${value})`);
const kept = async (url: string) => (await query<{ value: number }>(url, 'SELECT value FROM kept ORDER BY value')).map((row) => row.value);
const serverGone = (timeout = 10_000) => vi.waitFor(() => expect(postgresPidsOf(dataDir)).toEqual([]), { timeout, interval: 50 });

describe('one process', () => {
  it('starts on an empty folder, keeps the data over a restart and leaves nothing running', async () => {
    const first = await startEmbeddedPostgres({ dataDir, log });
    expect(first.adopted).toBe(false);
    await write(first.url, 1);
    const settings = await query<{ setting: string }>(
      first.url,
      `SELECT setting FROM pg_settings WHERE name IN ('fsync','listen_addresses','synchronous_commit','dynamic_shared_memory_type') ORDER BY name`,
    );
    expect(settings.map((row) => row.setting)).toEqual(['mmap', 'on', '', 'on']);
    await first.stop();
    await first.stop();
    expect(postgresPidsOf(dataDir)).toEqual([]);
    expect(readdirSync(join(dataDir, 'run'))).toEqual([]);

    const startedAt = performance.now();
    const second = await startEmbeddedPostgres({ dataDir, log });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(await kept(second.url)).toEqual([1]);
    const client = new pg.Client({ ...second.connection });
    await client.connect();
    await client.end();
    await second.stop();
  });

  it('keeps its folders from other accounts', async () => {
    withCluster();
    const server = await startEmbeddedPostgres({ dataDir, log });
    for (const name of ['postgres', 'run']) expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o700);
    await server.stop();
  });

  it('starts where an initdb was interrupted', async () => {
    mkdirSync(join(dataDir, 'postgres.initdb-1'));
    writeFileSync(join(dataDir, 'postgres.initdb-1', 'PG_VERSION'), '18\n');
    const early = hold();
    await vi.waitFor(() => expect(readdirSync(dataDir).some((name) => /initdb-(?!1$)/.test(name))).toBe(true), {
      timeout: 10_000,
      interval: 5,
    });
    await early.kill();
    const server = await startEmbeddedPostgres({ dataDir, log });
    await write(server.url, 1);
    expect(readdirSync(dataDir).filter((name) => name.includes('initdb'))).toEqual([]);
    await server.stop();
  });

  it('starts in spite of lock files whose pid now belongs to something else', async () => {
    withCluster();
    const first = await startEmbeddedPostgres({ dataDir, log });
    const pidFile = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8');
    await first.stop();
    const stale = pidFile.replace(/^\d+/, String(process.pid));
    writeFileSync(join(dataDir, 'postgres/postmaster.pid'), stale);
    writeFileSync(join(dataDir, 'run/.s.PGSQL.5432.lock'), stale);
    writeFileSync(join(dataDir, 'postgres.lock'), `${process.pid} 1 stale\n`);
    const second = await startEmbeddedPostgres({ dataDir, log });
    expect(second.adopted).toBe(false);
    await second.stop();
  });

  it('starts the server again when it dies', async () => {
    withCluster();
    const server = await startEmbeddedPostgres({ dataDir, log });
    await write(server.url, 1);
    const postmaster = Number.parseInt(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10);
    process.kill(postmaster, 'SIGKILL');
    await vi.waitFor(async () => expect(await kept(server.url)).toEqual([1]), { timeout: 20_000, interval: 100 });
    await server.stop();
    expect(postgresPidsOf(dataDir)).toEqual([]);
  });

  it('refuses a cluster of another major version and a folder with something else in it', async () => {
    mkdirSync(join(dataDir, 'postgres'));
    if (isRoot) {
      const { uid, gid } = choosePostgresAccount(join(dataDir, 'none'));
      chownSync(join(dataDir, 'postgres'), uid, gid);
    }
    writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '12\n');
    await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(/made by PostgreSQL 12/);
    rmSync(join(dataDir, 'postgres/PG_VERSION'));
    writeFileSync(join(dataDir, 'postgres/notes.txt'), 'mine');
    await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(/is not empty/);
    expect(existsSync(join(dataDir, 'postgres/notes.txt'))).toBe(true);
  });

  it('moves the socket to a short path when the data folder is deep', async () => {
    const deep = join(dataDir, 'd'.repeat(60), 'e'.repeat(60));
    const server = await startEmbeddedPostgres({ dataDir: deep, log });
    expect(server.connection.host.length).toBeLessThan(60);
    expect(statSync(server.connection.host).mode & 0o777).toBe(0o700);
    await write(server.url, 1);
    await server.stop();
    rmSync(server.connection.host, { recursive: true, force: true });
  });

  it('refuses a socket that leads to a server of another folder', async () => {
    withCluster(join(dataDir, 'one'));
    withCluster(join(dataDir, 'two'));
    const running = await startEmbeddedPostgres({ dataDir: join(dataDir, 'one'), log });
    const first = await startEmbeddedPostgres({ dataDir: join(dataDir, 'two'), log });
    await first.stop();
    symlinkSync(join(dataDir, 'one/run/.s.PGSQL.5432'), join(dataDir, 'two/run/.s.PGSQL.5432'));
    await expect(startEmbeddedPostgres({ dataDir: join(dataDir, 'two'), log })).rejects.toThrow(/another data folder/);
    await running.stop();
  });
});

describe('several processes', () => {
  it('kill -9 of the only user stops the server, and the next start finds the data', async () => {
    withCluster();
    const holder = hold();
    await write((await holder.held).url, 1);
    expect(postgresPidsOf(dataDir).length).toBeGreaterThan(0);
    await holder.kill();
    await serverGone();
    const next = await startEmbeddedPostgres({ dataDir, log });
    expect(next.adopted).toBe(false);
    expect(await kept(next.url)).toEqual([1]);
    await next.stop();
  });

  it('a second process joins, and keeps the server when the first is killed or stopped', async () => {
    withCluster();
    for (const end of ['kill', 'stop'] as const) {
      const first = hold();
      expect((await first.held).adopted).toBe(false);
      const second = hold();
      const joined = await second.held;
      expect(joined.adopted).toBe(true);
      await first[end]();
      await sleep(500);
      await write(joined.url, end === 'kill' ? 1 : 2);
      await second.stop();
      expect(postgresPidsOf(dataDir)).toEqual([]);
    }
    const last = await startEmbeddedPostgres({ dataDir, log });
    expect(await kept(last.url)).toEqual([1, 2]);
    await last.stop();
  });

  it('of four that start at once on an empty folder one starts it and three join', async () => {
    const four = [hold(), hold(), hold(), hold()];
    const held = await Promise.all(four.map((holder) => holder.held));
    expect(held.filter((one) => !one.adopted)).toHaveLength(1);
    expect(postgresPidsOf(dataDir).length).toBeGreaterThan(0);
    await Promise.all(held.map((one, index) => query(one.url, `CREATE TABLE t${index} ()`)));
    await Promise.all(four.map((holder) => holder.stop()));
    expect(postgresPidsOf(dataDir)).toEqual([]);
  });

  it('survives ten kills at arbitrary moments of the start', async () => {
    for (let round = 0; round < 10; round++) {
      const holder = hold();
      await sleep(60 + round * 60);
      await holder.kill();
    }
    const server = await startEmbeddedPostgres({ dataDir, log });
    await write(server.url, 1);
    await server.stop();
  });

  it('goes on when the watchdog is killed', async () => {
    withCluster();
    const holder = hold();
    const { url } = await holder.held;
    for (const pid of watchdogPids()) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(watchdogPids()).toHaveLength(1), { timeout: 5_000, interval: 50 });
    await write(url, 1);
    await sleep(300);
    await holder.kill();
    await serverGone();
  });
});

describe.skipIf(!isRoot)('as root', () => {
  it('runs PostgreSQL as an unprivileged account that owns the data', async () => {
    withCluster();
    const server = await startEmbeddedPostgres({ dataDir, log });
    const owner = statSync(join(dataDir, 'postgres')).uid;
    expect(owner).toBeGreaterThan(0);
    const [pid] = postgresPidsOf(dataDir);
    expect(statSync(`/proc/${pid}`).uid).toBe(owner);
    await server.stop();
  });

  it('keeps the database elsewhere, and says so, when the account cannot reach DATA_DIR', async () => {
    const home = join(dataDir, 'private');
    mkdirSync(home, { mode: 0o700 });
    log.warn.mockClear();
    const first = await startEmbeddedPostgres({ dataDir: join(home, 'data'), log });
    await write(first.url, 1);
    await first.stop();
    expect(log.warn.mock.calls.flat().join(' ')).toContain(`cannot pass through ${home}`);
    // Found again from the note, even when the way is free by now.
    chmodSync(home, 0o755);
    const second = await startEmbeddedPostgres({ dataDir: join(home, 'data'), log });
    expect(await kept(second.url)).toEqual([1]);
    await second.stop();
    rmSync(readFileSync(join(home, 'data/postgres.location'), 'utf8').trim(), { recursive: true });
  });

  it('works as a normal user, and root then runs it as that user', async () => {
    const { uid, gid } = choosePostgresAccount(join(dataDir, 'none'));
    chownSync(dataDir, uid, gid);
    chmodSync(dataDir, 0o700);
    const holder = hold({ uid, gid });
    const { url } = await holder.held;
    await write(url, 1);
    await holder.stop();
    const server = await startEmbeddedPostgres({ dataDir, log });
    expect(await kept(server.url)).toEqual([1]);
    await server.stop();
  });

  it('tells a normal user whose database it is', async () => {
    withCluster();
    const server = await startEmbeddedPostgres({ dataDir, log });
    await server.stop();
    const { uid, gid } = choosePostgresAccount(join(dataDir, 'none'));
    // Root's lock and log are not this user's, and neither is the folder.
    await expect(holdPostgres(script, dataDir, { uid: uid + 12_345, gid }).held).rejects.toThrow(/DATABASE_URL|DATA_DIR|passwd/);
  });
});

it('makes the library links that an install without scripts leaves out', () => {
  const installed = locatePostgresPackage();
  const native = join(dataDir, 'native');
  cpSync(join(installed.native, 'lib'), join(native, 'lib'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !/\/(postgresql|pkgconfig)$/.test(source) && !/\.a$|\.so$|libicu.*\.so\.60$|libpq\.so\.5$/.test(source),
  });
  cpSync(join(installed.native, 'pg-symlinks.json'), join(native, 'pg-symlinks.json'));
  expect(existsSync(join(native, 'lib/libicuuc.so.60'))).toBe(false);
  preparePostgresBinaries({ native, version: installed.version }, choosePostgresAccount(native), dataDir, log);
  for (const name of ['libicuuc.so.60', 'libicui18n.so.60', 'libicudata.so.60', 'libpq.so.5'])
    expect(existsSync(join(native, 'lib', name))).toBe(true);
});

/** The watchdogs of this test's folder. */
function watchdogPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return line.includes('postgres-watchdog') && line.includes(dataDir);
      } catch {
        return false;
      }
    })
    .map(Number);
}
