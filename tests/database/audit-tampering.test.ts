import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedCheckpoint } from '@/lib/adapters/postgres/trust/checkpoint';
import { verifyTrail } from '@/lib/adapters/postgres/trust/verify-trail';
import type { TrailReport } from '@/lib/domain/trail/trail-report';
import { TAMPER_KINDS, type Tampered, tamper } from '../fixtures/ledger/tampering';
import { createTrail, seededRandom } from '../fixtures/ledger/trail-fixture';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

const PLACES = 50;
let database: TestDatabase;
let trail: Awaited<ReturnType<typeof createTrail>>;
let outside: SignedCheckpoint[];

beforeAll(async () => {
  database = await createTestDatabase();
  trail = await createTrail(database, { writers: 3, callsPerWriter: 25, changes: 9 });
  outside = trail.lines();
});
afterAll(async () => {
  await trail?.end();
  await database?.drop();
});

/** Tampers as a superuser with the triggers off, verifies inside the same transaction, and takes it all back. */
async function verified<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<{ report: TrailReport; done: T }> {
  const client = await trail.pool.connect();
  try {
    await client.query("BEGIN; SET LOCAL session_replication_role = 'replica'; SET LOCAL TIME ZONE 'UTC'");
    const done = await work(client);
    const file = { fault: null, lines: linesOf(outside) };
    return { report: await verifyTrail(client, { keysOf: (reader) => trail.trust.knownKeys(reader), file }), done };
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

async function* linesOf(lines: readonly SignedCheckpoint[]) {
  yield* lines;
}

describe('tampering with all rights on the database', () => {
  it(`raises no alarm on ${PLACES} runs over a trail that nobody touched`, async () => {
    for (let run = 0; run < PLACES; run++) {
      const { report } = await verified(async () => undefined);
      expect(report).toMatchObject({ ok: true, rows: 150, writers: 3, changes: 9, faultCount: 0 });
    }
  });

  it.each(TAMPER_KINDS)(`is found at ${PLACES} of ${PLACES} places, with the first bad row named: %s`, async (kind) => {
    let found = 0;
    for (let place = 0; place < PLACES; place++) {
      const random = seededRandom(`${kind} ${place}`);
      const { report, done } = await verified(async (client) => {
        const tampered = await tamper(client, kind, random);
        // Some also cut the checkpoints of the database, which the file outside it has kept.
        if (random(3) === 0) await client.query('DELETE FROM audit_checkpoints WHERE number > $1', [random(outside.length)]);
        return tampered;
      });
      expect(named(report, done), `${kind}, place ${place}: ${JSON.stringify(done)} ${JSON.stringify(report.firstBad)}`).toBe(true);
      found++;
    }
    expect(found).toBe(PLACES);
  });

  it('is found in the chain of changes too', async () => {
    const cases: [string, number][] = [
      [`UPDATE admin_changes SET actor_name = 'Eve' WHERE id = (SELECT change_id FROM admin_chain WHERE seq = 4)`, 4],
      [`UPDATE admin_changes SET after = '{"max": 1000000}' WHERE id = (SELECT change_id FROM admin_chain WHERE seq = 2)`, 2],
      ['DELETE FROM admin_changes WHERE id = (SELECT change_id FROM admin_chain WHERE seq = 6)', 6],
      [
        'WITH gone AS (DELETE FROM admin_chain WHERE seq >= 7 RETURNING change_id) DELETE FROM admin_changes WHERE id IN (SELECT change_id FROM gone)',
        7,
      ],
      ['UPDATE admin_chain SET seq = 1000 WHERE seq = 3', 3],
    ];
    for (const [sql, seq] of cases) {
      const { report } = await verified((client) => client.query(sql));
      expect(report.firstBad, sql).toMatchObject({ table: 'admin_changes', seq });
    }
    const { report } = await verified((client) =>
      client.query(
        "INSERT INTO admin_changes (id, actor_kind, actor_id, actor_name, action, entity, entity_id) VALUES ('chg_forged', 'user', 'u', 'Eve', 'a', 'b', 'c')",
      ),
    );
    expect(report.firstBad).toMatchObject({ table: 'admin_changes', kind: 'inserted', id: 'chg_forged' });
  });

  it('is found when the checkpoints themselves are touched', async () => {
    const cases: [string, number][] = [
      [`UPDATE audit_checkpoints SET body = replace(body, '"number":3', '"number":4') WHERE number = 3`, 3],
      ['UPDATE audit_checkpoints SET signature = (SELECT signature FROM audit_checkpoints WHERE number = 1) WHERE number = 4', 4],
      ['DELETE FROM audit_checkpoints WHERE number = 2', 2],
    ];
    for (const [sql, seq] of cases) {
      const { report } = await verified((client) => client.query(sql));
      expect(report.faults[0], sql).toMatchObject({ table: 'audit_checkpoints', seq });
    }
    const { report } = await verified((client) => client.query('DELETE FROM audit_checkpoints'));
    expect(report.ok).toBe(false);
    expect(report.faults[0]).toMatchObject({ table: 'checkpoint_file', seq: 1 });
  });
});

function named({ ok, firstBad }: TrailReport, { writer, seq }: Tampered): boolean {
  return !ok && firstBad !== null && firstBad.writer === writer && firstBad.since <= seq && seq <= firstBad.seq;
}
