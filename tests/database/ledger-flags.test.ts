import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callIntent, openLedger, settlementOf } from '../fixtures/ledger/ledger-fixture';
import { verifyChain, verifyChainIn } from '../fixtures/ledger/verify-chain';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ ...database.poolConfig, max: 2 });
  pool.on('error', () => undefined);
  const ledger = await openLedger(database.poolConfig);
  const plain = await ledger.admit({ intent: callIntent(), charges: [] });
  await ledger.admit({ intent: callIntent({ rule: '/shaped', declaredArguments: ['amount', 'currency'] }), charges: [] });
  const read = await ledger.admit({
    intent: callIntent({ method: 'resources/read', tool: null, target: 'file:///ü\u0000"' }),
    charges: [],
  });
  ledger.settle({ ...settlementOf(plain.event), flags: [] }, [], 'pol_one');
  ledger.settle({ ...settlementOf(read.event), flags: ['secret', 'link'] }, [], 'pol_one');
  await ledger.drain();
  await ledger.close();
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

describe('what a request was about and what was noticed in its answer', () => {
  it('is stored where there is something to store', async () => {
    const events = await pool.query('SELECT method, target, arguments_shape FROM audit_events ORDER BY seq');
    expect(events.rows).toEqual([
      { method: 'tools/call', target: null, arguments_shape: null },
      { method: 'tools/call', target: null, arguments_shape: expect.stringMatching(/^amount:number currency:string \+1 #[0-9a-f]{16}$/) },
      { method: 'resources/read', target: expect.stringContaining('file:///ü'), arguments_shape: null },
    ]);
    const outcomes = await pool.query('SELECT flags FROM audit_outcomes ORDER BY seq');
    expect(outcomes.rows).toEqual([{ flags: null }, { flags: ['link', 'secret'] }]);
  });

  it('is part of the chain, and so is that there was nothing', async () => {
    expect((await verifyChain(pool)).ok).toBe(true);
    for (const sql of [
      `UPDATE audit_events SET target = 'file:///x' WHERE method = 'resources/read'`,
      `UPDATE audit_events SET target = NULL WHERE method = 'resources/read'`,
      `UPDATE audit_events SET target = 'file:///x' WHERE rule = '/shaped'`,
      `UPDATE audit_events SET arguments_shape = 'amount:number' WHERE arguments_shape IS NOT NULL`,
      `UPDATE audit_events SET arguments_shape = NULL WHERE arguments_shape IS NOT NULL`,
      `UPDATE audit_events SET arguments_shape = '' WHERE method = 'resources/read'`,
      `UPDATE audit_outcomes SET flags = '["link"]' WHERE flags IS NOT NULL`,
      `UPDATE audit_outcomes SET flags = NULL WHERE flags IS NOT NULL`,
      `UPDATE audit_outcomes SET flags = '[]' WHERE flags IS NULL`,
    ]) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN; SET LOCAL session_replication_role = 'replica'");
        expect((await client.query(sql)).rowCount).toBe(1);
        expect((await verifyChainIn(client)).ok, sql).toBe(false);
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    }
  });
});
