import { describe, expect, it } from 'vitest';
import { type Check, Readiness } from '@/lib/hosts/observe/readiness';
import { type CheckedParts, readinessChecks } from '@/lib/hosts/observe/readiness-checks';

const clock = { now: Date.UTC(2026, 10, 26, 9) };
const now = () => new Date(clock.now);

function watch(checks: readonly Check[]) {
  const lines: string[] = [];
  const add = (message: string, facts?: Record<string, unknown>): void => void lines.push(`${message} ${JSON.stringify(facts)}`);
  return { lines, readiness: new Readiness(checks, { info: add, warn: add }, now) };
}

describe('readiness', () => {
  it('says since when a check is as it is, and tells the log of each change once', async () => {
    let reason: string | null = null;
    const { readiness, lines } = watch([{ name: 'database', keptMs: 0, look: () => ({ ok: reason === null, reason }) }]);
    const fine = { name: 'database', ok: true, reason: null, since: '2026-11-26T09:00:00.000Z' };
    expect(await readiness.report()).toEqual({ ready: true, reasons: [], checks: [fine] });
    clock.now += 1_000;
    reason = 'it does not answer';
    await readiness.report();
    clock.now += 1_000;
    reason = 'it still does not answer';
    expect(await readiness.report()).toEqual({
      ready: false,
      reasons: ['it still does not answer'],
      checks: [{ name: 'database', ok: false, reason: 'it still does not answer', since: '2026-11-26T09:00:01.000Z' }],
    });
    reason = null;
    expect((await readiness.report()).checks[0]?.since).toBe('2026-11-26T09:00:02.000Z');
    expect(lines).toEqual([
      'This node is not ready. {"check":"database","reason":"it does not answer"}',
      'A check of this node is in order again. {"check":"database"}',
    ]);
  });

  it('takes a check that throws or hangs for one that failed', async () => {
    const { readiness } = watch([
      { name: 'throws', keptMs: 0, look: () => Promise.reject(new Error('no such table')) },
      { name: 'hangs', keptMs: 0, look: () => new Promise(() => {}) },
    ]);
    const report = await readiness.report();
    expect(report.reasons).toEqual(['throws: no such table', 'hangs: no answer within 1.5 s']);
  });

  it('looks at costly things seldom', async () => {
    let looks = 0;
    const look = () => ({ ok: true, reason: String(++looks) });
    const { readiness } = watch([{ name: 'slow', keptMs: 60_000, look }]);
    await Promise.all([readiness.report(), readiness.report()]);
    expect((await readiness.report()).checks[0]).toMatchObject({ ok: true, reason: '1' });
  });
});

describe('the checks', () => {
  const rows = { migrations: ['one', 'two'], missing: [] as string[], foreignSecrets: 0 };
  const state = { ledger: [] as string[], snapshots: [] as string[], draining: false, offsetMs: 0 };
  const parts: CheckedParts = {
    ledger: { ready: () => ({ reasons: state.ledger }), clockOffset: () => state.offsetMs },
    snapshots: { ready: () => ({ reasons: state.snapshots }) },
    gateway: { load: () => ({ draining: state.draining }) },
    pool: {
      query: async (text: string) => {
        if (text.includes('_prisma_migrations')) return { rows: rows.migrations.map((migration_name) => ({ migration_name })) };
        if (text.includes('to_regclass')) return { rows: rows.missing.map((missing) => ({ missing })) };
        return { rows: [{ count: rows.foreignSecrets }] };
      },
    } as never,
    envelope: { keyId: '0123abcd' },
    database: { kind: 'embedded' },
    dataDir: '.',
    migrations: ['one', 'two'],
  };
  const report = async () => {
    const { readiness } = watch(readinessChecks(parts));
    const { ready, checks } = await readiness.report();
    return { ready, ...Object.fromEntries(checks.map(({ name, ok, reason }) => [name, reason === null ? ok : `${ok} ${reason}`])) };
  };

  it('are in order together', async () => {
    expect(await report()).toMatchObject({
      ready: true,
      database: true,
      configuration: true,
      draining: true,
      clock: true,
      migrations: true,
      audit_partitions: true,
      secret_key: true,
    });
  });

  it('fail each for its reason', async () => {
    Object.assign(state, { snapshots: ['the lease is over'], draining: true, offsetMs: -61_000 });
    Object.assign(rows, { migrations: ['one', 'three'], missing: ['audit_events_202612'], foreignSecrets: 3 });
    expect(await report()).toMatchObject({
      ready: false,
      configuration: 'false the lease is over',
      draining: expect.stringContaining('false the process is stopping'),
      clock: expect.stringContaining('true the clock of this node is 61 s ahead of'),
      migrations: expect.stringContaining('false the database lacks two'),
      audit_partitions: expect.stringContaining('true no partition audit_events_202612'),
      secret_key: expect.stringContaining('false 3 stored secrets'),
    });
    rows.migrations = ['one', 'two', 'three'];
    expect(await report()).toMatchObject({ migrations: expect.stringContaining('true a newer Callgate') });
  });

  it('say nothing of what cannot be known while the database is away', async () => {
    state.ledger = ['cannot be reached'];
    expect(await report()).toMatchObject({
      database: 'false cannot be reached',
      migrations: expect.stringContaining('true not looked at'),
    });
  });
});
