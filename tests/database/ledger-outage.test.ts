import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PostgresLedger } from '@/lib/adapters/postgres/ledger';
import { startEmbeddedPostgres } from '@/lib/db/embedded-postgres';
import { migrate } from '@/lib/db/migrate';
import { LedgerUnavailable } from '@/lib/gateway/ports';
import { callIntent, eventually, limitOf, openLedger, settlementOf } from '../fixtures/ledger/ledger-fixture';
import { type StallingProxy, startProxy } from '../fixtures/ledger/stalling-proxy';
import { verifyChain } from '../fixtures/ledger/verify-chain';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let database: TestDatabase;
let pool: pg.Pool;
let proxy: StallingProxy;
let ledger: PostgresLedger;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);

beforeEach(async () => {
  process.on('unhandledRejection', onUnhandled);
  database = await createTestDatabase();
  pool = new pg.Pool({ ...database.poolConfig, max: 2 });
  pool.on('error', () => undefined);
  proxy = await startProxy(database.poolConfig);
  ledger = await openLedger(proxy.poolConfig);
});
afterEach(async () => {
  await proxy.resume();
  await ledger.close();
  await proxy.close();
  await pool.end();
  await database.drop();
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

const admit = () => ledger.admit({ intent: callIntent(), charges: [limitOf(1e6)] });

/** How long a refusal took; throws when the call was let through. */
async function refusedWithinMs(call: Promise<unknown>): Promise<number> {
  const from = performance.now();
  await expect(call).rejects.toBeInstanceOf(LedgerUnavailable);
  return performance.now() - from;
}

async function comesBack(within = 5000): Promise<void> {
  await eventually(
    'calls are admitted again',
    () =>
      admit().then(
        (each) => each.admitted,
        () => false,
      ),
    within,
  );
}

describe('a database that is away', () => {
  it('refuses within 2 s when it hangs, at once after that, and admits again by itself', async () => {
    await admit();
    proxy.stall('everything');
    const times = await Promise.all(Array.from({ length: 50 }, () => refusedWithinMs(admit())));
    expect(Math.max(...times)).toBeLessThan(2000);
    await eventually('callers are refused at once', async () => (await refusedWithinMs(admit())) < 50, 6000);
    expect(ledger.ready().ok).toBe(false);
    await proxy.resume();
    await comesBack();
    expect(ledger.ready()).toEqual({ ok: true, reasons: [] });
    expect(await verifyChain(pool)).toMatchObject({ ok: true });
  });

  it('notices a hanging connection without any call', async () => {
    proxy.stall('everything');
    await eventually('the ledger is not ready', () => !ledger.ready().ok, 6000);
  });

  it('refuses within 2 s when it is gone, and keeps outcomes until it is back', async () => {
    const { event } = await admit();
    await proxy.cut();
    ledger.settle(settlementOf(event), [], 'pol_one');
    expect(await refusedWithinMs(admit())).toBeLessThan(2000);
    await new Promise((resolve) => setTimeout(resolve, 1600));
    expect(await refusedWithinMs(ledger.record(callIntent({ decision: 'denied', reason: 'policy.default_deny' })))).toBeLessThan(50);
    await proxy.resume();
    await comesBack();
    await ledger.drain();
    expect((await pool.query('SELECT outcome FROM audit_outcomes WHERE event_id = $1', [event])).rows).toEqual([{ outcome: 'ok' }]);
  });

  it('answers a short interruption without refusing anybody', async () => {
    await admit();
    await proxy.cut();
    const waiting = admit();
    await proxy.resume();
    expect((await waiting).admitted).toBe(true);
  });
});

describe('a commit that is never confirmed', () => {
  it('refuses the caller and records that nothing was sent', async () => {
    await admit();
    proxy.stall('answers');
    // Without a counter the row needs one message only: it is committed, and nobody hears of it.
    expect(await refusedWithinMs(ledger.admit({ intent: callIntent({ tool: 'silent' }), charges: [] }))).toBeLessThan(2000);
    await eventually(
      'the row stands',
      async () => (await pool.query("SELECT 1 FROM audit_events WHERE tool = 'silent'")).rows.length === 1,
    );
    await proxy.resume();
    const outcome = "SELECT o.outcome FROM audit_outcomes o JOIN audit_events e ON e.id = o.event_id WHERE e.tool = 'silent'";
    await eventually('its outcome is written', async () => (await pool.query(outcome)).rows.length > 0, 8000);
    expect((await pool.query(outcome)).rows).toEqual([{ outcome: 'not_sent' }]);
    expect(await verifyChain(pool)).toMatchObject({ ok: true });
  });

  it('writes the outcomes of that commit exactly once', async () => {
    const events = (await Promise.all([admit(), admit(), admit()])).map((each) => each.event);
    proxy.stall('answers');
    for (const event of events) ledger.settle(settlementOf(event), [], 'pol_one');
    await eventually('the loss is noticed', () => !ledger.ready().ok, 6000);
    await proxy.resume();
    await comesBack();
    const written = async () => (await pool.query('SELECT event_id FROM audit_outcomes WHERE event_id = ANY ($1)', [events])).rows.length;
    await eventually('all outcomes are written', async () => (await written()) >= 3, 8000);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(await written()).toBe(3);
  });
});

describe('a database that refuses', () => {
  it('refuses the callers at once while it takes no rows, and recovers', async () => {
    await pool.query(
      "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$",
    );
    await pool.query('CREATE TRIGGER full_disk BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION full_disk()');
    expect(await refusedWithinMs(admit())).toBeLessThan(500);
    expect((await pool.query('SELECT coalesce(sum(used), 0)::int AS n FROM counters')).rows).toEqual([{ n: 0 }]);
    await pool.query('DROP TRIGGER full_disk ON audit_events');
    await comesBack();
  });

  it('refuses only the row it cannot take, not the calls beside it', async () => {
    await pool.query("ALTER TABLE audit_events ADD CONSTRAINT no_poison CHECK (tool <> 'poison')");
    const calls = Array.from({ length: 20 }, (_, i) =>
      ledger.admit({ intent: callIntent({ tool: i === 7 ? 'poison' : 'fine' }), charges: [limitOf(1e6)] }),
    );
    const results = await Promise.allSettled(calls);
    expect(results.map((each) => each.status === 'fulfilled')).toEqual(Array.from({ length: 20 }, (_, i) => i !== 7));
    expect((await pool.query('SELECT used FROM counters')).rows).toEqual([{ used: 19 }]);
  });
});

describe.skipIf(process.env.TEST_DATABASE_URL !== undefined)('a real server that is frozen and killed', () => {
  it('is refused within 2 s, and served again without a restart', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'callgate-outage-'));
    const server = await startEmbeddedPostgres({ dataDir, log: { info() {}, warn() {}, error() {} } });
    await migrate(server.connection, { info() {}, warn() {}, error() {} });
    const own = await openLedger(server.connection);
    const client = new pg.Client(server.connection);
    client.on('error', () => undefined);
    await client.connect();
    const postmaster = Number(
      (await client.query<{ text: string }>("SELECT pg_read_file('postmaster.pid') AS text")).rows[0]?.text.split('\n')[0],
    );
    const pids = [postmaster, ...(await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity')).rows.map((row) => row.pid)];
    const signalAll = (signal: NodeJS.Signals) => {
      for (const pid of pids) process.kill(pid, signal);
    };
    const call = () => own.admit({ intent: callIntent(), charges: [limitOf(1e6)] });
    try {
      expect((await call()).admitted).toBe(true);
      signalAll('SIGSTOP');
      try {
        expect(await refusedWithinMs(call())).toBeLessThan(2000);
      } finally {
        signalAll('SIGCONT');
      }
      await eventually(
        'calls are admitted after the freeze',
        () =>
          call().then(
            (each) => each.admitted,
            () => false,
          ),
        6000,
      );

      const backend = (
        await client.query<{ pid: number }>(
          "SELECT pid FROM pg_stat_activity WHERE application_name = 'callgate ledger' ORDER BY backend_start DESC LIMIT 1",
        )
      ).rows[0]?.pid as number;
      process.kill(backend, 'SIGKILL');
      await eventually('the loss is noticed', () => !own.ready().ok);
      await eventually(
        'calls are admitted after crash recovery',
        () =>
          call().then(
            (each) => each.admitted,
            () => false,
          ),
        15_000,
      );
    } finally {
      void client.end().catch(() => undefined);
      await own.close();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  }, 60_000);
});
