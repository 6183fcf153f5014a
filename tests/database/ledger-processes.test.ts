import { rmSync } from 'node:fs';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleFixture, type Child, startChild } from '../fixtures/ledger/child-process';
import { callIntent, eventually, openLedger } from '../fixtures/ledger/ledger-fixture';
import { verifyChain } from '../fixtures/ledger/verify-chain';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let script: string;
let database: TestDatabase;
let pool: pg.Pool;
let children: Child[] = [];

beforeAll(async () => {
  script = await bundleFixture('admitting-process.ts');
});
afterAll(() => rmSync(script, { force: true }));

beforeEach(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ ...database.poolConfig, max: 2 });
  pool.on('error', () => undefined);
});
afterEach(async () => {
  for (const child of children) if (child.process.exitCode === null) child.process.kill('SIGKILL');
  await Promise.all(children.map((child) => child.exit));
  children = [];
  await pool.end();
  await database.drop();
});

async function startAll(count: number, args: (i: number) => string[]): Promise<void> {
  children = Array.from({ length: count }, (_, i) => startChild(script, [database.url, `node-${i}`, ...args(i)]));
  await eventually('all processes are ready', () => {
    const broken = children.find((child) => child.process.exitCode !== null);
    if (broken) throw new Error(broken.errors.join(''));
    return children.every((child) => child.lines.includes('ready'));
  });
}

const admittedOf = (child: Child) => child.lines.filter((line) => line.startsWith('a ')).map((line) => line.slice(2));
const count = async (sql: string) => Number((await pool.query(sql)).rows[0].n);

describe('several processes on one limit', () => {
  it('admit exactly the maximum', async () => {
    await startAll(6, () => ['60', '12', '100', 'settle']);
    for (const child of children) child.go();
    expect(await Promise.all(children.map((child) => child.exit))).toEqual([0, 0, 0, 0, 0, 0]);
    const totals = children.map(
      (child) => JSON.parse(child.lines.at(-1) as string) as { admitted: number; limited: number; unavailable: number },
    );
    expect(totals.reduce((sum, each) => sum + each.admitted, 0)).toBe(100);
    expect(totals.reduce((sum, each) => sum + each.limited, 0)).toBe(260);
    expect(await count("SELECT count(*) AS n FROM audit_events WHERE decision = 'allowed'")).toBe(100);
    expect(await count('SELECT count(*) AS n FROM audit_outcomes')).toBe(100);
    expect(await count('SELECT used AS n FROM counters')).toBe(100);
    expect(await verifyChain(pool)).toMatchObject({ ok: true, writers: 6 });
  });

  it('never exceed it when they are killed, and every admitted call ends up with one outcome', async () => {
    const max = 3000;
    await startAll(4, (i) => ['100000', '16', String(max), i % 2 ? 'settle' : 'hold']);
    for (const child of children) child.go();
    await eventually('there is load', async () => (await count('SELECT count(*) AS n FROM audit_events')) > 300);
    for (const child of children.slice(0, 3)) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      child.process.kill('SIGKILL');
    }
    const survivor = children[3] as Child;
    await Promise.all(children.slice(0, 3).map((child) => child.exit));
    await eventually('the limit is used up', async () => (await count('SELECT used AS n FROM counters')) === max, 25_000);
    survivor.process.kill('SIGKILL');
    await survivor.exit;

    const rows = await count("SELECT count(*) AS n FROM audit_events WHERE decision = 'allowed'");
    expect(rows).toBe(max);
    const known = children.flatMap(admittedOf);
    expect(
      await count(`SELECT count(*) AS n FROM audit_events WHERE id = ANY (ARRAY[${known.map((id) => `'${id}'`).join(',')}]::text[])`),
    ).toBe(known.length);

    const [first, second] = await Promise.all([openLedger(database.poolConfig, 'sweeper-1'), openLedger(database.poolConfig, 'sweeper-2')]);
    try {
      await eventually(
        'nothing is left without an outcome',
        async () => (await count('SELECT count(*) AS n FROM writers WHERE swept_at IS NULL')) === 2,
        45_000,
      );
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
    expect(await count('SELECT count(*) AS n FROM audit_outcomes')).toBe(max);
    expect(await count('SELECT count(DISTINCT event_id) AS n FROM audit_outcomes')).toBe(max);
    expect(await count("SELECT count(*) AS n FROM audit_outcomes WHERE outcome = 'unknown'")).toBeGreaterThan(0);
    expect(await verifyChain(pool)).toMatchObject({ ok: true, writers: 6 });
  }, 120_000);

  it('leave the calls of a living process alone', async () => {
    const ledger = await openLedger(database.poolConfig, 'alive');
    const sweeper = await openLedger(database.poolConfig, 'sweeper');
    try {
      const { event } = await ledger.admit({ intent: callIntent(), charges: [] });
      await new Promise((resolve) => setTimeout(resolve, 11_500));
      expect(await count(`SELECT count(*) AS n FROM audit_outcomes WHERE event_id = '${event}'`)).toBe(0);
    } finally {
      await Promise.all([ledger.close(), sweeper.close()]);
    }
  });
});
