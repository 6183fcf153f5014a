import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PostgresTaskOwnership } from '@/lib/adapters/postgres/task-ownership';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let database: TestDatabase;
let nodes: [PostgresTaskOwnership, PostgresTaskOwnership];
let pool: pg.Pool;
const log = { warn: () => undefined, error: () => undefined };

beforeAll(async () => {
  database = await createTestDatabase();
  nodes = [new PostgresTaskOwnership(database.poolConfig, log), new PostgresTaskOwnership(database.poolConfig, log)];
  pool = new pg.Pool({ ...database.poolConfig, max: 1 });
});
afterAll(async () => {
  await Promise.all([...nodes.map((node) => node.close()), pool.end()]);
  await database.drop();
});

it('lets the first grant that a task was made for keep it, at every node, by server', async () => {
  const [one, two] = nodes;
  await one.note('srv_a', 't1', 'grt_1');
  await two.note('srv_a', 't1', 'grt_2');
  await two.note('srv_b', 't1', 'grt_2');
  const long = 'x'.repeat(100_000);
  await one.note('srv_a', long, 'grt_3');
  expect(await two.ownersOf('srv_a', ['t1', long, 'unknown'])).toEqual(
    new Map([
      ['t1', 'grt_1'],
      [long, 'grt_3'],
    ]),
  );
  expect(await one.ownersOf('srv_b', ['t1'])).toEqual(new Map([['t1', 'grt_2']]));
});

it('forgets tasks of last month, a few with each note', async () => {
  await pool.query(
    "INSERT INTO task_owners (key, grant_id, noted_at) SELECT 'old-' || n, 'g', now() - interval '31 days' FROM generate_series(1, 9) n",
  );
  for (let n = 0; n < 3; n++) await nodes[0].note('srv_c', `t${n}`, 'grt_1');
  expect((await pool.query("SELECT 1 FROM task_owners WHERE key LIKE 'old-%'")).rowCount).toBe(0);
  expect((await nodes[1].ownersOf('srv_c', ['t0', 't1', 't2'])).size).toBe(3);
});
