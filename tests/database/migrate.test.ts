import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireDurability } from '@/lib/db/durability';
import { migrate } from '@/lib/db/migrate';
import { openDatabase } from '@/lib/db/open-database';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

const log = { info() {}, warn() {}, error() {} };
let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'callgate-migrations-'));
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client(database.poolConfig);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Forgets the product's own migrations, so that those in `folder` are the only ones. */
const startOver = () => query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');

function writeMigration(name: string, sql: string): string {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'migration.sql'), sql);
  return createHash('sha256').update(sql).digest('hex');
}

describe('migrate', () => {
  it('has nothing to do twice', async () => {
    expect(await migrate(database.poolConfig, log)).toEqual([]);
  });

  it('applies in order of name and records as Prisma does', async () => {
    await startOver();
    const second = writeMigration('20260102000000_b', 'INSERT INTO a VALUES (1); CREATE TABLE b ();');
    const first = writeMigration('20260101000000_a', 'CREATE TABLE a (id int);');
    expect(await migrate(database.poolConfig, log, folder)).toEqual(['20260101000000_a', '20260102000000_b']);
    const rows = await query('SELECT * FROM _prisma_migrations ORDER BY migration_name');
    expect(rows.map((row) => [row.checksum, row.applied_steps_count, row.rolled_back_at])).toEqual([
      [first, 1, null],
      [second, 1, null],
    ]);
    for (const row of rows) {
      expect(row.id).toMatch(/^[0-9a-f-]{36}$/);
      expect(row.finished_at.getTime()).toBeGreaterThanOrEqual(row.started_at.getTime() - 1_000);
    }
  });

  it('leaves nothing of a migration that fails, says where it failed, and goes on once it is repaired', async () => {
    await startOver();
    writeMigration('1_a', 'CREATE TABLE a (id int);');
    writeMigration('2_b', 'CREATE TABLE b (id int);\n\nSELECT nothing FROM a;');
    await expect(migrate(database.poolConfig, log, folder)).rejects.toThrow(/2_b failed and was rolled back: .*nothing.*line 3/);
    expect(await query("SELECT to_regclass('a') IS NOT NULL AS a, to_regclass('b') IS NULL AS b")).toEqual([{ a: true, b: true }]);
    writeFileSync(join(folder, '2_b/migration.sql'), 'CREATE TABLE b (id int);');
    expect(await migrate(database.poolConfig, log, folder)).toEqual(['2_b']);
  });

  it('stops at a migration that was changed after it was applied', async () => {
    await startOver();
    writeMigration('1_a', 'CREATE TABLE a (id int);');
    await migrate(database.poolConfig, log, folder);
    appendFileSync(join(folder, '1_a/migration.sql'), '-- later\n');
    await expect(migrate(database.poolConfig, log, folder)).rejects.toThrow(/1_a was changed after it was applied/);
  });

  it('stops at a database that is newer than the code', async () => {
    await expect(migrate(database.poolConfig, log, folder)).rejects.toThrow(/newer Callgate/);
  });

  it('is done once by four that start together', async () => {
    await startOver();
    writeMigration('1_a', 'CREATE TABLE a (id int); SELECT pg_sleep(0.2);');
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(database.poolConfig, log, folder)));
    expect(applied.flat()).toEqual(['1_a']);
  });
});

describe('openDatabase', () => {
  it('takes a server by its URL, and Prisma reads from it', async () => {
    const opened = await openDatabase({ databaseUrl: database.url, dataDir: folder }, log);
    expect(opened.kind).toBe('external');
    expect(await opened.prisma.user.count()).toBe(0);
    await opened.stop();
  });

  it('names the database that refuses, never the password', async () => {
    const wrong = new URL(database.url);
    wrong.pathname = '/no_such_database';
    wrong.password = 'sesame-sesame';
    const refusal = openDatabase({ databaseUrl: wrong.toString(), dataDir: folder }, log);
    await expect(refusal).rejects.toThrow(/no_such_database|password/);
    await expect(refusal).rejects.not.toThrow(/sesame/);
  });

  it.each([
    ['synchronous_commit', 'off', /synchronous_commit is off/],
    ['default_transaction_read_only', 'on', /It only reads/],
  ])('refuses a database with %s %s', async (setting, value, message) => {
    const [{ name }] = (await query<{ name: string }>('SELECT current_database() AS name')) as [{ name: string }];
    await query(`ALTER DATABASE ${name} SET ${setting} = ${value}`);
    await expect(openDatabase({ databaseUrl: database.url, dataDir: folder }, log)).rejects.toThrow(message);
    await expect(requireDurability(database.poolConfig)).rejects.toThrow(message);
  });
});
