import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepCounterHistory } from '@/lib/adapters/postgres/counter-history';
import { createPostgresLedger, type PostgresLedger } from '@/lib/adapters/postgres/ledger';
import type { RepeatFacts, RepeatGuard } from '@/lib/domain/anomaly/repeats';
import { createEnvelope, hmacKey } from '@/lib/env/envelope';
import { redactArguments } from '@/lib/policy/redact';
import { callIntent, captureLog, limitOf } from '../fixtures/ledger/ledger-fixture';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

const GUARD: RepeatGuard = { mode: 'stop', kind: 'loop', max: 15 };
let database: TestDatabase;
let pool: pg.Pool;
let nodes: PostgresLedger[];
const told: RepeatFacts[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ ...database.poolConfig, max: 3 });
  pool.on('error', () => undefined);
  const secret = randomBytes(32);
  const options = {
    poolConfig: database.poolConfig,
    envelope: createEnvelope(secret),
    hmacKey: hmacKey(secret, 'audit arguments'),
    redact: redactArguments,
    log: captureLog(),
  };
  nodes = await Promise.all(
    ['a', 'b', 'c'].map((node) => createPostgresLedger({ ...options, node: `node-${node}`, onRepeats: (facts) => void told.push(facts) })),
  );
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await pool.end();
  await database.drop();
});

const call = (node: number, args: object, change: object = {}) =>
  (nodes[node] as PostgresLedger).admit({ intent: callIntent({ args: args as never, ...change }), charges: [], repeats: GUARD });

describe('a runaway loop', () => {
  it('one call after the other on one node ends after exactly the most, with its reason in the record', async () => {
    const results = [];
    for (let n = 0; n < 25; n++) results.push(await call(0, { loop: 'one node' }));
    expect(results.filter(({ admitted }) => admitted)).toHaveLength(15);
    const refused = results.at(-1);
    const { rows } = await pool.query('SELECT decision, reason, rule, message, charges FROM audit_events WHERE id = $1', [refused?.event]);
    expect(rows[0]).toMatchObject({
      decision: 'limited',
      reason: 'anomaly.loop',
      rule: '(loop)',
      message: 'More than 15 identical calls within 5 minutes.',
    });
    expect(rows[0].charges).toMatchObject([{ counter: 'identical calls', used: 15, max: 15, exhausted: true }]);
    expect(told.at(-1)).toMatchObject({
      kind: 'loop',
      stopped: true,
      seen: 15,
      subject: { agent: { slug: 'support-bot' }, tool: 'create_charge' },
    });
  });

  it('spread over three nodes, at once and in turn, lets at most 20 calls through', async () => {
    const turns = [];
    for (let n = 0; n < 60; n++) turns.push(await call(n % 3, { loop: 'in turn' }));
    const inTurn = turns.filter(({ admitted }) => admitted).length;
    const storm = await Promise.all(Array.from({ length: 300 }, (_, n) => call(n % 3, { loop: 'at once' })));
    const atOnce = storm.filter(({ admitted }) => admitted).length;
    console.info(`Of a loop over three nodes ${inTurn} calls passed in turn and ${atOnce} at once.`);
    for (const passed of [inTurn, atOnce]) {
      expect(passed).toBeGreaterThanOrEqual(15);
      expect(passed).toBeLessThanOrEqual(19);
    }
  });

  it('does not touch other arguments, other agents, or limits of the policy', async () => {
    for (let n = 0; n < 40; n++) expect((await call(0, { loop: 'other', n })).admitted).toBe(true);
    const other = { agent: { id: 'agt_two', slug: 'two' } };
    expect((await call(0, { loop: 'one node' }, other)).admitted).toBe(true);
    const charge = limitOf(2, { scopeKey: 'grt_loop', refundOnUpstreamError: false });
    const limited = [];
    for (let n = 0; n < 4; n++)
      limited.push(
        await nodes[0]?.admit({ intent: callIntent({ args: { loop: 'limited' } }), charges: [charge], repeats: { ...GUARD, max: 3 } }),
      );
    expect(limited.map((one) => one?.admitted)).toEqual([true, true, false, false]);
    expect(limited[3]).toMatchObject({ exhausted: { charge: { rule: charge.rule } } });
  });

  it('leaves counters that are cleared away when their time is over', async () => {
    const count = async () => Number((await pool.query(`SELECT count(*) FROM counters WHERE rule = '(loop)'`)).rows[0].count);
    expect(await count()).toBeGreaterThan(0);
    await pool.query(`UPDATE counters SET window_end = clock_timestamp() - interval '1 second' WHERE rule = '(loop)'`);
    await keepCounterHistory(pool);
    expect(await count()).toBe(0);
    expect((await pool.query(`SELECT count(*)::int AS n FROM counter_windows WHERE key LIKE '%|loop|%'`)).rows[0].n).toBe(0);
  });
});
