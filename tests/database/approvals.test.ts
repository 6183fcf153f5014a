import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PostgresApprovals } from '@/lib/adapters/postgres/approvals';
import type { PostgresLedger } from '@/lib/adapters/postgres/ledger';
import { approvalArgumentsAad } from '@/lib/domain/sealed-value';
import { createEnvelope } from '@/lib/env/envelope';
import type { ApprovalAsk } from '@/lib/gateway/ports';
import { mutationsOf } from '../fixtures/argument-mutations';
import { type AskChange, approveInDatabase, askFor, denyInDatabase, openApprovals } from '../fixtures/ledger/approval-fixture';
import { callIntent, eventually, limitOf, openLedger } from '../fixtures/ledger/ledger-fixture';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let database: TestDatabase;
let pool: pg.Pool;
let approvals: PostgresApprovals;
let ledger: PostgresLedger;
const secret = randomBytes(32);

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ ...database.poolConfig, max: 4 });
  pool.on('error', () => undefined);
  approvals = await openApprovals(database.poolConfig, 'node-a', secret);
  ledger = await openLedger(database.poolConfig, 'node-a', secret);
});
afterAll(async () => {
  await approvals?.close();
  await ledger?.close();
  await pool?.end();
  await database?.drop();
});
beforeEach(() => pool.query('TRUNCATE approvals, approval_votes, approval_holds, approval_exceptions CASCADE'));

const one = async (sql: string, values: unknown[] = []) => (await pool.query(sql, values)).rows[0] as Record<string, unknown>;
const statusOf = async (id: string) => (await one('SELECT status FROM approvals WHERE id = $1', [id]))?.status;
const configVersion = async () => Number((await one('SELECT version FROM config_version WHERE id = 1')).version);

async function pendingOf(change: AskChange = {}): Promise<{ ask: ApprovalAsk; id: string }> {
  const ask = askFor(approvals, change);
  const answer = await approvals.ask(ask);
  if (answer.kind !== 'pending') throw new Error(`answered ${JSON.stringify(answer)}`);
  return { ask, id: answer.approval.id };
}

async function redeem(digest: string, id: string, charges = [limitOf(1e6, { scopeKey: 'grt_approved' })], version?: number) {
  const claim = { kind: 'approval' as const, id, digest, configVersion: version ?? (await configVersion()) };
  return ledger.admitWithPass({ intent: callIntent(), charges }, claim);
}

describe('asking', () => {
  it('keeps one request for identical calls, whichever node they reach, and counts them', async () => {
    const other = await openApprovals(database.poolConfig, 'node-b', secret);
    try {
      const asks = Array.from({ length: 20 }, (_, i) => (i % 2 ? other : approvals).ask(askFor(approvals)));
      const ids = new Set((await Promise.all(asks)).map((answer) => (answer.kind === 'pending' ? answer.approval.id : answer.kind)));
      expect(ids.size).toBe(1);
      expect(await one('SELECT count(*)::int AS n, max(asks)::int AS asks FROM approvals')).toEqual({ n: 1, asks: 20 });
    } finally {
      await other.close();
    }
  });

  it('keeps the arguments sealed and redacted, and forgets them when it is over unless they are to be kept', async () => {
    const { id } = await pendingOf({ args: { amount: 5, card: { number: '4242' } }, redact: ['args.card.number'], keepArguments: false });
    const row = await one('SELECT arguments_envelope AS sealed, arguments_bytes AS bytes FROM approvals WHERE id = $1', [id]);
    const [text = ''] = JSON.parse(createEnvelope(secret).open(row.sealed as string, approvalArgumentsAad(id))) as string[];
    expect(text).not.toMatch(/(?<![\w-])4242(?![\w-])/);
    expect(JSON.parse(text)).toMatchObject({ amount: 5 });
    expect(row.bytes).toBe('{"amount":5,"card":{"number":"4242"}}'.length);
    await denyInDatabase(pool, id);
    expect(await one('SELECT arguments_envelope AS sealed FROM approvals WHERE id = $1', [id])).toEqual({ sealed: null });
  });

  it('lets 20 requests of an agent wait and turns away the rest, of that agent alone', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => approvals.ask(askFor(approvals, { args: { amount: i } }))));
    expect(answers.filter((answer) => answer.kind === 'pending')).toHaveLength(20);
    expect(answers.filter((answer) => answer.kind === 'backlog')).toHaveLength(20);
    expect((await approvals.ask(askFor(approvals, { binding: { agent: 'agt_two' } }))).kind).toBe('pending');
  });

  it('asks nobody for 10 minutes after a denial of the same call, and gives the reason', async () => {
    const { ask, id } = await pendingOf();
    await denyInDatabase(pool, id, 'wrong customer');
    expect(await approvals.ask(ask)).toMatchObject({ kind: 'denied', reason: 'wrong customer', by: 'Ben', approval: { id } });
    await pool.query("UPDATE approvals SET decided_at = decided_at - interval '10 minutes' WHERE id = $1", [id]);
    expect((await approvals.ask(ask)).kind).toBe('pending');
  });

  it('pauses an agent whose last three requests were denied, and no other', async () => {
    for (const amount of [1, 2, 3]) await denyInDatabase(pool, (await pendingOf({ args: { amount } })).id);
    expect((await approvals.ask(askFor(approvals, { args: { amount: 4 } }))).kind).toBe('paused');
    expect((await approvals.ask(askFor(approvals, { binding: { agent: 'agt_two' } }))).kind).toBe('pending');
    await pool.query("UPDATE approvals SET decided_at = decided_at - interval '31 minutes'");
    expect((await approvals.ask(askFor(approvals, { args: { amount: 4 } }))).kind).toBe('pending');
  });

  it('ends what was asked under another policy version, and names the difference', async () => {
    const { id } = await pendingOf();
    const next = await pendingOf({ binding: { policy: { id: 'pol_one', version: 4 } } });
    expect(next.id).not.toBe(id);
    expect(await approvals.standing(id)).toMatchObject({
      status: 'stale',
      differences: [{ what: 'policy', was: 'version 3', is: 'version 4' }],
    });
  });
});

describe('the state machine in the database', () => {
  const LEGAL: Record<string, readonly string[]> = {
    pending: ['approved', 'denied', 'expired', 'withdrawn', 'stale'],
    approved: ['consumed', 'expired', 'withdrawn', 'stale'],
  };
  const STATUSES = ['pending', 'approved', 'denied', 'expired', 'consumed', 'withdrawn', 'stale'];

  it.each(STATUSES)('leaves %s only where the state machine allows it, whoever writes', async (from) => {
    for (const to of STATUSES.filter((status) => status !== from)) {
      await pool.query('TRUNCATE approvals CASCADE');
      const { id } = await pendingOf();
      if (from === 'approved' || from === 'consumed') await approveInDatabase(pool, id);
      if (from === 'consumed') await pool.query("UPDATE approvals SET status = 'consumed', consumed_event = 'evt_1' WHERE id = $1", [id]);
      else if (from !== 'pending' && from !== 'approved') await pool.query('UPDATE approvals SET status = $2 WHERE id = $1', [id, from]);
      expect(await statusOf(id)).toBe(from);
      if (from === 'pending' && to === 'approved') await pool.query(VOTE, [id]);
      const change = pool.query(
        "UPDATE approvals SET status = $2, usable_until = coalesce(usable_until, clock_timestamp() + interval '1 minute'), consumed_event = CASE WHEN $2 = 'consumed' THEN 'evt_2' END WHERE id = $1",
        [id, to],
      );
      if (LEGAL[from]?.includes(to)) await change;
      else await expect(change, `${from} to ${to}`).rejects.toThrow(/cannot become|violates check/);
    }
  });

  const VOTE =
    "INSERT INTO approval_votes (approval_id, voter_id, voter_kind, voter_name, vote, digest) VALUES ($1, 'usr_ben', 'user', 'Ben', 'approve', 'd')";

  it('refuses an approval without as many different people as the rule demands, and a second vote of one of them', async () => {
    const { id } = await pendingOf({ demand: { count: 2 } });
    await expect(approveInDatabase(pool, id, 'usr_ben')).rejects.toThrow(/2 different people/);
    await pool.query(VOTE, [id]);
    await expect(pool.query(VOTE, [id])).rejects.toThrow(/duplicate key/);
    await approveInDatabase(pool, id, 'usr_cleo');
    expect(await statusOf(id)).toBe('approved');
  });

  it('refuses the vote of the owner of the agent, past the API too', async () => {
    const { id } = await pendingOf();
    await pool.query(
      "INSERT INTO users (id, email, name, role, password_hash) VALUES ('usr_ann', 'Ann@Example.com', 'Ann', 'admin', 'x') ON CONFLICT DO NOTHING",
    );
    await expect(approveInDatabase(pool, id, 'usr_ann')).rejects.toThrow(/their own agent/);
    expect(await statusOf(id)).toBe('pending');
  });

  it('never changes what an approval is bound to', async () => {
    const { id } = await pendingOf();
    for (const change of ["digest = 'x'", "subject = 'x'", "binding = '{}'"])
      await expect(pool.query(`UPDATE approvals SET ${change} WHERE id = $1`, [id])).rejects.toThrow(/never changes/);
  });
});

describe('using an approval', () => {
  it('lets exactly the approved call through, once, and records it in the same transaction', async () => {
    const { ask, id } = await pendingOf();
    await approveInDatabase(pool, id);
    const admission = await redeem(ask.digest, id);
    if (!('event' in admission)) throw new Error(JSON.stringify(admission));
    expect(admission.admitted).toBe(true);
    expect(await one('SELECT status, consumed_event FROM approvals WHERE id = $1', [id])).toEqual({
      status: 'consumed',
      consumed_event: admission.event,
    });
    expect(await one('SELECT decision FROM audit_events WHERE id = $1', [admission.event])).toEqual({ decision: 'allowed' });
    expect(await redeem(ask.digest, id)).toEqual({ admitted: false, pass: 'consumed' });
  });

  it('refuses pending, denied, withdrawn, stale and expired ones, another digest and one that never was, and charges and writes nothing', async () => {
    const before = await one(
      'SELECT (SELECT count(*)::int FROM audit_events) AS events, (SELECT coalesce(sum(used), 0) FROM counters) AS used',
    );
    const pending = await pendingOf({ args: { n: 1 } });
    expect(await redeem(pending.ask.digest, pending.id)).toEqual({ admitted: false, pass: 'withdrawn' });
    for (const [status, problem] of [
      ['withdrawn', 'withdrawn'],
      ['stale', 'stale'],
      ['expired', 'expired'],
    ] as const) {
      const { ask, id } = await pendingOf({ args: { status } });
      await approveInDatabase(pool, id);
      await pool.query('UPDATE approvals SET status = $2 WHERE id = $1', [id, status]);
      expect(await redeem(ask.digest, id)).toEqual({ admitted: false, pass: problem });
    }
    const late = await pendingOf({ args: { n: 2 } });
    await approveInDatabase(pool, late.id, 'usr_ben', -1);
    expect(['expired']).toContain(((await redeem(late.ask.digest, late.id)) as { pass: string }).pass);
    const swapped = await pendingOf({ args: { n: 3 } });
    await approveInDatabase(pool, swapped.id);
    expect(await redeem('0'.repeat(64), swapped.id)).toEqual({ admitted: false, pass: 'stale' });
    expect(await redeem(swapped.ask.digest, 'apr_never')).toEqual({ admitted: false, pass: 'stale' });
    expect(
      await one('SELECT (SELECT count(*)::int FROM audit_events) AS events, (SELECT coalesce(sum(used), 0) FROM counters) AS used'),
    ).toEqual(before);
    expect(await statusOf(swapped.id)).toBe('approved');
  });

  it('accepts none of 10,000 mutations of the approved arguments, and the approved ones afterwards', async () => {
    const args = {
      amount: 725,
      currency: 'usd',
      customer: 'cus_91f2',
      lines: [
        { sku: 'A-1', count: 2 },
        { sku: 'B-7', count: 1 },
      ],
      note: 'Grüße',
    };
    const { ask, id } = await pendingOf({ args });
    await approveInDatabase(pool, id);
    const version = await configVersion();
    const problems = new Map<string, number>();
    const mutations = mutationsOf(args, 10_000);
    for (let from = 0; from < mutations.length; from += 500) {
      const batch = mutations
        .slice(from, from + 500)
        .map((mutated) => redeem(askFor(approvals, { args: mutated }).digest, id, [], version));
      for (const result of await Promise.all(batch)) {
        const word = 'pass' in result ? result.pass : 'admitted';
        problems.set(word, (problems.get(word) ?? 0) + 1);
      }
    }
    expect(Object.fromEntries(problems)).toEqual({ stale: 10_000 });
    expect(await redeem(ask.digest, id, [], version)).toMatchObject({ admitted: true });
  }, 60_000);

  it('is refused when the configuration is not the one it was decided under, and can be used once that was decided again', async () => {
    const { ask, id } = await pendingOf();
    await approveInDatabase(pool, id);
    const version = await configVersion();
    await pool.query('UPDATE config_version SET version = version + 1');
    expect(await redeem(ask.digest, id, [], version)).toEqual({ admitted: false, pass: 'configuration_changed' });
    expect(await redeem(ask.digest, id, [], version + 1)).toMatchObject({ admitted: true });
  });

  it('is not used up by a call that a limit refuses', async () => {
    const { ask, id } = await pendingOf();
    await approveInDatabase(pool, id);
    const full = limitOf(1, { scopeKey: 'grt_full', amount: 2 });
    expect(await redeem(ask.digest, id, [full])).toMatchObject({ admitted: false, exhausted: { max: 1 } });
    expect(await statusOf(id)).toBe('approved');
    expect(await redeem(ask.digest, id)).toMatchObject({ admitted: true });
  });

  it('lets one of many concurrent calls through, and calls without a pass in the same commits', async () => {
    const { ask, id } = await pendingOf();
    await approveInDatabase(pool, id);
    const version = await configVersion();
    const charges = [limitOf(1e6, { scopeKey: 'grt_same' })];
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        i % 2 ? redeem(ask.digest, id, charges, version) : ledger.admit({ intent: callIntent(), charges }),
      ),
    );
    expect(results.filter((result) => result.admitted)).toHaveLength(51);
    expect(results.filter((result) => 'pass' in result && result.pass === 'consumed')).toHaveLength(49);
    expect(await one("SELECT used FROM counters WHERE scope_key = 'grt_same'")).toEqual({ used: 51 });
  });

  it('counts the uses of an exception, and stops at its end and when it is revoked', async () => {
    const { ask, id } = await pendingOf();
    await approveInDatabase(pool, id);
    await pool.query(EXCEPTION, ['exc_1', id, ask.digest]);
    const claim = { kind: 'exception' as const, id: 'exc_1', digest: ask.digest, configVersion: await configVersion() };
    const use = () => ledger.admitWithPass({ intent: callIntent(), charges: [] }, claim);
    expect((await Promise.all(Array.from({ length: 10 }, use))).every((result) => result.admitted)).toBe(true);
    expect(await one("SELECT uses, last_event IS NOT NULL AS named FROM approval_exceptions WHERE id = 'exc_1'")).toEqual({
      uses: 10,
      named: true,
    });
    await pool.query("UPDATE approval_exceptions SET revoked_at = clock_timestamp() WHERE id = 'exc_1'");
    expect(await use()).toEqual({ admitted: false, pass: 'withdrawn' });
    await pool.query("UPDATE approval_exceptions SET revoked_at = NULL, expires_at = clock_timestamp() WHERE id = 'exc_1'");
    expect(await use()).toEqual({ admitted: false, pass: 'expired' });
  });

  const EXCEPTION = `INSERT INTO approval_exceptions (id, approval_id, digest, agent_id, agent_slug, server_id, server_slug, policy_slug, tool, risk, created_by, expires_at)
    VALUES ($1, $2, $3, 'agt_one', 'a', 'srv_one', 's', 'p', 't', 'low', 'Ben', clock_timestamp() + interval '15 minutes')`;
});

describe('waiting', () => {
  it('is woken by what another node did, and shows that somebody waits until it ends', async () => {
    const other = await openApprovals(database.poolConfig, 'node-b', secret);
    try {
      const { id } = await pendingOf();
      let woken = 0;
      const release = other.hold(id, Date.now() + 60_000, () => woken++);
      await eventually(
        'the wait shows',
        async () => (await one('SELECT count(*)::int AS n FROM approval_holds WHERE node = $1', ['node-b'])).n === 1,
      );
      await approveInDatabase(pool, id);
      await eventually('the other node is woken', () => woken > 0);
      expect(await other.standing(id)).toMatchObject({ status: 'approved', by: 'usr_ben' });
      release();
      await eventually('the wait is over', async () => (await one('SELECT count(*)::int AS n FROM approval_holds')).n === 0);
    } finally {
      await other.close();
    }
  });

  it('is woken by the end of its time, which is a denial', async () => {
    const { ask, id } = await pendingOf({ demand: { expiresMs: 300 } });
    let expired = false;
    const release = approvals.hold(id, Date.now() + 60_000, async () => {
      expired ||= (await approvals.standing(id))?.status === 'expired';
    });
    await eventually('the waiting call is told', () => expired);
    release();
    expect(await approvals.standing(id)).toMatchObject({ status: 'expired' });
    await expect(approveInDatabase(pool, id)).rejects.toThrow(/cannot become/);
    expect(await redeem(ask.digest, id)).toEqual({ admitted: false, pass: 'expired' });
  });
});
