import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PostgresApprovals } from '@/lib/adapters/postgres/approvals';
import { approveInDatabase, askFor, openApprovals } from '../fixtures/ledger/approval-fixture';
import { eventually } from '../fixtures/ledger/ledger-fixture';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let database: TestDatabase;
let pool: pg.Pool;
let approvals: PostgresApprovals;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ ...database.poolConfig, max: 4 });
  approvals = await openApprovals(database.poolConfig, 'node-a', randomBytes(32));
});
afterAll(async () => {
  await approvals?.close();
  await pool?.end();
  await database?.drop();
});
beforeEach(() => pool.query('TRUNCATE approvals CASCADE'));

async function pending(): Promise<string> {
  const answer = await approvals.ask(askFor(approvals));
  if (answer.kind !== 'pending') throw new Error(answer.kind);
  return answer.approval.id;
}

describe('an agent that repeats itself', () => {
  it('does not make every held call look again; a decision does', async () => {
    const id = await pending();
    let looks = 0;
    const releases = Array.from({ length: 30 }, () => approvals.hold(id, Date.now() + 60_000, () => looks++));
    for (let n = 0; n < 40; n++) await approvals.ask(askFor(approvals));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(looks).toBe(0);
    await approveInDatabase(pool, id);
    await eventually('every held call looked', () => looks >= 30);
    for (const release of releases) release();
  });

  it('is news for live pages at most once a second, the last time included', async () => {
    const id = await pending();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const heard: string[] = [];
    const stop = approvals.onChange((notice) => heard.push(notice.status));
    for (let n = 0; n < 60; n++) await approvals.ask(askFor(approvals));
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(heard.length).toBeGreaterThan(1);
    expect(heard.length).toBeLessThan(5);
    await approveInDatabase(pool, id);
    await eventually('the decision is told', () => heard.at(-1) === 'approved');
    stop();
  });

  it('does not keep the requests of another agent waiting', async () => {
    await approvals.ask(askFor(approvals, { binding: { agent: 'agt_two' }, args: { warm: true } }));
    const flood = Array.from({ length: 400 }, (_, n) => approvals.ask(askFor(approvals, { args: { n } })).catch(() => 'refused'));
    const from = performance.now();
    const answer = await approvals.ask(askFor(approvals, { binding: { agent: 'agt_two' } }));
    const tookMs = performance.now() - from;
    await Promise.all(flood);
    expect(answer.kind).toBe('pending');
    expect(tookMs).toBeLessThan(300);
  });
});
