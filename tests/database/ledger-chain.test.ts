import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import { callIntent, limitOf, openLedger, settlementOf } from '../fixtures/ledger/ledger-fixture';
import { verifyChain, verifyChainIn } from '../fixtures/ledger/verify-chain';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let database: TestDatabase;
let pool: pg.Pool;
let writers: string[];

const values: Json[] = [
  0.1 + 0.2,
  1e21,
  5e-324,
  1.7976931348623157e308,
  -0,
  123456789012,
  { '10': 1, '9': { z: null, a: [true, 'é\u2028"\\'] } },
  '\u0000',
  'plain',
  null,
  [1, [2, { b: 1, a: 2 }]],
];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ ...database.poolConfig, max: 2 });
  pool.on('error', () => undefined);
  for (let round = 0; round < 2; round++) {
    const ledger = await openLedger(database.poolConfig);
    const admissions = await Promise.all(
      values.map((value, i) =>
        ledger.admit({
          intent: callIntent({
            rpcId: i % 2 ? i : `id-${i}`,
            trace: [{ stage: 'require', rule: '/r', tool: 't', path: 'args.x', op: 'eq', expected: value, actual: value, result: 'pass' }],
          }),
          charges: i % 3 ? [limitOf(1000, { amount: 0.25 + i })] : [],
        }),
      ),
    );
    for (const { event } of admissions)
      ledger.settle({ ...settlementOf(event), upstreamMs: Math.PI * 1e-7, gatewayMs: 1e15 / 3 }, [], 'pol_one');
    await ledger.drain();
    await ledger.close();
  }
  writers = (await pool.query<{ id: string }>('SELECT id FROM writers ORDER BY started_at')).rows.map((row) => row.id);
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** Changes rows as a superuser who switched the triggers off, looks at what the verifier says, and takes everything back. */
async function tampered(sql: string, params: unknown[] = []) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN; SET LOCAL session_replication_role = 'replica'");
    const changed = await client.query(sql, params);
    expect(changed.rowCount, 'the tampering changed something').toBeGreaterThan(0);
    return await verifyChainIn(client);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

describe('the hash chain', () => {
  it('holds after a round trip of every kind of value, for each incarnation of the writer', async () => {
    expect(await verifyChain(pool)).toEqual({ rows: 4 * values.length, writers: 2, ok: true });
  });

  it('is continued by a successor that names its predecessor', async () => {
    const { rows } = await pool.query(
      'SELECT previous_writer, last_seq::int AS seq, closed_at IS NOT NULL AS closed, swept_at IS NOT NULL AS swept FROM writers ORDER BY started_at',
    );
    expect(rows).toEqual([
      { previous_writer: null, seq: 2 * values.length, closed: true, swept: true },
      { previous_writer: writers[0], seq: 2 * values.length, closed: true, swept: true },
    ]);
  });

  it.each([
    ['a byte of an event', "UPDATE audit_events SET rule = rule || ' ' WHERE writer = $1 AND seq = 5", 5, 'audit_events'],
    ['a decision', "UPDATE audit_events SET decision = 'denied' WHERE writer = $1 AND seq = 1", 1, 'audit_events'],
    [
      'a value inside a trace',
      "UPDATE audit_events SET trace = jsonb_set(trace, '{0,result}', '\"fail\"') WHERE writer = $1 AND seq = 3",
      3,
      'audit_events',
    ],
    ['an instant', "UPDATE audit_events SET at = at + interval '1 millisecond' WHERE writer = $1 AND seq = 7", 7, 'audit_events'],
    [
      'an outcome',
      "UPDATE audit_outcomes SET outcome = 'ok', upstream_ms = upstream_ms * 1.0000000001 WHERE writer = $1 AND seq = 15",
      15,
      'audit_outcomes',
    ],
    ['a hash', "UPDATE audit_events SET hash = repeat('0', 64) WHERE writer = $1 AND seq = 4", 4, 'audit_events'],
    ['a middle row that is gone', 'DELETE FROM audit_events WHERE writer = $1 AND seq = 6', 6, null],
    ['the first row that is gone', 'DELETE FROM audit_events WHERE writer = $1 AND seq = 1', 1, null],
    ['the last row that is gone', 'DELETE FROM audit_outcomes WHERE writer = $1 AND seq = 22', 22, null],
    [
      'two rows exchanged',
      'UPDATE audit_events SET seq = CASE seq WHEN 2 THEN 3 ELSE 2 END WHERE writer = $1 AND seq IN (2, 3)',
      2,
      'audit_events',
    ],
    [
      'a row put in twice',
      "INSERT INTO audit_outcomes SELECT 'evt_other', event_at, at, writer, seq, previous_hash, hash, outcome FROM audit_outcomes WHERE writer = $1 AND seq = 14",
      14,
      null,
    ],
    [
      'a forged event at the end',
      `INSERT INTO audit_events (id, at, writer, seq, previous_hash, hash, method, decision, reason, rule)
       SELECT 'evt_forged', now(), $1, 23, o.hash, repeat('a', 64), 'tools/call', 'allowed', 'policy.allowed', '/x' FROM audit_outcomes o WHERE o.writer = $1 AND o.seq = 22`,
      23,
      'audit_events',
    ],
    [
      'the whole trail of a writer',
      'WITH o AS (DELETE FROM audit_outcomes WHERE writer = $1) DELETE FROM audit_events WHERE writer = $1',
      1,
      'writers',
    ],
  ])('finds %s', async (_name, sql, seq, table) => {
    const report = await tampered(sql, [writers[0]]);
    expect(report.ok).toBe(false);
    expect(report.firstBad).toMatchObject({ writer: writers[0], seq, ...(table ? { table } : {}) });
  });

  it('finds a forged row of a writer that never was', async () => {
    const report = await tampered(
      `INSERT INTO audit_events (id, at, writer, seq, previous_hash, hash, method, decision, reason, rule)
       VALUES ('evt_forged', now(), 'wrt_forged', 1, repeat('a', 64), repeat('b', 64), 'tools/call', 'allowed', 'policy.allowed', '/x')`,
    );
    expect(report.firstBad).toMatchObject({ writer: 'wrt_forged', seq: 1 });
  });

  it('finds a tail that is gone together with the sign of life that named it', async () => {
    const report = await tampered(
      `WITH o AS (DELETE FROM audit_outcomes WHERE writer = $1 AND seq = 22)
       UPDATE writers w SET last_seq = 21, last_hash = o.hash FROM audit_outcomes o WHERE w.id = $1 AND o.writer = $1 AND o.seq = 21`,
      [writers[0]],
    );
    expect(report.firstBad).toMatchObject({ writer: writers[0], seq: 22, table: 'writers' });
  });
});
