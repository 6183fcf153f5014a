import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresTrailReader } from '@/lib/adapters/postgres/trail-reader';
import { eventually } from '../fixtures/ledger/ledger-fixture';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let database: TestDatabase;
let reader: PostgresTrailReader;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  reader = new PostgresTrailReader(database.poolConfig, () => {});
  pool = new pg.Pool({ ...database.poolConfig, max: 1 });
});
afterAll(async () => {
  await reader.end();
  await pool.end();
  await database.drop();
});

const sleeping = async (): Promise<number> => {
  const { rows } = await pool.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()`,
  );
  return rows[0].n;
};

describe('reading the trail', () => {
  it('ends in the database when the caller goes away', async () => {
    const gone = new AbortController();
    const reading = reader.read('SELECT pg_sleep(600)', [], { signal: gone.signal, timeoutMs: 600_000 });
    reading.catch(() => {});
    await eventually('the statement runs', async () => (await sleeping()) === 1);
    gone.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    await eventually('the statement is gone', async () => (await sleeping()) === 0);
  });

  it('ends when its time is up, and says so with null', async () => {
    const { signal } = new AbortController();
    expect(await reader.read('SELECT pg_sleep(600)', [], { signal, timeoutMs: 50 })).toBeNull();
    expect(await sleeping()).toBe(0);
  });

  it('never takes the statement of somebody else along', async () => {
    // More readers than connections, each second one leaving at about the time its statement ends.
    const reading = Array.from({ length: 120 }, async (_, n) => {
      const gone = new AbortController();
      const leaves = n % 2 === 0;
      if (leaves) setTimeout(() => gone.abort(), 5 + (n % 7));
      const answer = reader.read<{ n: number }>('SELECT $1::int AS n, pg_sleep(0.005)', [n], { signal: gone.signal, timeoutMs: 15_000 });
      return leaves ? answer.catch(() => null) : answer.then((rows) => expect(rows?.[0]?.n).toBe(n));
    });
    await Promise.all(reading);
  });
});
