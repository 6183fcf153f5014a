import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDueSchedule, type ScheduleRun } from '@/lib/control/export-schedules/run-schedule';
import { periodEnd, periodStart } from '@/lib/domain/export-period';
import { type ScheduledFile, writeScheduledFile } from '@/lib/hosts/exports/scheduled-files';
import { newId } from '@/lib/kernel/ids';
import { createWorld, type World } from './control-world';
import { removeMonth } from './removed-month';

const HOUR_MS = 3_600_000;
const SECRET = 'a signing secret of the tests'.replaceAll(' ', '-');
let world: World;
let base: string;
let startMs: number;

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  base = mkdtempSync(join(tmpdir(), 'callgate-scheduled-'));
  Object.assign(world.services.exports, {
    scheduledFolder: true,
    writeScheduled: (file: ScheduledFile, pieces: AsyncIterable<string>, stillOurs: () => Promise<boolean>) =>
      writeScheduledFile(base, file, pieces, stillOurs),
  });
  startMs = periodStart(world.now().getTime(), 'hour');
  await world.prisma.writer.create({ data: { id: 'wrt_1', lockKey: 1n, node: 'node', lastHash: 'a', owner: 'wrt_1' } });
  // Calls of three hours, also in the first and the last instant of each; more than one message holds.
  const times = [0, 1, 2].flatMap((hour) =>
    [0, HOUR_MS - 1, ...Array.from({ length: hour === 0 ? 1_500 : 20 }, (_, n) => 1_000 + n * 100)].map(
      (ms) => startMs + hour * HOUR_MS + ms,
    ),
  );
  await world.prisma.auditEvent.createMany({
    data: times.map((atMs, n) => ({
      id: newId('evt', atMs, randomBytes(10)),
      at: new Date(atMs),
      writer: 'wrt_1',
      seq: BigInt(n + 1),
      previousHash: 'a',
      hash: 'b',
      method: 'tools/call',
      decision: 'allowed',
      reason: 'policy.allowed',
      rule: '/tools/t',
      agentSlug: n % 2 === 0 ? 'bot' : 'crawler',
    })),
  });
});
afterAll(async () => {
  rmSync(base, { recursive: true, force: true });
  world.expectClean(SECRET, 'path-that-is-a-secret');
  await world.end();
});

const run = (): ScheduleRun => ({
  prisma: world.prisma,
  services: world.services,
  signal: new AbortController().signal,
  runner: 'tests',
  now: world.now,
});
async function runAll(): Promise<number> {
  let runs = 0;
  while (await runDueSchedule(run())) runs += 1;
  return runs;
}
const idsBetween = async (fromMs: number, toMs: number): Promise<string[]> =>
  (await world.prisma.auditEvent.findMany({ where: { at: { gte: new Date(fromMs), lt: new Date(toMs) } }, select: { id: true } }))
    .map(({ id }) => id)
    .sort();
const list = async () => (await world.call('GET', '/export-schedules', { as: 'viewer' })).body;

describe('a scheduled export', () => {
  it('writes a file for each hour that is over: every call once, none of the hour that runs', async () => {
    const made = await world.call('POST', '/export-schedules', {
      body: { target: 'folder', name: 'Hourly', every: 'hour', format: 'ndjson', folder: 'siem' },
    });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({ doneTo: new Date(startMs).toISOString(), lastRun: null, failure: null });
    expect(await runAll()).toBe(0);
    await world.passLong(2 * HOUR_MS + 10 * 60_000);
    expect(await runAll()).toBe(2);
    const names = readdirSync(join(base, 'siem')).sort();
    expect(names).toHaveLength(2);
    for (const [hour, name] of names.entries()) {
      const file = join(base, 'siem', name);
      const ids = readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: string }).id);
      expect(ids.sort()).toEqual(await idsBetween(startMs + hour * HOUR_MS, startMs + (hour + 1) * HOUR_MS));
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
    const { items } = await list();
    expect(items[0]).toMatchObject({ doneTo: new Date(startMs + 2 * HOUR_MS).toISOString(), lastRun: { rows: 22 }, failure: null });
    await world.call('DELETE', `/export-schedules/${made.body.id}`);
  });

  it('sends signed messages, tries the one that failed again under the same id, and loses and doubles nothing', async () => {
    const made = await world.call('POST', '/export-schedules', {
      body: {
        target: 'webhook',
        name: 'To the SIEM',
        every: 'hour',
        format: 'ocsf',
        filter: { agent: 'bot,crawler' },
        since: new Date(startMs).toISOString(),
        url: 'https://mcp.example.com/path-that-is-a-secret',
        signingSecret: SECRET,
      },
    });
    expect(made.status, made.text).toBe(201);
    expect(made.body.place).toBe('mcp.example.com');
    world.receiver.sent.length = 0;
    const ok = { ok: true, code: 200, detail: 'HTTP 200.', retryAfterMs: null };
    world.receiver.answers.push(ok, { ok: false, code: 503, detail: 'HTTP 503: busy', retryAfterMs: null });
    expect(await runAll()).toBe(1);
    expect((await list()).items[0].failure).toEqual({ attempts: 1, detail: 'HTTP 503: busy' });
    world.pass(20 * 60_000);
    expect(await runAll()).toBe(2);
    const bodies = world.receiver.sent.map((message) => {
      if (message.kind !== 'http') throw new Error('not by http');
      expect(message.signing).toMatchObject({ secret: SECRET });
      return JSON.parse(message.body) as { id: string; type: string; rows?: number; data?: { metadata: { uid: string } }[] };
    });
    expect(bodies[1]?.id).toBe(bodies[2]?.id);
    const taken = new Map(bodies.map((body) => [body.id, body]));
    const ids = [...taken.values()].flatMap(({ data }) => data ?? []).map((event) => event.metadata.uid);
    expect(ids.sort()).toEqual(await idsBetween(startMs, startMs + 2 * HOUR_MS));
    expect([...taken.values()].filter(({ type }) => type === 'audit.export.end').map(({ rows }) => rows)).toEqual([1_502, 22]);
    const changes = await world.prisma.adminChange.findMany({ where: { entityId: made.body.id }, orderBy: { at: 'asc' } });
    expect(changes.map(({ action }) => action.replace('export_schedule.', ''))).toEqual(['create', 'fail', 'run', 'run']);
    await world.call('DELETE', `/export-schedules/${made.body.id}`);
  });

  it('is paused, and goes on where it stopped', async () => {
    const body = { target: 'folder', name: 'Paused', every: 'hour', folder: 'paused', since: new Date(startMs).toISOString() };
    const { id } = (await world.call('POST', '/export-schedules', { body })).body;
    await world.call('PATCH', `/export-schedules/${id}`, { body: { enabled: false } });
    expect(await runAll()).toBe(0);
    await world.call('PATCH', `/export-schedules/${id}`, { body: { enabled: true } });
    expect(await runAll()).toBe(2);
    await world.call('DELETE', `/export-schedules/${id}`);
  });

  it('is not changed over what somebody else has changed meanwhile', async () => {
    const body = { target: 'folder', name: 'Shared', every: 'hour', folder: 'shared', since: new Date(startMs).toISOString() };
    const made = (await world.call('POST', '/export-schedules', { body })).body;
    const patch = (etag: string, change: Record<string, unknown>) =>
      world.call('PATCH', `/export-schedules/${made.id}`, { body: change, headers: { 'if-match': `"${etag}"` } });
    // How far it is is nothing that anybody changes.
    await runAll();
    const first = await patch(made.etag, { format: 'csv' });
    expect(first.status).toBe(200);
    expect(first.body.etag).not.toBe(made.etag);
    const late = await patch(made.etag, { name: 'Mine' });
    expect([late.status, late.body.error.code]).toEqual([412, 'export_schedule.stale']);
    expect((await patch(first.body.etag, { name: 'Mine' })).status).toBe(200);
    await world.call('DELETE', `/export-schedules/${made.id}`);
  });

  it('is changed, from the present period on', async () => {
    const body = { target: 'folder', name: 'Before', every: 'hour', folder: 'before', since: new Date(startMs).toISOString() };
    const { id } = (await world.call('POST', '/export-schedules', { body })).body;
    const patch = (change: Record<string, unknown>) => world.call('PATCH', `/export-schedules/${id}`, { body: change });
    expect((await patch({})).status).toBe(400);
    expect((await patch({ folder: 'a', url: 'https://mcp.example.com/x' })).status).toBe(400);
    expect((await patch({ url: 'https://mcp.example.com/x' })).body.error).toMatchObject({
      code: 'export_schedule.target',
      details: [{ path: '/signingSecret' }],
    });
    const changed = await patch({ name: 'After', format: 'csv', columns: ['id', 'agent'], filter: { agent: ['bot'] }, folder: 'after' });
    expect(changed.body).toMatchObject({
      name: 'After',
      format: 'csv',
      columns: ['id', 'agent'],
      place: 'after',
      every: 'hour',
      enabled: true,
    });
    expect(await runAll()).toBe(2);
    const [file] = readdirSync(join(base, 'after'));
    expect(readFileSync(join(base, 'after', String(file)), 'utf8')).toMatch(/^id,agent\r\nevt_\w+,bot\r\n/);
    expect(() => readdirSync(join(base, 'before'))).toThrow();

    const sent = world.receiver.sent.length;
    const webhook = await patch({ url: 'https://mcp.example.com/path-that-is-a-secret', signingSecret: SECRET, format: 'ndjson' });
    expect(webhook.body).toMatchObject({ target: 'webhook', place: 'mcp.example.com' });
    // The secret stays when only the address moves.
    expect((await patch({ url: 'https://mcp.example.com/other' })).status).toBe(200);
    await world.prisma.exportSchedule.update({ where: { id }, data: { doneTo: new Date(startMs), dueAt: new Date(startMs) } });
    expect(await runAll()).toBe(2);
    expect(
      world.receiver.sent.slice(sent).map((message) => message.kind === 'http' && [message.url, message.signing?.secret]),
    ).toContainEqual(['https://mcp.example.com/other', SECRET]);
    await world.prisma.exportSchedule.update({ where: { id }, data: { parts: 1 } });
    expect((await patch({ filter: {} })).body.error.code).toBe('export_schedule.halfway');
    expect((await patch({ name: 'Still' })).status).toBe(200);
    expect((await patch({ name: 'Still', enabled: false })).body).toMatchObject({ enabled: false });
    const changes = await world.prisma.adminChange.findMany({ where: { entityId: id, action: 'export_schedule.update' } });
    expect(changes).toHaveLength(5);
    await world.call('DELETE', `/export-schedules/${id}`);
  });

  it('passes long times without a call in one step, and begins at most 400 days back', async () => {
    const body = { target: 'folder', name: 'Since long', every: 'hour', folder: 'long' };
    const since = (days: number): string => new Date(startMs - days * 24 * HOUR_MS).toISOString();
    const far = await world.call('POST', '/export-schedules', { body: { ...body, since: '1970-01-01T00:00:00Z' } });
    expect([far.status, far.body.error.code]).toEqual([422, 'export_schedule.since']);
    const { id } = (await world.call('POST', '/export-schedules', { body: { ...body, since: since(399) } })).body;
    expect(await runAll()).toBe(3);
    const runs = await world.prisma.adminChange.findMany({
      where: { entityId: id, action: 'export_schedule.run' },
      orderBy: { at: 'asc' },
    });
    expect(runs.map(({ after }) => (after as { rows: number }).rows).sort((a, b) => a - b)).toEqual([0, 22, 1_502]);
    expect(readdirSync(join(base, 'long'))).toHaveLength(2);
    await world.call('DELETE', `/export-schedules/${id}`);
  });

  it('says which months retention took before it handed them over', async () => {
    await removeMonth(world, new Date(startMs));
    const body = { target: 'folder', name: 'Late', every: 'day', folder: 'late', since: new Date(startMs - 48 * HOUR_MS).toISOString() };
    const { id } = (await world.call('POST', '/export-schedules', { body })).body;
    expect(await runAll()).toBeGreaterThan(0);
    const run = await world.prisma.adminChange.findFirst({ where: { entityId: id, action: 'export_schedule.run' } });
    expect(run?.after).toMatchObject({ removedByRetention: ['2025-01'] });
    await world.call('DELETE', `/export-schedules/${id}`);
  });

  it('lets go while nothing is found, when another node has taken it over', async () => {
    const body = { target: 'folder', name: 'Sparse', every: 'hour', folder: 'sparse', since: new Date(startMs).toISOString() };
    const { id } = (await world.call('POST', '/export-schedules', { body })).body;
    // A reading that finds nothing for long: it ends only when it is told to.
    const read = (_sql: string, _values: unknown, { signal }: { signal: AbortSignal }): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        world.prisma.exportSchedule.update({ where: { id }, data: { runner: 'another' } }).catch(reject);
      });
    const services = { ...world.services, history: { ...world.services.history, read } } as ScheduleRun['services'];
    expect(await runDueSchedule({ ...run(), services })).toBe(true);
    const row = await world.prisma.exportSchedule.findUniqueOrThrow({ where: { id } });
    expect(row).toMatchObject({ runner: 'another', failures: 0, doneTo: new Date(startMs) });
    expect(readdirSync(join(base, 'sparse'))).toEqual([]);
    await world.call('DELETE', `/export-schedules/${id}`);
  });

  it('is deleted once, whoever else changes it at that moment', async () => {
    const body = { target: 'folder', name: 'Raced', every: 'week', folder: 'raced' };
    const { id } = (await world.call('POST', '/export-schedules', { body })).body;
    const path = `/export-schedules/${id}`;
    const answers = await Promise.all([
      world.call('DELETE', path),
      world.call('DELETE', path),
      world.call('PATCH', path, { body: { enabled: false } }),
    ]);
    for (const { status } of answers) expect([200, 204, 404]).toContain(status);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
  });

  it('tells why it failed, and stays inside of its folder', async () => {
    symlinkSync(tmpdir(), join(base, 'link'));
    const body = { target: 'folder', name: 'Link', every: 'day', folder: 'link', since: new Date(startMs - 24 * HOUR_MS).toISOString() };
    const { id } = (await world.call('POST', '/export-schedules', { body })).body;
    expect(await runAll()).toBe(1);
    expect((await list()).items[0].failure.detail).toContain('leads out of CALLGATE_EXPORT_DIR');
    await world.call('DELETE', `/export-schedules/${id}`);
    for (const folder of ['../x', '.x', 'a/b', ''])
      expect((await world.call('POST', '/export-schedules', { body: { ...body, folder } })).status).toBe(400);
  });

  it('refuses addresses inside, payloads, a second of one name, and people without the permission', async () => {
    const hook = { target: 'webhook', name: 'Hook', every: 'day', url: 'https://inside.example.com/', signingSecret: SECRET };
    expect((await world.call('POST', '/export-schedules', { body: hook })).status).toBe(422);
    const body = { target: 'folder', name: 'One', every: 'week', folder: 'one' };
    expect((await world.call('POST', '/export-schedules', { body: { ...body, columns: 'arguments' } })).status).toBe(400);
    expect((await world.call('POST', '/export-schedules', { body, as: 'approver' })).status).toBe(403);
    expect((await world.call('POST', '/export-schedules', { body })).status).toBe(201);
    expect((await world.call('POST', '/export-schedules', { body })).status).toBe(409);
  });
});

describe('a period', () => {
  it('begins and ends by UTC, weeks on Monday', () => {
    const at = Date.UTC(2026, 10, 26, 14, 30);
    expect(new Date(periodStart(at, 'hour')).toISOString()).toBe('2026-11-26T14:00:00.000Z');
    expect(new Date(periodEnd(at, 'day')).toISOString()).toBe('2026-11-27T00:00:00.000Z');
    expect(new Date(periodStart(at, 'week')).toISOString()).toBe('2026-11-23T00:00:00.000Z');
    expect(periodStart(periodEnd(at, 'week'), 'week')).toBe(periodEnd(at, 'week'));
  });
});
