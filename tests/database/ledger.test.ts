import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArguments } from '@/lib/adapters/postgres/argument-store';
import type { CommittedEvent } from '@/lib/adapters/postgres/committed-event';
import type { PostgresLedger } from '@/lib/adapters/postgres/ledger';
import { createEnvelope } from '@/lib/env/envelope';
import { callIntent, captureLog, eventually, limitOf, openLedger, settlementOf } from '../fixtures/ledger/ledger-fixture';
import { verifyChain } from '../fixtures/ledger/verify-chain';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let database: TestDatabase;
let pool: pg.Pool;
let ledger: PostgresLedger;
const secret = randomBytes(32);
const log = captureLog();

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ ...database.poolConfig, max: 3 });
  pool.on('error', () => undefined);
  ledger = await openLedger(database.poolConfig, 'node-a', secret, log);
});

afterAll(async () => {
  await ledger?.close();
  await pool?.end();
  await database?.drop();
});

const one = async (sql: string, values: unknown[] = []) => (await pool.query(sql, values)).rows[0] as Record<string, unknown>;
const usedOf = async (scopeKey: string) => (await one('SELECT used FROM counters WHERE scope_key = $1', [scopeKey]))?.used;

describe('admission', () => {
  it('is durable when it resolves, with everything that was decided', async () => {
    const admission = await ledger.admit({ intent: callIntent(), charges: [limitOf(5, { scopeKey: 'grt_first' })] });
    expect(admission.admitted).toBe(true);
    const row = await one('SELECT * FROM audit_events WHERE id = $1', [admission.event]);
    expect(row).toMatchObject({
      decision: 'allowed',
      tool: 'create_charge',
      server_slug: 'payments',
      policy_version: 3,
      expects_outcome: true,
    });
    expect((row.at as Date).getTime()).toBe(admission.at);
    expect(row.charges).toMatchObject([{ counter: 'charges', used: 1, max: 5, amount: 1 }]);
    expect(await usedOf('grt_first')).toBe(1);
  });

  it('lets exactly the maximum through under many callers and writes every refusal', async () => {
    const charge = limitOf(40, { scopeKey: 'grt_many', onDeny: 'enough for this month' });
    const results = await Promise.all(Array.from({ length: 200 }, () => ledger.admit({ intent: callIntent(), charges: [charge] })));
    expect(results.filter((each) => each.admitted)).toHaveLength(40);
    const refused = results.find((each) => !each.admitted);
    const now = await one("SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '1 month' AS end");
    expect(refused).toMatchObject({ exhausted: { used: 40, max: 40, charge: { onDeny: 'enough for this month' } } });
    expect(refused && !refused.admitted && Math.abs(refused.exhausted.resetsAtMs - (now.end as Date).getTime())).toBeLessThan(
      3 * 86_400_000,
    );
    expect(await usedOf('grt_many')).toBe(40);
    const rows = await pool.query('SELECT decision, count(*)::int AS n FROM audit_events WHERE id = ANY ($1) GROUP BY 1 ORDER BY 1', [
      results.map((each) => each.event),
    ]);
    expect(rows.rows).toEqual([
      { decision: 'allowed', n: 40 },
      { decision: 'limited', n: 160 },
    ]);
    const limited = await one('SELECT * FROM audit_events WHERE id = $1', [refused?.event]);
    expect(limited).toMatchObject({
      reason: 'limit.exhausted',
      rule: '/tools/create_charge/limits/0',
      message: 'enough for this month',
      expects_outcome: false,
    });
  });

  it('shares commits between calls that wait', async () => {
    const results = await Promise.all(
      Array.from({ length: 400 }, (_, i) => ledger.admit({ intent: callIntent(), charges: [limitOf(1e6, { scopeKey: `grt_${i % 4}` })] })),
    );
    const instants = new Set(results.map((each) => each.at));
    expect(instants.size).toBeLessThan(40);
  });

  it('charges all counters of a call or none', async () => {
    const wide = limitOf(100, { scopeKey: 'grt_wide' });
    const narrow = limitOf(1, { scopeKey: 'grt_narrow' });
    await ledger.admit({ intent: callIntent(), charges: [wide, narrow] });
    const second = await ledger.admit({ intent: callIntent(), charges: [wide, narrow] });
    expect(second.admitted).toBe(false);
    expect([await usedOf('grt_wide'), await usedOf('grt_narrow')]).toEqual([1, 1]);
  });

  it('records an observed limit that is used up as observed', async () => {
    const charge = limitOf(1, { scopeKey: 'grt_observed', enforced: false });
    await ledger.admit({ intent: callIntent(), charges: [charge] });
    const second = await ledger.admit({ intent: callIntent(), charges: [charge] });
    expect(second.admitted).toBe(true);
    expect(await one('SELECT decision, reason FROM audit_events WHERE id = $1', [second.event])).toEqual({
      decision: 'observed_limited',
      reason: 'limit.exhausted',
    });
    expect(await usedOf('grt_observed')).toBe(2);
  });

  it('counts decimals and slides', async () => {
    const spend = limitOf(1, { scopeKey: 'grt_decimal', amount: 0.1 });
    const spent = await Promise.all(Array.from({ length: 15 }, () => ledger.admit({ intent: callIntent(), charges: [spend] })));
    expect(spent.filter((each) => each.admitted)).toHaveLength(10);
    const sliding = limitOf(3, { scopeKey: 'grt_sliding', align: 'sliding', window: { lengthMs: 400 }, key: 'sliding' });
    const admit = () => ledger.admit({ intent: callIntent(), charges: [sliding] });
    const first = await Promise.all([admit(), admit(), admit(), admit()]);
    expect(first.filter((each) => each.admitted)).toHaveLength(3);
    const refused = first.find((each) => !each.admitted);
    expect(refused && !refused.admitted && refused.exhausted.resetsAtMs - refused.at).toBeLessThanOrEqual(400);
    await eventually('the interval slides on', async () => (await admit()).admitted, 3000);
  });

  it('writes hostile text without refusing anybody', async () => {
    const hostile = callIntent({
      tool: `\u0000${'\ud800'}${'long'.repeat(3000)}`,
      rpcId: '\u0000',
      client: { name: '\u0000', version: '\r\n\u001b[31m' },
      args: { a: '\u0000' },
    });
    const charge = limitOf(10, { scopeKey: '\u0000', key: `args|${'k'.repeat(9000)}\u0000` });
    const [admission, other] = await Promise.all([
      ledger.admit({ intent: hostile, charges: [charge] }),
      ledger.admit({ intent: callIntent(), charges: [] }),
    ]);
    expect([admission.admitted, other.admitted]).toEqual([true, true]);
  });
});

describe('records and outcomes', () => {
  it('writes a refusal durably and gives its id', async () => {
    const event = await ledger.record(
      callIntent({ decision: 'denied', reason: 'policy.default_deny', rule: '(default deny)', message: 'no' }),
    );
    expect(await one('SELECT decision, expects_outcome, charges FROM audit_events WHERE id = $1', [event])).toEqual({
      decision: 'denied',
      expects_outcome: false,
      charges: [],
    });
  });

  it('writes an outcome within 100 ms, as a row of its own', async () => {
    const { event } = await ledger.admit({ intent: callIntent(), charges: [] });
    const from = performance.now();
    ledger.settle(settlementOf(event, 'tool_error'), [], 'pol_one');
    await eventually(
      'the outcome is written',
      async () => (await one('SELECT outcome FROM audit_outcomes WHERE event_id = $1', [event]))?.outcome === 'tool_error',
      2000,
    );
    expect(performance.now() - from).toBeLessThan(1500);
  });

  it('refunds charges that ask for it, and no others', async () => {
    const refundable = limitOf(1, { scopeKey: 'grt_refund' });
    const kept = limitOf(10, { scopeKey: 'grt_kept', refundOnUpstreamError: false });
    const { event } = await ledger.admit({ intent: callIntent(), charges: [refundable, kept] });
    ledger.settle(settlementOf(event, 'upstream_error'), [refundable, kept], 'pol_one');
    await ledger.drain();
    expect([await usedOf('grt_refund'), await usedOf('grt_kept')]).toEqual([0, 1]);
    expect((await ledger.admit({ intent: callIntent(), charges: [refundable] })).admitted).toBe(true);
    expect((await ledger.admit({ intent: callIntent(), charges: [refundable] })).admitted).toBe(false);
  });

  it('refunds nothing into a later window', async () => {
    const charge = limitOf(5, { scopeKey: 'grt_late', key: 'late', window: { lengthMs: 300 } });
    const { event, at } = await ledger.admit({ intent: callIntent(), charges: [charge] });
    await eventually(
      'the next window',
      () => ledger.admit({ intent: callIntent(), charges: [charge] }).then((next) => Math.floor(next.at / 300) > Math.floor(at / 300)),
      3000,
    );
    const before = await usedOf('grt_late');
    ledger.settle(settlementOf(event, 'upstream_error'), [charge], 'pol_one');
    await ledger.drain();
    expect(await usedOf('grt_late')).toBe(before);
  });

  it('tells listeners what was committed', async () => {
    const heard: CommittedEvent[] = [];
    const stop = ledger.onCommitted((events) => heard.push(...events));
    const { event } = await ledger.admit({ intent: callIntent(), charges: [] });
    ledger.settle(settlementOf(event), [], 'pol_one');
    await ledger.drain();
    stop();
    expect(heard.filter((each) => each.id === event).map((each) => each.kind)).toEqual(['event', 'outcome']);
    expect(JSON.stringify(heard)).not.toMatch(/(?<![\w-])4242(?![\w-])/);
  });
});

describe('arguments', () => {
  it('are kept sealed and redacted, and hashed by key', async () => {
    const kept = await ledger.admit({ intent: callIntent({ redact: ['args.card.number'] }), charges: [] });
    const dropped = await ledger.admit({ intent: callIntent({ keepArguments: false }), charges: [] });
    const row = await one('SELECT arguments_hmac, arguments_envelope, arguments_bytes FROM audit_events WHERE id = $1', [kept.event]);
    const opened = openArguments(String(row.arguments_envelope), kept.event, createEnvelope(secret));
    expect(JSON.parse(opened)).toMatchObject({ amount: 12.5, currency: 'eur' });
    expect(opened).not.toMatch(/(?<![\w-])4242(?![\w-])/);
    expect(() => openArguments(String(row.arguments_envelope), dropped.event, createEnvelope(secret))).toThrow();
    const other = await one('SELECT arguments_hmac, arguments_envelope FROM audit_events WHERE id = $1', [dropped.event]);
    expect(other).toEqual({ arguments_hmac: row.arguments_hmac, arguments_envelope: null });
  });
});

describe('the tables', () => {
  it.each(['audit_events', 'audit_outcomes'])('%s refuses to be changed', async (table) => {
    await ledger.drain();
    const partition = (await one(`SELECT tableoid::regclass::text AS name FROM ${table} LIMIT 1`)).name;
    for (const sql of [
      `UPDATE ${table} SET seq = seq`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table}`,
      `TRUNCATE ${partition}`,
      `DELETE FROM ${partition}`,
    ]) {
      await expect(pool.query(sql), sql).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('verify after everything above, and the writer closes cleanly', async () => {
    await ledger.drain();
    const report = await verifyChain(pool);
    expect(report).toMatchObject({ ok: true, writers: 1 });
    expect(report.rows).toBe(
      Number((await one('SELECT (SELECT count(*) FROM audit_events) + (SELECT count(*) FROM audit_outcomes) AS n')).n),
    );
    expect(log.lines).toEqual([]);
  });
});
