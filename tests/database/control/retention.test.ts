import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeContent } from '@/lib/adapters/postgres/audit-row';
import { linkHash, rowContent } from '@/lib/adapters/postgres/chain';
import type { PostgresLedger } from '@/lib/adapters/postgres/ledger';
import { AuditTrust } from '@/lib/adapters/postgres/trust/audit-trust';
import { evidenceLines } from '@/lib/adapters/postgres/trust/evidence';
import { rawChainRows, readChainRow } from '@/lib/adapters/postgres/trust/trail-reader';
import { verifyEvidence } from '@/lib/adapters/postgres/trust/verify-evidence';
import { verifyTrail } from '@/lib/adapters/postgres/trust/verify-trail';
import { rollUpCalls } from '@/lib/control/call-counts/roll-up-calls';
import { removeDue } from '@/lib/control/retention/remove-due';
import { asRuntimeRole, prepareRuntimeRole } from '@/lib/db/runtime-role';
import type { TrailReport } from '@/lib/domain/trail/trail-report';
import type { Env } from '@/lib/env/env';
import { createEnvelope } from '@/lib/env/envelope';
import { createTrailServices } from '@/lib/hosts/trail-services';
import { Chain } from '../../../scripts/seed/chain';
import { copyRows } from '../../../scripts/seed/copy-rows';
import { makePastPartitions } from '../../../scripts/seed/partitions';
import { seedCalls } from '../../../scripts/seed/seed-calls';
import { seedOrganisation } from '../../../scripts/seed/seed-organisation';
import { callIntent, captureLog, openLedger, settlementOf } from '../../fixtures/ledger/ledger-fixture';
import { createWorld, PASSWORD, type World } from './control-world';

// Fixed months, past 60 days by the clock of the world and by that of the database.
const FROM = Date.UTC(2026, 4, 10);
const TO = Date.UTC(2026, 7, 20);
const CALLS = 900;
const secret = Buffer.alloc(32, 9);
const folder = mkdtempSync(join(tmpdir(), 'callgate-retention-'));
const sealer = createEnvelope(secret);
let world: World;
/** As the product runs, and as the owner of the tables. */
let pool: pg.Pool;
let owner: pg.Pool;
let ledger: PostgresLedger;
let trust: AuditTrust;
let seeded: string;

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  owner = new pg.Pool({ ...world.poolConfig, max: 4 });
  const client = await owner.connect();
  await makePastPartitions(client, FROM);
  const organisation = await seedOrganisation(client, { fromMs: FROM, toMs: TO });
  await seedCalls(client, organisation, { calls: CALLS, fromMs: FROM, toMs: TO, seed: 3, sealer, onProgress: () => {} });
  await addLateOutcomes(client);
  client.release();
  seeded = (await owner.query("SELECT id FROM writers WHERE node = 'seed'")).rows[0].id;
  expect(await prepareRuntimeRole(world.poolConfig, false)).toBeNull();
  pool = new pg.Pool({ ...asRuntimeRole(world.poolConfig), max: 6 });
  for (const one of [pool, owner]) one.on('error', () => undefined);
  // Of the same node, so that its chain follows the last row of the seeded one.
  ledger = await openLedger(world.poolConfig, 'seed', secret);
  for (let n = 0; n < 20; n++) {
    const { event } = await ledger.admit({ intent: callIntent({ rpcId: n }), charges: [] });
    ledger.settle(settlementOf(event), [], 'pol_one');
  }
  await ledger.drain();
  trust = new AuditTrust({
    pool,
    sealer,
    checkpointFile: join(folder, 'checkpoints.ndjson'),
    publicKeyFile: join(folder, 'keys.pem'),
    everySeconds: 3_600,
    log: captureLog(),
  });
  const env = { audit: { checkpointSeconds: 60, webhook: null } } as unknown as Env;
  const database = { roleProblem: null } as Parameters<typeof createTrailServices>[0]['database'];
  Object.assign(world.services, { trail: createTrailServices({ env, pool, trust, ledger, database }) });
}, 120_000);
afterAll(async () => {
  await ledger.close();
  await pool.end();
  await owner.end();
  world.expectClean();
  await world.end();
  rmSync(folder, { recursive: true, force: true });
});

/** A writer that settles calls of other months long after: its rows leave one by one. */
async function addLateOutcomes(client: pg.PoolClient): Promise<void> {
  const chain = await Chain.open(client, 'late', TO);
  for (const month of ['2026-06', '2026-08', '2026-06']) {
    const { rows } = await client.query<{ id: string; at: Date }>(
      `SELECT id, at FROM audit_events WHERE to_char(at AT TIME ZONE 'UTC', 'YYYY-MM') = $1 AND expects_outcome ORDER BY at DESC OFFSET $2 LIMIT 1`,
      [month, chain.seq],
    );
    const event = rows[0] as { id: string; at: Date };
    const settled = {
      event: event.id,
      outcome: 'ok' as const,
      httpStatus: null,
      upstreamMs: null,
      gatewayMs: null,
      resultBytes: null,
      note: 'late',
    };
    const place = { at: new Date(TO).toISOString(), eventAt: event.at.toISOString(), writer: chain.id, seq: chain.seq + 1 };
    chain.append(outcomeContent(settled, place));
  }
  for (const { table, columns, lines } of chain.take()) await copyRows(client, table, columns, lines);
  await chain.close(client);
}

const remove = (signal = new AbortController().signal) => removeDue({ ...world.context(), signal });
const months = async (query = '') => {
  const { body, status, text } = await world.call('GET', `/audit/retention${query}`, { as: 'viewer' });
  expect(status, text).toBe(200);
  return Object.fromEntries(
    (body.months as { month: string; state: string; calls: number }[])
      .filter(({ month }) => month < '2026-09')
      .map(({ month, state }) => [month, state]),
  );
};
const set = (body: Record<string, unknown>, as: 'admin' | 'key' | 'approver' = 'admin') =>
  world.call('PUT', '/audit/retention', { as, body: { reason: 'agreed with legal', ...body } });
const tombstones = async () =>
  (await owner.query(`SELECT number::int, body FROM audit_checkpoints WHERE body LIKE '%"kind":"tombstone"%' ORDER BY number`)).rows;

/** Every row that is listed, beside what the counts say. */
async function listed(): Promise<{ rows: number; counted: number }> {
  let rows = 0;
  let cursor: string | null = null;
  do {
    const answer = await world.call('GET', `/audit?limit=500${cursor ? `&cursor=${cursor}` : ''}`);
    rows += answer.body.items.length;
    cursor = answer.body.nextCursor;
  } while (cursor);
  return { rows, counted: (await world.call('GET', '/audit/facets')).body.total };
}

describe('the setting', () => {
  it('keeps everything until somebody says otherwise', async () => {
    await rollUpAll();
    expect(await remove()).toEqual([]);
    expect(await months()).toEqual({ '2026-05': 'kept', '2026-06': 'kept', '2026-07': 'kept', '2026-08': 'kept' });
    expect(await months('?days=100')).toEqual({ '2026-05': 'due', '2026-06': 'due', '2026-07': 'due', '2026-08': 'kept' });
  });

  it('is shortened only by an admin who types it and gives the password, and somebody else who wants the same', async () => {
    expect((await set({ days: 60 }, 'approver')).status).toBe(403);
    expect((await set({ days: 29 })).status).toBe(400);
    expect((await set({ days: 60 })).body.error).toMatchObject({ code: 'retention.confirm', details: [{ path: '/confirm' }] });
    expect((await set({ days: 60, confirm: '60 days' })).body.error.code).toBe('retention.password');
    expect((await set({ days: 60, confirm: '60 days', password: 'wrong' })).status).toBe(422);
    const asked = await set({ days: 60, confirm: '60 days', password: PASSWORD });
    expect(asked.body).toMatchObject({ days: null, proposed: { days: 60, by: 'The admin', reason: 'agreed with legal', mine: true } });
    // Not by whoever proposed it, and not for other days.
    expect((await set({ days: 60, confirm: '60 days', password: PASSWORD })).body.days).toBeNull();
    expect((await set({ days: 61 }, 'key')).body).toMatchObject({ days: null, proposed: { days: 61, by: 'Management key' } });
    expect(await remove()).toEqual([]);
    await set({ days: 60, confirm: '60 days', password: PASSWORD });
    const done = await set({ days: 60 }, 'key');
    expect(done.body).toMatchObject({ days: 60, proposed: null, changedBy: 'The admin and Management key', problem: null });
    expect((await set({ days: 90 })).body.days).toBe(90);
    // What is longer holds at once, and takes back what waits.
    expect((await set({ days: 70 }, 'key')).body).toMatchObject({ days: 90, proposed: { days: 70 } });
    expect((await set({ days: 90 })).body).toMatchObject({ days: 90, proposed: null });
    expect((await set({ days: 70, confirm: '70 days', password: PASSWORD })).body.days).toBe(90);
    expect((await set({ days: null })).body).toMatchObject({ days: null, proposed: null });
    const actions = (await world.prisma.adminChange.findMany({ where: { entity: 'retention' } })).map(({ action }) => action);
    expect(new Set(actions)).toEqual(new Set(['retention.propose', 'retention.set']));
    await set({ days: 60, confirm: '60 days', password: PASSWORD });
    expect((await set({ days: 60 }, 'key')).body.days).toBe(60);
  });
});

describe('a legal hold', () => {
  it('holds the months that it touches, by time and by agent, and is lifted by somebody else', async () => {
    const agent = (await owner.query("SELECT agent_id AS id, agent_slug AS slug FROM audit_events WHERE at < '2026-06-01' LIMIT 1"))
      .rows[0];
    const byAgent = await world.call('POST', '/audit/holds', {
      as: 'key',
      body: { agent: agent.slug, to: '2026-06-01T00:00:00Z', reason: 'inquiry 7' },
    });
    expect(byAgent.status, byAgent.text).toBe(201);
    expect(byAgent.body).toMatchObject({ agent: { id: agent.id, slug: agent.slug }, from: null, liftedAt: null, mine: true });
    expect(await months()).toEqual({ '2026-05': 'held', '2026-06': 'due', '2026-07': 'due', '2026-08': 'due' });

    const lift = (as: 'admin' | 'key' | 'author', body: Record<string, unknown>) =>
      world.call('POST', `/audit/holds/${byAgent.body.id}/lift`, { as, body: { reason: 'closed', ...body } });
    expect((await lift('author', {})).status).toBe(403);
    expect((await lift('key', {})).body.error.code).toBe('hold.own');
    expect((await lift('admin', {})).body.error.code).toBe('hold.password');
    expect((await lift('admin', { password: PASSWORD })).body).toMatchObject({ liftedBy: 'The admin', liftReason: 'closed' });
    expect((await lift('admin', { password: PASSWORD })).status).toBe(409);
    expect((await world.call('GET', '/audit/holds?status=standing')).body.items).toEqual([]);
    expect(await months()).toMatchObject({ '2026-05': 'due' });
  });

  it('is told of by changes only to those who may see it', async () => {
    const [mine] = (await world.call('GET', '/changes?entity=hold', { as: 'approver' })).body.items;
    expect(mine).toMatchObject({ action: 'hold.lift', before: { reason: 'inquiry 7' } });
    for (const as of ['viewer', 'author'] as const) {
      for (const path of ['/changes?limit=200', '/changes?entity=hold', '/changes/export', '/changes/facets'])
        expect((await world.call('GET', path, { as })).text, `${as} ${path}`).not.toMatch(/inquiry 7|hold/);
      expect((await world.call('GET', `/changes/${mine.id}`, { as })).status).toBe(404);
    }
  });

  it('cannot be changed or deleted behind its back', async () => {
    for (const sql of ['DELETE FROM legal_holds', "UPDATE legal_holds SET reason = 'x'", 'UPDATE legal_holds SET lifted_at = NULL'])
      await expect(pool.query(sql)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('removal', () => {
  it('leaves everything when it breaks off, and goes on the next time', async () => {
    const before = await listed();
    const reader = await owner.connect();
    await reader.query('BEGIN; SELECT count(*) FROM audit_events');
    const removing = trust
      .removeMonths([{ month: '2026-05', days: 60, by: 'x' }], new AbortController().signal)
      .catch((error: Error) => error);
    // Killed where it has signed and stored the tombstone and waits to drop the month.
    await expect
      .poll(
        async () =>
          (
            await owner.query(
              `SELECT pg_terminate_backend(pid) AS killed FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE '%remove_audit_month(%' AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()`,
            )
          ).rowCount,
        { timeout: 15_000, interval: 20 },
      )
      .toBe(1);
    expect(await removing).toBeInstanceOf(Error);
    await reader.query('ROLLBACK');
    reader.release();
    expect(await tombstones()).toEqual([]);
    expect(await listed()).toEqual(before);
    expect((await trust.verify()).ok).toBe(true);
  });

  it("and a person who reconciles a call of the month keep out of each other's way, so that calls go on", async () => {
    const { rows } = await owner.query("SELECT id FROM audit_events WHERE at < '2026-06-01' AND expects_outcome LIMIT 1");
    ledger.settle({ ...settlementOf(rows[0].id), outcome: 'unknown' }, [], null);
    await ledger.drain();
    const reconcile = () => world.call('POST', `/audit/${rows[0].id}/reconcile`, { body: { outcome: 'ok', note: 'seen' } });
    const removing = await owner.connect();
    await removing.query("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('audit month 2026-05', 0)), lock_audit_month('2026-05')");
    expect(await reconcile()).toMatchObject({ status: 409, body: { error: { code: 'event.leaving' } } });
    expect(await ledger.admit({ intent: callIntent({ rpcId: 1 }), charges: [] })).toMatchObject({ admitted: true });
    await removing.query('ROLLBACK');

    await removing.query("BEGIN; SELECT pg_advisory_xact_lock_shared(hashtextextended('audit month 2026-05', 0))");
    const gone = new AbortController();
    const tried = trust.removeMonths([{ month: '2026-05', days: 60, by: 'x' }], gone.signal).catch((error: Error) => error);
    await expect
      .poll(async () => (await owner.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).rowCount, {
        timeout: 15_000,
        interval: 20,
      })
      .toBeGreaterThan(0);
    gone.abort();
    expect(await tried).toMatchObject({ name: 'AbortError' });
    await removing.query('ROLLBACK');
    removing.release();
    expect(await reconcile()).toMatchObject({ status: 200 });
    expect(await tombstones()).toEqual([]);
    await rollUpAll();
  });

  it('takes whole months that no hold keeps, with a tombstone each, out of list and counts alike', async () => {
    const hold = await world.call('POST', '/audit/holds', {
      body: { from: '2026-07-10T00:00:00Z', to: '2026-07-11T00:00:00Z', reason: 'claim 12' },
    });
    expect(hold.status, hold.text).toBe(201);
    const before = await listed();
    expect(before.rows).toBe(before.counted);
    expect(await remove()).toEqual(['2026-05', '2026-06', '2026-08']);
    expect(await remove()).toEqual([]);

    const signed = await tombstones();
    const bodies = signed.map(({ body }) => JSON.parse(body));
    expect(bodies.map(({ removed }) => removed.month)).toEqual(['2026-05', '2026-06', '2026-08']);
    expect(bodies[1].removed.ranges.map((one: { from: number; to: number }) => one.to - one.from)).toEqual(expect.arrayContaining([0, 0]));
    const gone = bodies.reduce((sum, { removed }) => sum + removed.events, 0);
    const after = await listed();
    expect(after).toEqual({ rows: before.rows - gone, counted: before.counted - gone });
    expect(gone).toBeGreaterThan(400);

    const history = (await world.call('GET', '/audit/removals')).body.items;
    expect(history.map((one: { month: string }) => one.month)).toEqual(['2026-08', '2026-06', '2026-05']);
    expect(history[2]).toMatchObject({ tombstone: signed[0].number, days: 60, calls: bodies[0].removed.events });
    expect((await world.call('GET', '/changes?action=audit.remove')).body.items).toHaveLength(3);
    expect(await months()).toEqual({ '2026-07': 'held' });
    expect((await world.call('GET', '/audit/retention')).body).toMatchObject({
      removed: { before: '2026-09-01T00:00:00.000Z' },
      problem: null,
    });
  });

  it('leaves a trail that verifies, here and away from here', async () => {
    const { body } = await world.call('GET', '/audit/verify');
    expect(body.problems).toEqual([]);
    expect(body).toMatchObject({ ok: true, removed: expect.any(Number) });
    expect(body.removed).toBeGreaterThan(800);
    const report = await offline(owner);
    expect(report).toMatchObject({ ok: true, removedRows: body.removed, rows: body.events });
  });

  it('goes on being written to and signed', async () => {
    const { event } = await ledger.admit({ intent: callIntent({ rpcId: 99 }), charges: [] });
    ledger.settle(settlementOf(event), [], 'pol_one');
    await ledger.drain();
    await trust.checkpoint('regular');
    expect(await trust.verify()).toMatchObject({ ok: true, faultCount: 0 });
    await rollUpAll();
    const { rows, counted } = await listed();
    expect(counted).toBe(rows);
  });

  it('is refused by the database itself for what may not go', async () => {
    const ask = async (month: string, ranges: unknown[] = []) => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query(
          `INSERT INTO audit_checkpoints (number, at, key_id, hash, signature, rows, body) VALUES (99999, now(), 'k', 'h', 's', 0, $1)`,
          [JSON.stringify({ removed: { month, ranges } })],
        );
        await client.query('SELECT remove_audit_month($1, 99999)', [month]);
        return 'removed';
      } catch (error) {
        return (error as Error).message;
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    };
    expect(await ask('2026-07')).toBe('a legal hold keeps the month');
    expect(await ask('2026-09')).toContain('not past retention');
    expect(await ask('2026-05')).toContain('no month 2026-05');
    expect(await ask("2026-07'; DROP TABLE x")).toContain('there is no month');
    await owner.query("UPDATE legal_holds SET lifted_at = now(), lifted_by = 'x', lift_reason = 'x' WHERE lifted_at IS NULL");
    expect(await ask('2026-07')).toContain('does not name exactly the rows');
    expect(await ask('2026-07', [{ writer: seeded, from: 1, to: 5 }])).toContain('does not name exactly the rows');
    await expect(pool.query("SELECT remove_audit_month('2026-07', 1)")).rejects.toThrow('no tombstone names the month');
    await expect(pool.query('DROP TABLE audit_events_202607')).rejects.toMatchObject({ code: '42501' });
    await expect(pool.query("INSERT INTO audit_removals (month) VALUES ('2026-07')")).rejects.toMatchObject({ code: '42501' });
  });
});

describe('tampering around what was removed', () => {
  /** The rows of the seeded chain that are left: those of July, between two gaps. */
  const left = async (client: pg.ClientBase) => {
    const rows: { table: 'audit_events' | 'audit_outcomes'; seq: number; columns: Record<string, unknown> }[] = [];
    for await (const { table, seq, row } of rawChainRows(client, seeded)) rows.push({ table, seq, columns: JSON.parse(row) });
    return rows;
  };
  type Rows = Awaited<ReturnType<typeof left>>;
  const at = (rows: Rows, index: number) => rows.at(index) as Rows[number];
  const put = (client: pg.ClientBase, columns: Record<string, unknown>) =>
    client.query('INSERT INTO audit_events SELECT * FROM json_populate_record(NULL::audit_events, $1::json)', [JSON.stringify(columns)]);

  it.each<[string, (client: pg.ClientBase, rows: Rows) => Promise<number>]>([
    [
      'edit one byte',
      async (client, rows) => {
        await client.query("UPDATE audit_events SET rule = rule || 'x' WHERE writer = $1 AND seq = $2", [seeded, at(rows, 0).seq]);
        return at(rows, 0).seq;
      },
    ],
    ['delete the first row after a gap', async (client, rows) => cut(client, at(rows, 0).seq, at(rows, 0).seq)],
    ['delete the last row before a gap', async (client, rows) => cut(client, at(rows, -1).seq, at(rows, -1).seq)],
    ['delete everything between two gaps', async (client, rows) => cut(client, at(rows, 0).seq, at(rows, -1).seq)],
    [
      'swap two rows',
      async (client, rows) => {
        const [a, b] = rows.filter(({ table }) => table === 'audit_events').slice(0, 2) as [Rows[number], Rows[number]];
        await client.query('UPDATE audit_events SET seq = $2::bigint + $3::bigint - seq WHERE writer = $1 AND seq IN ($2, $3)', [
          seeded,
          a.seq,
          b.seq,
        ]);
        return a.seq;
      },
    ],
    [
      'put a row back into a gap',
      async (client, rows) => {
        const seq = at(rows, 0).seq - 3;
        await put(client, { ...at(rows, 0).columns, id: 'evt_forged', seq });
        return seq;
      },
    ],
    [
      'rebuild the chain after a gap',
      async (client, rows) => {
        let hash = String(at(rows, 0).columns.previous_hash);
        for (const [index, { table, seq, columns }] of rows.entries()) {
          const changed = { ...columns, previous_hash: hash, ...(index === 0 ? { rule: '/rebuilt' } : {}) };
          hash = linkHash(hash, rowContent(readChainRow(table, changed).content));
          await client.query(`UPDATE ${table} SET previous_hash = $3, hash = $4 WHERE writer = $1 AND seq = $2`, [
            seeded,
            seq,
            changed.previous_hash,
            hash,
          ]);
        }
        await client.query("UPDATE audit_events SET rule = '/rebuilt' WHERE writer = $1 AND seq = $2", [seeded, at(rows, 0).seq]);
        return at(rows, 0).seq;
      },
    ],
  ])('is found, online and offline: %s', async (_kind, tamper) => {
    const { online, away, seq } = await tampered(async (client) => tamper(client, await left(client)));
    for (const report of [online, away]) {
      expect(report.ok).toBe(false);
      expect(report.firstBad, JSON.stringify(report.firstBad)).toMatchObject({ writer: seeded });
      expect(report.firstBad?.since, JSON.stringify(report.firstBad)).toBeLessThanOrEqual(seq);
      expect(report.firstBad?.seq, JSON.stringify(report.firstBad)).toBeGreaterThanOrEqual(seq);
    }
  });

  it('is found when a tombstone is forged to hide it, or a true one is gone', async () => {
    const forged = await tampered(async (client) => {
      const rows = await left(client);
      const last = (await client.query('SELECT * FROM audit_checkpoints ORDER BY number DESC LIMIT 1')).rows[0];
      const range = {
        writer: seeded,
        from: at(rows, 0).seq,
        to: at(rows, -1).seq,
        before: at(rows, 0).columns.previous_hash,
        after: at(rows, -1).columns.hash,
        links: [],
      };
      const body = {
        ...JSON.parse(last.body),
        number: Number(last.number) + 1,
        previous: last.hash,
        kind: 'tombstone',
        heads: [],
        closed: [],
      };
      const removed = { month: '2026-07', days: 60, by: 'Eve', events: 1, outcomes: 1, ranges: [range] };
      await client.query('INSERT INTO audit_checkpoints VALUES ($1, now(), $2, $3, $4, $5, $6)', [
        body.number,
        last.key_id,
        last.hash,
        last.signature,
        last.rows,
        JSON.stringify({ ...body, removed }),
      ]);
      return cut(client, range.from, range.to);
    });
    for (const report of [forged.online, forged.away]) {
      expect(report.faults.map(({ table, kind }) => `${table} ${kind}`)).toContain('writers missing');
      expect(report.firstBad).toMatchObject({ writer: seeded, kind: 'missing' });
    }
    const gone = await tampered(async (client) => {
      const [first] = await tombstones();
      await client.query('DELETE FROM audit_checkpoints WHERE number = $1', [first.number]);
      return 1;
    });
    for (const report of [gone.online, gone.away]) expect(report.firstBad).toMatchObject({ writer: seeded, kind: 'missing', seq: 1 });
  });

  it('keeps retention from removing what was tampered with', async () => {
    const july = at(await leftInSnapshot(), 0);
    const client = await owner.connect();
    const forge = async (rule: string) => {
      await client.query(`BEGIN; SET LOCAL session_replication_role = 'replica'`);
      await client.query('UPDATE audit_events SET rule = $3 WHERE writer = $1 AND seq = $2', [seeded, july.seq, rule]);
      await client.query('COMMIT');
    };
    await forge('/forged');
    expect(await remove()).toEqual([]);
    expect((await world.call('GET', '/audit/retention')).body.problem).toContain('the audit trail does not hold');
    await forge(String(july.columns.rule));
    // It is not looked for again at once.
    expect(await remove()).toEqual([]);
    world.pass(7 * 3_600_000);
    expect(await remove()).toEqual(['2026-07']);
    client.release();
    expect(await trust.verify()).toMatchObject({ ok: true });
    expect(await offline(owner)).toMatchObject({ ok: true });
  });

  async function leftInSnapshot(): Promise<Rows> {
    const client = await owner.connect();
    try {
      await client.query('BEGIN');
      return await left(client);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }
});

async function rollUpAll(): Promise<void> {
  while ((await rollUpCalls(world.prisma)).more);
}

async function cut(client: pg.ClientBase, from: number, to: number): Promise<number> {
  for (const table of ['audit_events', 'audit_outcomes'])
    await client.query(`DELETE FROM ${table} WHERE writer = $1 AND seq BETWEEN $2 AND $3`, [seeded, from, to]);
  return from;
}

/** Tampers with all rights and the triggers off, verifies in the same transaction, and takes it back. */
async function tampered(
  work: (client: pg.ClientBase) => Promise<number>,
): Promise<{ online: TrailReport; away: TrailReport; seq: number }> {
  const client = await owner.connect();
  try {
    await client.query("BEGIN; SET LOCAL session_replication_role = 'replica'; SET LOCAL TIME ZONE 'UTC'");
    const seq = await work(client);
    const online = await verifyTrail(client, { keysOf: (reader) => trust.knownKeys(reader), file: null });
    return { online, away: await evidenceOf(client), seq };
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

async function offline(from: pg.Pool): Promise<TrailReport> {
  const client = await from.connect();
  try {
    await client.query("BEGIN; SET LOCAL TIME ZONE 'UTC'");
    return await evidenceOf(client);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

async function evidenceOf(client: pg.ClientBase): Promise<TrailReport> {
  const key = await trust.key();
  const lines = evidenceLines(client, { at: new Date().toISOString(), by: 'Ada', key });
  async function* cutLines() {
    for await (const line of lines) yield line.slice(0, -1);
  }
  return verifyEvidence(cutLines(), { checkpoints: null, publicKeys: [key.publicKey] });
}
