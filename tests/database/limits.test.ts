import { rmSync } from 'node:fs';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keepCounterHistory } from '@/lib/adapters/postgres/counter-history';
import type { PostgresLedger } from '@/lib/adapters/postgres/ledger';
import type { Charge } from '@/lib/domain/decision';
import type { Admission } from '@/lib/gateway/ports';
import { bundleFixture, type Child, startChild } from '../fixtures/ledger/child-process';
import { callIntent, eventually, limitOf, openLedger, settlementOf } from '../fixtures/ledger/ledger-fixture';
import { verifyChain } from '../fixtures/ledger/verify-chain';
import { createWorld, type World } from './control/control-world';

// Limits in the hands of people, against the real ledger: raised, revoked, set back, while calls go on.

const POLICY = JSON.stringify({
  version: '1',
  default: 'deny',
  tools: {
    create_charge: {
      limits: [
        { counter: 'charges', window: 'month', max: 30 },
        { counter: 'slow', window: '1h', max: 30, align: 'sliding' },
      ],
    },
  },
});
const CHARGE = (change: Partial<Charge> = {}) => limitOf(30, change);
const SLIDING = (change: Partial<Charge> = {}) =>
  limitOf(30, {
    counter: 'slow',
    key: 'slow|sliding',
    rule: '/tools/create_charge/limits/1',
    window: { lengthMs: 3_600_000 },
    align: 'sliding',
    ...change,
  });

let world: World;
let pool: pg.Pool;
let policyId: string;
let ledger: PostgresLedger;
let script: string;
let children: Child[] = [];

beforeAll(async () => {
  script = await bundleFixture('admitting-process.ts');
});
afterAll(() => rmSync(script, { force: true }));

beforeEach(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.addServer('payments', { name: 'create_charge', inputSchema: { type: 'object', properties: { amount: { type: 'number' } } } });
  pool = new pg.Pool({ ...world.poolConfig, max: 3 });
  pool.on('error', () => undefined);
  await publish(POLICY);
  policyId = (await world.prisma.policy.findFirstOrThrow()).id;
  ledger = await openLedger(world.poolConfig);
});
afterEach(async () => {
  for (const child of children) if (child.process.exitCode === null) child.process.kill('SIGKILL');
  await Promise.all(children.map((child) => child.exit));
  children = [];
  await ledger.close();
  await pool.end();
  world.expectClean();
  await world.end();
});

async function publish(text: string): Promise<void> {
  expect((await world.call('PUT', '/servers/payments/policies/refunds', { body: { text } })).status).toBe(200);
  const answer = await world.call('POST', '/servers/payments/policies/refunds/publish', { body: {} });
  expect(answer.status, answer.text).toBe(200);
}

const intent = () => callIntent({ policy: { id: policyId, slug: 'refunds', version: 1 } });
const admit = (charge: Charge): Promise<Admission> => ledger.admit({ intent: intent(), charges: [charge] });
async function admitted(times: number, charge: Charge): Promise<number> {
  let count = 0;
  for (let i = 0; i < times; i++) if ((await admit(charge)).admitted) count++;
  return count;
}
async function keyOf(counter = 'charges'): Promise<string> {
  return encodeURIComponent((await world.prisma.counter.findFirstOrThrow({ where: { counter } })).key);
}
const used = async (counter = 'charges') => (await world.prisma.counter.findFirstOrThrow({ where: { counter } })).used;
const raise = async (to: number, more: object = {}, as: 'author' | 'approver' | 'viewer' | 'admin' = 'author') =>
  world.call('POST', `/limits/${await keyOf()}/raise`, { as, body: { to, minutes: 60, reason: 'month end', ...more } });
const one = async (sql: string) => (await pool.query(sql)).rows[0];

describe('raising a limit', () => {
  it('lets exactly as many more through, says so everywhere, and falls back when it is revoked', async () => {
    expect(await admitted(32, CHARGE())).toBe(30);
    const answer = await raise(40, { rule: '/tools/create_charge/limits/0', from: 30 });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({
      max: 40,
      ruleMax: 30,
      used: 30,
      raise: { from: 30, to: 40, by: 'The author', reason: 'month end' },
    });
    expect(await admitted(12, CHARGE())).toBe(10);
    const refused = await admit(CHARGE());
    expect(refused).toMatchObject({ admitted: false, exhausted: { used: 40, max: 40, raise: { to: 40, by: 'The author' } } });
    const event = await world.call('GET', `/audit/${refused.event}`);
    expect(event.body.charges).toMatchObject([{ max: 30, used: 40, exhausted: true, raised: { to: 40, by: 'The author' } }]);

    const list = (await world.call('GET', '/limits?raised=true', { as: 'viewer' })).body;
    expect(list.items).toMatchObject([{ share: 1, max: 40, refused24h: 5, forecast: { kind: 'full' }, peak7d: 40, tool: 'create_charge' }]);
    const revoked = await world.call('POST', `/limits/${await keyOf()}/raise/revoke`, { as: 'author' });
    expect(revoked.body).toMatchObject({ max: 30, used: 40, raise: null });
    expect((await admit(CHARGE())).admitted).toBe(false);
    expect((await world.call('POST', `/limits/${await keyOf()}/raise/revoke`)).status).toBe(409);
    const changes = await world.prisma.adminChange.findMany({ where: { entity: 'limit' }, orderBy: { at: 'asc' } });
    expect(changes.map(({ action }) => action)).toEqual(['limit.raise', 'limit.revoke_raise']);
    expect(changes[0]).toMatchObject({ before: { max: 30, used: 30 }, after: { max: 40, reason: 'month end' } });
    expect(await verifyChain(pool)).toMatchObject({ ok: true });
  });

  it('ends by the clock of the database, whatever the clock of the application says', async () => {
    expect(await admitted(30, CHARGE())).toBe(30);
    expect((await raise(31, { minutes: 1 })).status).toBe(200);
    expect(await admitted(1, CHARGE())).toBe(1);
    await pool.query(
      `UPDATE counters SET raise = jsonb_set(raise, '{to}', '40') || jsonb_build_object('until', extract(epoch FROM clock_timestamp()) * 1000 + 400)`,
    );
    expect(await admitted(1, CHARGE())).toBe(1);
    await pool.query('SELECT pg_sleep(0.45)');
    expect(await admitted(1, CHARGE())).toBe(0);
    world.pass(-3_600_000);
    expect(await admitted(1, CHARGE())).toBe(0);
  });

  it('is refused to those who may not, for too much, for too long, without a reason and for what has changed', async () => {
    await admit(CHARGE());
    for (const as of ['viewer', 'approver'] as const) {
      expect((await raise(40, {}, as)).status).toBe(403);
      expect((await world.call('POST', `/limits/${await keyOf()}/raise/revoke`, { as })).status).toBe(403);
      expect((await world.call('POST', `/limits/${await keyOf()}/reset`, { as, body: { reason: 'x' } })).status).toBe(403);
    }
    for (const to of [30, 29, 301, -1]) expect((await raise(to)).status, String(to)).toBeGreaterThanOrEqual(400);
    expect((await raise(301)).body.error.details[0]).toMatchObject({ path: '/to' });
    expect((await raise(40, { minutes: 1441 })).status).toBe(400);
    expect((await raise(40, { reason: ' ' })).status).toBe(400);
    expect((await raise(40, { from: 31 })).status).toBe(409);
    expect((await raise(40, { rule: '/tools/other/limits/0' })).status).toBe(409);
    expect((await world.call('POST', '/limits/nothing/raise', { body: { to: 2, minutes: 1, reason: 'x' } })).status).toBe(404);
    // The database itself keeps to it, whoever writes.
    await expect(
      pool.query(
        `INSERT INTO limit_raises (id, counter_key, policy_id, policy_version, rule, max_from, max_to, reason, created_by, expires_at) VALUES ('x', 'k', 'p', 1, 'r', 30, 301, 'y', 'z', now() + interval '1 hour')`,
      ),
    ).rejects.toThrow();
    expect((await raise(31)).status).toBe(200);
    await expect(pool.query('UPDATE limit_raises SET max_to = 50')).rejects.toThrow(/only be ended/);
    await expect(pool.query('DELETE FROM limit_raises')).rejects.toThrow(/kept/);
    expect(await admitted(40, CHARGE())).toBe(30);
  });

  it('is counted in where a call is tried, and said in its trace', async () => {
    await world.call('POST', '/agents', { body: { slug: 'bot', name: 'Bot', owner: 'ann@example.com' } });
    const { grant } = (await world.call('POST', '/grants', { body: { agent: 'bot', server: 'payments', policy: 'refunds' } })).body;
    expect(await admitted(31, CHARGE({ scopeKey: grant.id }))).toBe(30);
    const decide = async () =>
      (
        await world.call('POST', '/decisions', {
          body: { server: 'payments', grant: grant.id, tool: 'create_charge', arguments: {}, at: new Date().toISOString() },
        })
      ).body;
    expect(await decide()).toMatchObject({ outcome: 'limited' });
    expect((await raise(40)).status).toBe(200);
    const tried = await decide();
    expect(tried).toMatchObject({ outcome: 'allowed', charges: [{ used: 30, max: 40 }, { max: 30 }] });
    expect(JSON.stringify(tried.trace)).toMatch(/raised to 40 until .* UTC by The author/);
  });

  it('takes an administrator where loosening takes a second person', async () => {
    await admit(CHARGE());
    expect((await world.call('PATCH', '/servers/payments/policies/refunds', { body: { secondPerson: 'loosening' } })).status).toBe(200);
    expect((await raise(40)).body.error.code).toBe('limit.second_person');
    expect((await raise(40, {}, 'admin')).status).toBe(200);
  });

  it('ends with the publish that changes the rule, survives one that does not, and does not come back', async () => {
    expect(await admitted(30, CHARGE())).toBe(30);
    expect((await raise(60)).status).toBe(200);
    const other = JSON.parse(POLICY) as { description?: string; tools: { create_charge: { limits: { max: number }[] } } };
    other.description = 'the same limits in other words';
    await publish(JSON.stringify(other, null, 2));
    expect(await admitted(1, CHARGE())).toBe(1);
    (other.tools.create_charge.limits[0] as { max: number }).max = 20;
    await publish(JSON.stringify(other));
    // A node that has not read the new version yet still decides by the old rule, but no longer by the raise.
    expect(await admitted(1, CHARGE())).toBe(0);
    await publish(POLICY);
    expect(await admitted(1, CHARGE())).toBe(0);
    expect(await one('SELECT end_cause, ended_by FROM limit_raises')).toEqual({ end_cause: 'rule_changed', ended_by: 'The admin' });
    const detail = (await world.call('GET', `/limits/${await keyOf()}`)).body;
    expect(detail.marks.map(({ kind }: { kind: string }) => kind)).toEqual(expect.arrayContaining(['raised', 'raise_ended', 'published']));
    expect(detail.raises).toMatchObject([{ endCause: 'rule_changed' }]);
    expect(detail.consumers).toEqual([{ agent: 'support-bot', calls: 31, amount: 31 }]);
  });

  it('holds to the call across processes, while it comes and goes', async () => {
    await admit(CHARGE({ scopeKey: 'grt_one' }));
    await pool.query("UPDATE counters SET key = replace(key, policy_id, 'pol_one')");
    // The processes charge under their own policy's name; the raise is the same row for all of them.
    const key = encodeURIComponent((await world.prisma.counter.findFirstOrThrow()).key);
    children = Array.from({ length: 4 }, (_, i) => startChild(script, [poolUrl(), `node-${i}`, '100000', '8', '30', 'settle']));
    await eventually('all processes are ready', () => children.every((child) => child.lines.includes('ready')));
    for (const child of children) child.go();
    await eventually('the limit is used up', async () => (await used()) === 30);
    const counts: number[] = [];
    for (const to of [100, 250]) {
      const answer = await world.call('POST', `/limits/${key}/raise`, { body: { to, minutes: 5, reason: 'load' } });
      expect(answer.status, answer.text).toBe(200);
      await eventually(`the raise to ${to} is used up`, async () => (await used()) >= to);
      counts.push(await used());
    }
    expect(counts).toEqual([100, 250]);
    expect((await world.call('POST', `/limits/${key}/raise/revoke`, { body: {} })).status).toBe(200);
    const reset = await world.call('POST', `/limits/${key}/reset`, { body: { reason: 'again' } });
    expect(reset.status, reset.text).toBe(200);
    await eventually('the limit is used up again', async () => (await used()) === 30);
    for (const child of children) child.process.kill('SIGKILL');
    await Promise.all(children.map((child) => child.exit));
    children = [];
    // 250 before the reset and 30 after it: every admitted call was counted on one side, none on both or neither.
    expect(Number((await one("SELECT count(*) AS n FROM audit_events WHERE decision = 'allowed'")).n)).toBe(280);
  }, 90_000);
});

describe('setting a counter back', () => {
  it('starts from zero, keeps what was in the history, and gives nothing back that was charged before', async () => {
    const before: string[] = [];
    for (let i = 0; i < 30; i++) before.push((await admit(CHARGE())).event);
    const answer = await world.call('POST', `/limits/${await keyOf()}/reset`, { as: 'author', body: { reason: 'test run' } });
    expect(answer.body).toMatchObject({ used: 0, max: 30, peak7d: 30 });
    expect(await admitted(10, CHARGE())).toBe(10);
    // Calls from before the reset fail upstream now: their charges are gone with the reset.
    for (const event of before) ledger.settle(settlementOf(event, 'upstream_error'), [CHARGE()], policyId);
    await ledger.drain();
    expect(await used()).toBe(10);
    expect(await admitted(30, CHARGE())).toBe(20);
    const detail = (await world.call('GET', `/limits/${await keyOf()}`)).body;
    expect(detail.history).toMatchObject([{ peak: 30, max: 30 }]);
    expect(detail.marks).toContainEqual(expect.objectContaining({ kind: 'reset', words: 'Set back to 0: test run', by: 'The author' }));
  });

  it('does the same for a sliding limit', async () => {
    const before: string[] = [];
    for (let i = 0; i < 30; i++) before.push((await admit(SLIDING())).event);
    expect((await admit(SLIDING())).admitted).toBe(false);
    const path = `/limits/${await keyOf('slow')}`;
    expect((await world.call('POST', `${path}/reset`, { body: { reason: 'test run' } })).body).toMatchObject({ used: 0, align: 'sliding' });
    expect(await admitted(5, SLIDING())).toBe(5);
    for (const event of before) ledger.settle(settlementOf(event, 'upstream_error'), [SLIDING()], policyId);
    await ledger.drain();
    expect(await used('slow')).toBe(5);
    expect(await admitted(40, SLIDING())).toBe(25);
    expect((await world.call('GET', path)).body).toMatchObject({ used: 30, forecast: { kind: 'full' }, peak7d: 30 });
  });

  it('has nothing to do once the window is over', async () => {
    await admit(CHARGE());
    await pool.query("UPDATE counters SET window_end = clock_timestamp() - interval '1 s'");
    expect((await world.call('POST', `/limits/${await keyOf()}/reset`, { body: { reason: 'x' } })).status).toBe(409);
  });
});

describe('the history', () => {
  it('has every window that ended, whether a call came after it or not, and forgets after 90 days', async () => {
    const minute = CHARGE({ window: { unit: 'minute' }, key: 'charges|minute' });
    await admitted(3, minute);
    await pool.query(
      "UPDATE counters SET window_start = window_start - interval '1 minute', window_end = window_end - interval '1 minute'",
    );
    await admit(minute);
    const first = await one("SELECT key, peak, max, ends_at - starts_at = interval '1 hour' AS hour FROM counter_windows");
    expect(first).toMatchObject({ peak: 3, max: 30, hour: true });
    await admitted(4, minute);
    await pool.query(
      "UPDATE counters SET window_start = window_start - interval '1 minute', window_end = window_end - interval '1 minute', updated_at = now() - interval '1 minute'",
    );
    await pool.query('UPDATE counters SET window_end = least(window_end, clock_timestamp())');
    await keepCounterHistory(pool);
    await keepCounterHistory(pool);
    expect(Number((await one('SELECT max(peak) AS n FROM counter_windows')).n)).toBe(5);
    await admitted(7, SLIDING());
    await keepCounterHistory(pool);
    expect(Number((await one("SELECT peak AS n FROM counter_windows WHERE key LIKE '%slow%'")).n)).toBe(7);
    await pool.query("INSERT INTO counter_windows VALUES ('old', now() - interval '92 days', now() - interval '91 days', 1, 1)");
    await keepCounterHistory(pool);
    expect(Number((await one("SELECT count(*) AS n FROM counter_windows WHERE key = 'old'")).n)).toBe(0);
  });
});

describe('the list', () => {
  it('filters, groups and pages over all counters with what each needs', async () => {
    await world.call('POST', '/agents', { body: { slug: 'bot', name: 'Bot', owner: 'ann@example.com' } });
    const agent = await world.prisma.agent.findFirstOrThrow();
    for (let i = 0; i < 7; i++)
      for (let n = 0; n <= i; n++)
        await admit(
          CHARGE({ scope: 'agent', scopeKey: i === 3 ? agent.id : `agt_${i}`, key: `charges|${i}`, rule: `/tools/t${i % 2}/limits/0` }),
        );
    const all = (await world.call('GET', '/limits', { as: 'viewer' })).body;
    expect(all.items.map(({ used }: { used: number }) => used)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(Math.abs(Date.parse(all.now) - Date.now())).toBeLessThan(60_000);
    expect(all.items[0].forecast).toMatchObject({ kind: 'full_at', paceMinutes: 5 });
    expect((await world.call('GET', '/limits?agent=bot')).body.items).toMatchObject([{ used: 4, agent: { slug: 'bot', name: 'Bot' } }]);
    const grouped: string[] = [];
    let cursor = '';
    do {
      const page = (await world.call('GET', `/limits?group=rule&limit=2${cursor}`)).body;
      grouped.push(...page.items.map((row: { tool: string; used: number }) => `${row.tool}:${row.used}`));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(grouped).toEqual(['t0:7', 't0:5', 't0:3', 't0:1', 't1:6', 't1:4', 't1:2']);
  });
});

function poolUrl(): string {
  return world.poolConfig.connectionString as string;
}
