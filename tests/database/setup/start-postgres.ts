import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '@/lib/db/embedded-postgres';
import { migrate } from '@/lib/db/migrate';
import { withDatabase } from './database-url';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A superuser's URL of the server under test, and the migrated database every test database is copied from. */
    testServer: { url: string; template: string };
  }
}

const quiet = { info() {}, warn: console.warn, error: console.error };

/** Starts one real PostgreSQL for the whole run (or takes the one in TEST_DATABASE_URL) and migrates the template once. */
export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  const dataDir = given ? null : mkdtempSync(join(tmpdir(), 'callgate-test-'));
  const server = dataDir ? await startEmbeddedPostgres({ dataDir, log: quiet }) : null;
  const url = given ?? (server as NonNullable<typeof server>).url;
  const template = `callgate_template_${randomBytes(4).toString('hex')}`;
  await onServer(url, `CREATE DATABASE ${template}`);
  await migrate({ connectionString: withDatabase(url, template) }, quiet);
  project.provide('testServer', { url, template });
  return async () => {
    await onServer(url, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    await server?.stop();
    if (dataDir) rmSync(dataDir, { recursive: true, force: true });
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
