import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '@/lib/db/open-database';
import { asRuntimeRole, prepareRuntimeRole, RUNTIME_ROLE, runtimeRoleProblem } from '@/lib/db/runtime-role';
import { callIntent, openLedger, settlementOf } from '../fixtures/ledger/ledger-fixture';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

const folder = mkdtempSync(join(tmpdir(), 'callgate-role-'));
const warnings: string[] = [];
const log = { info() {}, warn: (message: string) => void warnings.push(message), error: console.error };
let server: TestDatabase;
let database: Database;
let pool: pg.Pool;

beforeAll(async () => {
  server = await createTestDatabase();
  database = await openDatabase({ databaseUrl: server.url, dataDir: folder }, log);
  pool = new pg.Pool({ ...database.poolConfig, max: 2 });
  const ledger = await openLedger(database.poolConfig);
  const { event } = await ledger.admit({ intent: callIntent(), charges: [] });
  ledger.settle(settlementOf(event), [], 'pol_one');
  await ledger.drain();
  await ledger.close();
  await database.prisma.adminChange.create({
    data: { id: 'chg_1', actorKind: 'user', actorId: 'u', actorName: 'A', action: 'a', entity: 'e', entityId: 'x' },
  });
});
afterAll(async () => {
  await pool?.end();
  await database?.stop();
  await server?.drop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the role that the product runs as', () => {
  it('writes the trail and makes partitions, through every kind of connection', async () => {
    expect(database.roleProblem).toBeNull();
    expect(warnings).toEqual([]);
    expect((await pool.query('SELECT current_user AS name')).rows).toEqual([{ name: RUNTIME_ROLE }]);
    expect(await database.prisma.$queryRaw`SELECT current_user::text AS name`).toEqual([{ name: RUNTIME_ROLE }]);
    expect((await pool.query('SELECT count(*)::int AS n FROM audit_outcomes')).rows).toEqual([{ n: 1 }]);
    expect((await pool.query('SELECT seq::int FROM admin_chain')).rows).toEqual([{ seq: 1 }]);
    expect((await pool.query('SELECT ensure_audit_partitions(5) AS made')).rows[0].made).toBeGreaterThan(0);
  });

  const partition = `audit_events_${new Date().toISOString().slice(0, 7).replace('-', '')}`;
  it.each(
    ['audit_events', 'audit_outcomes', 'admin_changes', 'admin_chain', 'audit_checkpoints', 'audit_keys', partition].flatMap((table) => {
      const column =
        table.startsWith('audit_events') || table === 'admin_changes' || table === 'audit_keys'
          ? 'id'
          : table === 'audit_outcomes'
            ? 'note'
            : 'hash';
      return [
        `UPDATE ${table} SET ${column} = 'x'`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table} CASCADE`,
        `DROP TABLE ${table} CASCADE`,
        `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
        `ALTER TABLE ${table} OWNER TO ${RUNTIME_ROLE}`,
      ];
    }),
  )('may not: %s', async (sql) => {
    await expect(pool.query(sql)).rejects.toMatchObject({ code: '42501' });
  });

  it.each([
    "SET session_replication_role = 'replica'",
    'INSERT INTO admin_chain (seq, change_id, previous_hash, hash) VALUES (9, $$x$$, $$x$$, $$x$$)',
    'DROP FUNCTION refuse_change() CASCADE',
    'CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
    'DELETE FROM "_prisma_migrations"',
    'CREATE TABLE evil (a int)',
  ])('may not: %s', async (sql) => {
    await expect(pool.query(sql)).rejects.toMatchObject({ code: '42501' });
  });

  it('is prepared by nodes that start together', async () => {
    const prepared = await Promise.all([1, 2, 3, 4].map(() => prepareRuntimeRole(server.poolConfig, false)));
    expect(prepared).toEqual([null, null, null, null]);
  });

  it('joins the options that a URL has already', () => {
    expect(asRuntimeRole({ connectionString: 'postgresql://a@b/c?options=-c%20geqo%3Doff' }).connectionString).toContain(
      `options=-c+geqo%3Doff+-c+role%3D${RUNTIME_ROLE}`,
    );
  });
});

describe('connections with the rights of the owner', () => {
  it('are told apart', async () => {
    expect(await runtimeRoleProblem(server.poolConfig)).toContain('its role may still change');
    expect(await runtimeRoleProblem(database.poolConfig)).toBeNull();
  });
});
