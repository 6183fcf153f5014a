import { mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresLedger } from '@/lib/adapters/postgres/ledger';
import { AuditTrust } from '@/lib/adapters/postgres/trust/audit-trust';
import { sendCheckpoints } from '@/lib/adapters/postgres/trust/checkpoint-webhook';
import type { OutgoingMessage, SendResult } from '@/lib/domain/notification/outgoing-message';
import type { Env } from '@/lib/env/env';
import { createEnvelope } from '@/lib/env/envelope';
import { createTrailServices } from '@/lib/hosts/trail-services';
import { callIntent, captureLog, openLedger, settlementOf } from '../../fixtures/ledger/ledger-fixture';
import { createWorld, type World } from './control-world';

const folder = mkdtempSync(join(tmpdir(), 'callgate-trail-control-'));
const file = join(folder, 'checkpoints.ndjson');
const secret = Buffer.alloc(32, 7);
let world: World;
let pool: pg.Pool;
let ledger: PostgresLedger;
let trust: AuditTrust;

const openTrust = (key = secret, path = file, keys = join(folder, 'keys.pem')) =>
  new AuditTrust({ pool, sealer: createEnvelope(key), checkpointFile: path, publicKeyFile: keys, everySeconds: 3_600, log: captureLog() });

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  pool = new pg.Pool({ ...world.poolConfig, max: 6 });
  pool.on('error', () => undefined);
  ledger = await openLedger(world.poolConfig, 'node-a', secret);
  trust = openTrust();
  use(trust);
  await call(30);
});
afterAll(async () => {
  await ledger.drain();
  await ledger.close();
  await pool.end();
  world.expectClean();
  await world.end();
  rmSync(folder, { recursive: true, force: true });
});

function use(one: AuditTrust): void {
  const env = { audit: { checkpointSeconds: 60, webhook: { url: 'https://siem.example.com/in', secret: null } } } as unknown as Env;
  const database = { roleProblem: null } as Parameters<typeof createTrailServices>[0]['database'];
  Object.assign(world.services, { trail: createTrailServices({ env, pool, trust: one, ledger, database }) });
}

async function call(count: number): Promise<string[]> {
  const admissions = await Promise.all(Array.from({ length: count }, () => ledger.admit({ intent: callIntent(), charges: [] })));
  for (const { event } of admissions) ledger.settle(settlementOf(event), [], 'pol_one');
  await ledger.drain();
  return admissions.map(({ event }) => event);
}

async function unknownCall(): Promise<string> {
  const { event } = await ledger.admit({ intent: callIntent(), charges: [] });
  ledger.settle({ ...settlementOf(event, 'unknown'), note: 'The gateway stopped.' }, [], 'pol_one');
  await ledger.drain();
  return event;
}

const get = async (path: string) => (await world.call('GET', path, { as: 'viewer' })).body;

describe('signed checkpoints', () => {
  it('are made when something has grown, and not otherwise', async () => {
    await trust.checkpoint('regular');
    const before = (await get('/audit/checkpoints')).items;
    await trust.checkpoint('regular');
    expect((await get('/audit/checkpoints')).items).toEqual(before);
    expect(before[0]).toMatchObject({ number: 1, kind: 'regular', rows: 60, heads: 1, signatureOk: true });
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(1);
  });

  it('name only committed rows while calls go on and several nodes make them at once', async () => {
    const others = [openTrust(secret, join(folder, 'b.ndjson')), openTrust(secret, join(folder, 'c.ndjson'))];
    let going = true;
    const writing = (async () => {
      while (going) await call(5);
    })();
    for (let round = 0; round < 8; round++) await Promise.all([trust, ...others].map((one) => one.checkpoint('regular', 0)));
    going = false;
    await writing;
    await Promise.all([trust, ...others].map((one) => one.checkpoint('regular')));
    for (const one of [trust, ...others]) expect(await one.verify()).toMatchObject({ ok: true, faults: [] });
    const texts = [file, join(folder, 'b.ndjson'), join(folder, 'c.ndjson')].map((path) => readFileSync(path, 'utf8'));
    expect(new Set(texts).size, 'every node keeps the same checkpoints').toBe(1);
    const numbers = (await pool.query('SELECT number::int AS n FROM audit_checkpoints ORDER BY number')).rows.map(({ n }) => n);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('go on under a new key, and the old ones stay genuine', async () => {
    const { body, status } = await world.call('POST', '/audit/keys', { body: { reason: 'yearly' } });
    expect(status).toBe(201);
    await trust.checkpoint('regular');
    const { items } = await get('/audit/checkpoints');
    expect(items[0].key).toBe(body.id);
    expect(items.every(({ signatureOk }: { signatureOk: boolean }) => signatureOk)).toBe(true);
    const { keys } = await get('/audit/integrity');
    expect(keys.map(({ current }: { current: boolean }) => current)).toEqual([true, false]);
    expect(keys[0]).toMatchObject({ id: body.id, trusted: true, fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(JSON.stringify(keys)).not.toContain('PRIVATE');
  });

  it('of another secret key count where this node has kept the public keys, and nowhere else', async () => {
    expect(await openTrust(Buffer.alloc(32, 9)).verify()).toMatchObject({ ok: true });
    const stranger = await openTrust(Buffer.alloc(32, 9), join(folder, 'd.ndjson'), join(folder, 'none.pem')).verify();
    expect(stranger.faults[0]).toMatchObject({ table: 'audit_checkpoints', kind: 'signature', seq: 1 });
  });

  it('are sent to the webhook in order, until it takes them', async () => {
    const sent: OutgoingMessage[] = [];
    const answers: SendResult[] = [{ ok: false, code: 500, detail: 'HTTP 500', retryAfterMs: null }];
    const options = {
      pool,
      url: 'https://siem.example.com/in',
      secret: 'a secret of enough characters',
      send: async (message: OutgoingMessage) => {
        sent.push(message);
        return answers.shift() ?? { ok: true, code: 200, detail: 'HTTP 200', retryAfterMs: null };
      },
    };
    await sendCheckpoints(options);
    expect((await get('/audit/integrity')).webhook).toMatchObject({
      host: 'siem.example.com',
      lastNumber: 0,
      failures: 1,
      detail: 'HTTP 500',
    });
    await sendCheckpoints(options);
    expect(sent, 'the receiver is left alone for a while').toHaveLength(1);
    await pool.query("UPDATE audit_webhooks SET due_at = 'epoch'");
    await sendCheckpoints(options);
    const last = (await get('/audit/checkpoints')).items[0].number;
    expect(sent.slice(1).map((message) => JSON.parse((message as { body: string }).body).checkpoint.number)).toEqual(
      Array.from({ length: last }, (_, index) => index + 1),
    );
    expect((await get('/audit/integrity')).webhook).toMatchObject({ lastNumber: last, failures: 0, detail: null });
  });
});

describe('verification', () => {
  it('keeps what it found, and tells how far it is', async () => {
    const verified = await get('/audit/verify');
    expect(verified).toMatchObject({ ok: true, problems: [], firstBad: null });
    expect((await get('/audit/integrity')).lastVerification).toEqual({ ...verified, by: 'The viewer' });
    const { text } = await world.call('GET', '/audit/verify/progress', { headers: { accept: 'application/x-ndjson' } });
    const items = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(items[0]).toHaveProperty('progress');
    expect(items.at(-1).result).toMatchObject({ ok: true });
  });

  it('names what was done to a row, with the row', async () => {
    const [event] = await call(1);
    await tamper("UPDATE audit_events SET decision = 'denied' WHERE id = $1", [event]);
    const { ok, firstBad, problemCount } = await get('/audit/verify');
    expect({ ok, problemCount }).toEqual({ ok: false, problemCount: 1 });
    expect(firstBad).toMatchObject({ table: 'audit_events', kind: 'changed', id: event });
    await tamper("UPDATE audit_events SET decision = 'allowed' WHERE id = $1", [event]);
    expect(await get('/audit/verify')).toMatchObject({ ok: true });
  });

  it.each([
    ['missing', () => renameSync(file, `${file}.away`), 'is missing'],
    ['shorter', () => truncateSync(file, readFileSync(file, 'utf8').indexOf('\n') + 1), 'was cut'],
    [
      'another one',
      () => writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"kind\\":\\"regular', '"kind\\":\\"shutdow')),
      'is another one than that of the trail',
    ],
  ])('says that the file is %s, and does not mend it', async (what, harm, words) => {
    const text = readFileSync(file, 'utf8');
    const watching = openTrust();
    await watching.checkpoint('regular');
    use(watching);
    harm();
    const { ok, problems } = await get('/audit/verify');
    expect(ok).toBe(false);
    expect(problems[0]).toMatchObject({ table: 'checkpoint_file', message: expect.stringContaining(words) });
    if (what !== 'another one') expect((await get('/audit/integrity')).file.problem).toContain(words);
    writeFileSync(file, text);
    use(openTrust());
    expect(await get('/audit/verify')).toMatchObject({ ok: true });
  });
});

describe('evidence', () => {
  it('is for approvers and admins, and that it was taken is part of it', async () => {
    const { text, headers, status } = await world.call('GET', '/audit/evidence', { as: 'approver' });
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toContain('callgate-audit-evidence.ndjson');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ kind: 'evidence', by: 'The approver' });
    expect(lines.at(-1)).toMatchObject({ kind: 'end', lines: lines.length - 1 });
    expect(lines.at(-2)).toMatchObject({ kind: 'change', fields: expect.arrayContaining(['audit.evidence', 'The approver']) });
    // Sealed arguments are meant to be in it, and nowhere else.
    world.texts.splice(world.texts.indexOf(text), 1);
  });
});

describe('a call of unknown outcome', () => {
  it('is reconciled by a further row, once, with who and why', async () => {
    const event = await unknownCall();
    expect((await get('/audit/integrity')).unknownOutcomes.count).toBe(1);
    expect((await get('/audit?outcome=unknown')).items.map(({ id }: { id: string }) => id)).toEqual([event]);
    const before = (await get(`/audit/${event}`)).settlements;
    const body = { outcome: 'ok', note: 'The refund is in the books of the shop.' };
    expect((await world.call('POST', `/audit/${event}/reconcile`, { as: 'author', body })).status).toBe(403);
    expect((await world.call('POST', `/audit/${event}/reconcile`, { body: { outcome: 'ok' } })).status).toBe(400);
    const both = await Promise.all([1, 2].map(() => world.call('POST', `/audit/${event}/reconcile`, { as: 'approver', body })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const after = await get(`/audit/${event}`);
    expect(after.outcome).toBe('ok');
    expect(after.settlements.slice(0, 1)).toEqual(before);
    expect(after.settlements[1]).toMatchObject({
      outcome: 'ok',
      note: 'Reconciled by The approver: The refund is in the books of the shop.',
    });
    expect((await get('/audit/integrity')).unknownOutcomes).toEqual({ count: 0, oldestAt: null });
    expect((await get(`/changes?entityId=${event}`)).items[0]).toMatchObject({
      action: 'event.reconcile',
      actor: { name: 'The approver' },
    });
    expect(await get('/audit/verify')).toMatchObject({ ok: true });
  });

  it('is refused when the outcome is known or the call is not there', async () => {
    const [event] = await call(1);
    const body = { outcome: 'not_sent', note: 'n' };
    expect(await world.call('POST', `/audit/${event}/reconcile`, { body })).toMatchObject({
      status: 409,
      body: { error: { code: 'event.not_unknown' } },
    });
    expect((await world.call('POST', '/audit/evt_nobody/reconcile', { body })).status).toBe(404);
  });
});

async function tamper(sql: string, values: unknown[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("SET session_replication_role = 'replica'");
    expect((await client.query(sql, values)).rowCount).toBeGreaterThan(0);
  } finally {
    await client.query("SET session_replication_role = 'origin'");
    client.release();
  }
}
