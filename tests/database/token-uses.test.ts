import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PostgresTokenUses } from '@/lib/adapters/postgres/token-uses';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let database: TestDatabase;
let nodes: PostgresTokenUses[];
let pool: pg.Pool;
const log = { warn: () => undefined, error: () => undefined };

beforeAll(async () => {
  database = await createTestDatabase();
  nodes = Array.from({ length: 4 }, () => new PostgresTokenUses(database.poolConfig, log));
  pool = new pg.Pool({ ...database.poolConfig, max: 1 });
});
afterAll(async () => {
  await Promise.all([...nodes.map((node) => node.close()), pool.end()]);
  await database.drop();
});

it('lets one of many that present a token at once have it, at whichever node', async () => {
  for (let round = 0; round < 20; round++) {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => nodes[n % 4]?.redeem(`key-${round}`, Date.now() + 60_000)));
    expect(answers.filter(Boolean)).toHaveLength(1);
  }
});

it('forgets tokens that have long expired, and no others', async () => {
  await pool.query(
    `INSERT INTO token_uses (key, expires_at) SELECT 'old-' || n, clock_timestamp() - interval '1 hour' FROM generate_series(1, 30) n`,
  );
  await Promise.all(Array.from({ length: 20 }, (_, n) => nodes[n % 4]?.redeem(`new-${n}`, Date.now() + 60_000)));
  const { rows } = await pool.query<{ key: string }>('SELECT key FROM token_uses');
  expect(rows.filter(({ key }) => key.startsWith('old-'))).toEqual([]);
  expect(rows.filter(({ key }) => key.startsWith('new-'))).toHaveLength(20);
  expect(rows.filter(({ key }) => key.startsWith('key-'))).toHaveLength(20);
});
