import { rmSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresApprovals } from '@/lib/adapters/postgres/approvals';
import { approveInDatabase, askFor, openApprovals } from '../fixtures/ledger/approval-fixture';
import { bundleFixture, type Child, startChild } from '../fixtures/ledger/child-process';
import { eventually } from '../fixtures/ledger/ledger-fixture';
import { verifyChain } from '../fixtures/ledger/verify-chain';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

const PROCESSES = 5;
const CALLERS = 10;
const ROUNDS = 100;

let script: string;
let database: TestDatabase;
let pool: pg.Pool;
let approvals: PostgresApprovals;
let children: Child[] = [];

beforeAll(async () => {
  script = await bundleFixture('redeeming-process.ts');
  database = await createTestDatabase();
  pool = new pg.Pool({ ...database.poolConfig, max: 2 });
  pool.on('error', () => undefined);
  approvals = await openApprovals(database.poolConfig);
  const { version } = (await pool.query('SELECT version::text FROM config_version')).rows[0];
  children = Array.from({ length: PROCESSES }, (_, i) => startChild(script, [database.url, `node-${i}`, String(CALLERS), version]));
  await eventually('all processes are ready', () => {
    const broken = children.find((child) => child.process.exitCode !== null);
    if (broken) throw new Error(broken.errors.join(''));
    return children.every((child) => child.lines.includes('ready'));
  });
});
afterAll(async () => {
  for (const child of children) child.process.kill('SIGKILL');
  await Promise.all(children.map((child) => child.exit));
  await approvals?.close();
  await pool?.end();
  await database?.drop();
  rmSync(script, { force: true });
});

describe(`${PROCESSES * CALLERS} redemptions at once in ${PROCESSES} processes`, () => {
  it(`let exactly one call through, ${ROUNDS} times in a row`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const ask = askFor(approvals, { args: { round }, binding: { agent: `agt_${round}` } });
      const answer = await approvals.ask(ask);
      if (answer.kind !== 'pending') throw new Error(answer.kind);
      await approveInDatabase(pool, answer.approval.id);
      for (const child of children) child.process.stdin?.write(`${answer.approval.id} ${ask.digest}\n`);
      await eventually('every process has answered', () => children.every((child) => child.lines.length === round + 2));
      const totals = children.map(
        (child) => JSON.parse(child.lines.at(-1) as string) as { admitted: number; refused: Record<string, number> },
      );
      expect(totals.reduce((sum, each) => sum + each.admitted, 0)).toBe(1);
      expect(totals.reduce((sum, each) => sum + (each.refused.consumed ?? 0), 0)).toBe(PROCESSES * CALLERS - 1);
    }
    const count = async (sql: string) => Number((await pool.query(sql)).rows[0].n);
    expect(await count("SELECT count(*) AS n FROM audit_events WHERE decision = 'allowed'")).toBe(ROUNDS);
    expect(
      await count("SELECT count(*) AS n FROM approvals a JOIN audit_events e ON e.id = a.consumed_event WHERE a.status = 'consumed'"),
    ).toBe(ROUNDS);
    expect(await count("SELECT used AS n FROM counters WHERE scope_key = 'grt_processes'")).toBe(ROUNDS);
    expect(await verifyChain(pool)).toMatchObject({ ok: true });
  }, 120_000);
});
