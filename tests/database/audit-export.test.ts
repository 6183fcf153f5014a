import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLogExport } from '@/lib/adapters/otel/log-export';
import { type ExportedRow, exportAudit } from '@/lib/adapters/postgres/audit-export';
import type { PostgresLedger } from '@/lib/adapters/postgres/ledger';
import { AuditLogExport } from '@/lib/hosts/observe/audit-log-export';
import { callIntent, captureLog, eventually, openLedger, settlementOf } from '../fixtures/ledger/ledger-fixture';
import { OtlpCollector } from '../fixtures/otlp-collector';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let database: TestDatabase;
let pool: pg.Pool;
let ledger: PostgresLedger;
const secret = randomBytes(32);

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ ...database.poolConfig, max: 4 });
  pool.on('error', () => undefined);
  ledger = await openLedger(database.poolConfig, 'node-a', secret);
});

afterAll(async () => {
  await ledger?.close();
  await pool?.end();
  await database?.drop();
});

const record = (tool: string): Promise<string> => ledger.record(callIntent({ tool, decision: 'denied', reason: 'policy.action_deny' }));

/** What a collector has taken. */
class Taker {
  readonly rows: ExportedRow[] = [];
  refuses = false;
  readonly send = async (rows: readonly ExportedRow[]): Promise<void> => {
    if (this.refuses) throw new Error('the collector is away');
    this.rows.push(...rows);
  };
  ids(): string[] {
    return this.rows.map(({ kind, id }) => `${kind} ${id}`);
  }
}

describe('the export of the audit trail', () => {
  it('begins with what comes after it was switched on', async () => {
    await record('before');
    const taker = new Taker();
    expect(await exportAudit(pool, 'fresh', taker.send)).toBe(0);
    const first = await record('after');
    expect(await exportAudit(pool, 'fresh', taker.send)).toBe(1);
    expect(taker.ids()).toEqual([`event ${first}`]);
    expect(await exportAudit(pool, 'fresh', taker.send)).toBe(0);
  });

  it('hands over events and outcomes in the order of the chain, in batches, each once', async () => {
    const taker = new Taker();
    await exportAudit(pool, 'batches', taker.send);
    const wanted: string[] = [];
    for (let n = 0; n < 7; n++) {
      const { event } = await ledger.admit({ intent: callIntent(), charges: [] });
      wanted.push(event);
      ledger.settle(settlementOf(event, 'ok'), [], null);
    }
    await ledger.drain();
    expect(await exportAudit(pool, 'batches', taker.send, 3)).toBe(14);
    expect(taker.rows.filter(({ kind }) => kind === 'event').map(({ id }) => id)).toEqual(wanted);
    expect(new Set(taker.ids()).size).toBe(14);
    const seqs = taker.rows.map(({ seq }) => Number(seq));
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(taker.rows[0]).not.toHaveProperty('arguments_envelope');
  });

  it('loses nothing to a collector that is away, and repeats only what it did not take', async () => {
    const taker = new Taker();
    await exportAudit(pool, 'outage', taker.send);
    const first = await record('one');
    taker.refuses = true;
    await expect(exportAudit(pool, 'outage', taker.send)).rejects.toThrow('away');
    const second = await record('two');
    await expect(exportAudit(pool, 'outage', taker.send)).rejects.toThrow('away');
    taker.refuses = false;
    expect(await exportAudit(pool, 'outage', taker.send)).toBe(2);
    expect(taker.ids()).toEqual([`event ${first}`, `event ${second}`]);
  });

  it('goes on with the writer that a restart brings, and forgets a silent one', async () => {
    const taker = new Taker();
    await exportAudit(pool, 'restart', taker.send);
    await record('last words');
    await ledger.close();
    ledger = await openLedger(database.poolConfig, 'node-a', secret);
    await record('first words');
    expect(await exportAudit(pool, 'restart', taker.send)).toBe(2);
    expect(taker.rows.map(({ tool }) => tool)).toEqual(['last words', 'first words']);
    await pool.query("UPDATE writers SET last_seen_at = clock_timestamp() - interval '2 hours' WHERE closed_at IS NOT NULL");
    await exportAudit(pool, 'restart', taker.send);
    const { rows } = await pool.query("SELECT done FROM audit_export_cursors WHERE exporter = 'restart' ORDER BY done");
    expect(rows.map(({ done }) => done)).toEqual([false, true]);
  });

  it('is done by one node at a time', async () => {
    await exportAudit(pool, 'alone', async () => undefined);
    await record('slow');
    let release = (): void => {};
    let begun = (): void => {};
    const sending = new Promise<void>((resolve) => (begun = resolve));
    const slow = exportAudit(pool, 'alone', () => {
      begun();
      return new Promise<void>((resolve) => (release = resolve));
    });
    await sending;
    expect(await exportAudit(pool, 'alone', async () => Promise.reject(new Error('never called')))).toBeNull();
    release();
    expect(await slow).toBe(1);
  });
});

it('arrives at a collector as log records, through an outage of it', async () => {
  const collector = await OtlpCollector.start();
  const counts = { sent: 0, failed: 0 };
  const { warn, lines } = captureLog();
  const logs = await openLogExport({ protocol: 'http/json', endpoint: collector.endpoint }, { version: '1.2.3', node: 'node-a:3000' });
  const told: string[] = [];
  const exporter = new AuditLogExport(
    database.poolConfig,
    logs,
    { warn, info: (message) => told.push(message) },
    (result, count) => {
      counts[result] += count;
    },
    20,
  );
  exporter.start();
  const seeded = () => pool.query("SELECT 1 FROM audit_export_cursors WHERE exporter = 'otlp'").then(({ rows }) => rows.length > 0);
  await eventually('it knows where to begin', seeded);
  const { event } = await ledger.admit({ intent: callIntent({ args: { card: 'secret number' } }), charges: [] });
  ledger.settle(settlementOf(event, 'ok'), [], null);
  await eventually('event and outcome arrive', () => collector.logs.length === 2);
  // 400 is an answer that no exporter tries again by itself.
  collector.status = 400;
  const denied = await record('refund');
  await eventually('the collector refuses', () => counts.failed > 0);
  collector.status = 200;
  await eventually('the refused one comes again', () => collector.logs.length === 3);
  await exporter.close();
  await collector.stop();
  expect(collector.logs.map(({ eventName, severityText, body }) => `${eventName} ${severityText} ${body}`)).toEqual([
    expect.stringMatching(/^callgate\.audit\.event INFO allowed /),
    'callgate.audit.outcome INFO outcome ok',
    'callgate.audit.event WARN denied policy.action_deny',
  ]);
  expect(collector.logs[0]?.resource).toMatchObject({ 'service.name': 'callgate', 'service.instance.id': 'node-a:3000' });
  expect(collector.logs[2]?.attributes).toMatchObject({
    'callgate.event.id': denied,
    'gen_ai.tool.name': 'refund',
    'callgate.decision': 'denied',
  });
  expect(collector.raw).not.toContain('secret number');
  expect(counts.sent).toBe(3);
  expect(lines.map(({ message }) => message)).toEqual(['Audit events could not be exported; they are kept and sent again.']);
  expect(told).toEqual(['Audit events reach the collector again.']);
});
