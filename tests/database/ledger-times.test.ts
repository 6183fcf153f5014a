import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditSettlement } from '@/lib/domain/audit-event';
import { callIntent, openLedger, settlementOf } from '../fixtures/ledger/ledger-fixture';
import { verifyChain, verifyChainIn } from '../fixtures/ledger/verify-chain';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

const MIGRATION = new URL('../../prisma/migrations/20261128100000_stage_times/migration.sql', import.meta.url);
const POLICY_MS = 0.1 + 0.2;
const ADMISSION_MS = 1 / 3;

let database: TestDatabase;
let pool: pg.Pool;
let filesBefore: unknown[];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ ...database.poolConfig, max: 2 });
  pool.on('error', () => undefined);
  // A trail as it was before there were the columns, then the migration over it.
  await settled({}, {});
  await pool.query('ALTER TABLE audit_outcomes DROP COLUMN policy_ms, DROP COLUMN admission_ms');
  filesBefore = await files();
  await pool.query(readFileSync(MIGRATION, 'utf8'));
  await settled({ policyMs: POLICY_MS, admissionMs: ADMISSION_MS }, { policyMs: 0, admissionMs: Number.NaN }, { policyMs: null });
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

async function settled(...all: Partial<AuditSettlement>[]): Promise<void> {
  const ledger = await openLedger(database.poolConfig);
  for (const times of all) {
    const { event } = await ledger.admit({ intent: callIntent(), charges: [] });
    ledger.settle({ ...settlementOf(event), ...times }, [], 'pol_one');
  }
  await ledger.drain();
  await ledger.close();
}

/** What the tables of the trail and their partitions are stored in: a table that is rewritten gets another file. */
async function files(): Promise<unknown[]> {
  const sql = `SELECT relname, relfilenode FROM pg_class WHERE relname LIKE 'audit\\_outcomes%' AND relkind = 'r' ORDER BY relname`;
  return (await pool.query(sql)).rows;
}

describe('how long the policy and the admission took', () => {
  it('is added to a trail that is there without rewriting it', async () => {
    expect(filesBefore.length).toBeGreaterThan(0);
    expect(await files()).toEqual(filesBefore);
  });

  it('is stored where it was measured', async () => {
    const { rows } = await pool.query(
      'SELECT o.policy_ms, o.admission_ms FROM audit_outcomes o JOIN writers w ON w.id = o.writer ORDER BY w.started_at, o.seq',
    );
    expect(rows).toEqual([
      { policy_ms: null, admission_ms: null },
      { policy_ms: null, admission_ms: null },
      { policy_ms: POLICY_MS, admission_ms: ADMISSION_MS },
      { policy_ms: 0, admission_ms: null },
      { policy_ms: null, admission_ms: null },
    ]);
  });

  it('verifies together with rows from before, and any change of it is found', async () => {
    expect(await verifyChain(pool)).toMatchObject({ ok: true, writers: 2, rows: 10 });
    const measured = `policy_ms > 0`;
    const one = `(event_at, event_id) = (SELECT event_at, event_id FROM audit_outcomes WHERE policy_ms IS NULL ORDER BY seq, event_id LIMIT 1)`;
    for (const sql of [
      `UPDATE audit_outcomes SET policy_ms = policy_ms + 0.001 WHERE ${measured}`,
      `UPDATE audit_outcomes SET policy_ms = NULL WHERE ${measured}`,
      `UPDATE audit_outcomes SET admission_ms = 0.2 WHERE ${measured}`,
      `UPDATE audit_outcomes SET policy_ms = admission_ms, admission_ms = policy_ms WHERE ${measured}`,
      `UPDATE audit_outcomes SET policy_ms = NULL WHERE policy_ms = 0`,
      `UPDATE audit_outcomes SET policy_ms = 0 WHERE ${one}`,
      `UPDATE audit_outcomes SET admission_ms = 0 WHERE ${one}`,
    ]) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN; SET LOCAL session_replication_role = 'replica'");
        expect((await client.query(sql)).rowCount, sql).toBe(1);
        expect((await verifyChainIn(client)).ok, sql).toBe(false);
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    }
  });
});
