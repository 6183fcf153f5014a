import { randomBytes } from 'node:crypto';
import pg, { type PoolConfig } from 'pg';
import { inject } from 'vitest';
import { withDatabase } from './database-url';

export interface TestDatabase {
  readonly url: string;
  readonly poolConfig: PoolConfig;
  /** Ends every connection to it and drops it. */
  drop(): Promise<void>;
}

/** A migrated, empty database of the caller's own on the real server of this run. Costs about 0.1 s. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { url: serverUrl, template } = inject('testServer');
  const name = `callgate_test_${randomBytes(6).toString('hex')}`;
  await run(serverUrl, async (client) => {
    // A template may have no other session while it is copied, so that copies made by parallel files wait for each other here.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  const url = withDatabase(serverUrl, name);
  return {
    url,
    poolConfig: { connectionString: url },
    drop: () =>
      run(serverUrl, async (client) => {
        await goodbyes(client, name);
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

/**
 * A pool is ended before its connections are: one that the server cuts off while it says goodbye is an error that nobody listens for any
 * more. Those that stay are cut off all the same.
 */
async function goodbyes(client: pg.Client, name: string): Promise<void> {
  for (let look = 0; look < 25; look++) {
    const { rowCount } = await client.query('SELECT 1 FROM pg_stat_activity WHERE datname = $1', [name]);
    if (rowCount === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function run(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
