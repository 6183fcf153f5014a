import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimExport, type ExportRun, forgetOldExports, runExport } from '@/lib/control/export-jobs/run-export';
import { ExportFiles } from '@/lib/hosts/exports/export-files';
import { ExportRunner } from '@/lib/hosts/exports/export-runner';
import { newId } from '@/lib/kernel/ids';
import { createWorld, type World } from './control-world';
import { removeMonth } from './removed-month';

const ROWS = 3_400;
let world: World;
let folder: string;
let files: ExportFiles;
let runner: ExportRunner;

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  folder = mkdtempSync(join(tmpdir(), 'callgate-exports-'));
  files = new ExportFiles(folder);
  runner = new ExportRunner({ prisma: world.prisma, runner: 'tests', now: world.now }, () => world.services, files, console);
  Object.assign(world.services, { exports: { ...runner.port, wake: () => {} } });
  await world.prisma.writer.create({ data: { id: 'wrt_1', lockKey: 1n, node: 'node', lastHash: 'a', owner: 'wrt_1' } });
  const base = world.now().getTime() - 3_600_000;
  await world.prisma.auditEvent.createMany({
    data: Array.from({ length: ROWS }, (_, n) => ({
      id: newId('evt', base + n, randomBytes(10)),
      at: new Date(base + n),
      writer: 'wrt_1',
      seq: BigInt(n + 1),
      previousHash: 'a',
      hash: 'b',
      method: 'tools/call',
      decision: 'allowed',
      reason: 'policy.allowed',
      rule: '/tools/t',
      agentSlug: n % 10 === 0 ? 'rare' : 'bot',
      tool: 'Überweisung',
    })),
  });
});
afterAll(async () => {
  await runner.close();
  rmSync(folder, { recursive: true, force: true });
  world.expectClean();
  await world.end();
});

const run = (name: string, signal = new AbortController().signal): ExportRun => ({
  prisma: world.prisma,
  services: world.services,
  signal,
  runner: name,
  now: world.now,
  pause: async () => {},
});
const create = async (body: object, as: 'viewer' | 'approver' | 'admin' = 'viewer') => {
  const { status, body: job, text } = await world.call('POST', '/exports', { as, body });
  expect(status, text).toBe(201);
  return job;
};
const statusOf = async (id: string) => (await world.call('GET', `/exports/${id}`)).body;

async function written(id: string): Promise<void> {
  runner.wake();
  await expect.poll(async () => (await statusOf(id)).status, { timeout: 15_000 }).toBe('done');
}

describe('an export in the background', () => {
  it('holds what the same export gives at once, and tells how far it is', async () => {
    const job = await create({ format: 'csv', filter: { agent: 'bot' }, columns: 'id,at,tool' });
    expect(job).toMatchObject({
      status: 'queued',
      here: true,
      progress: { rows: 0, of: ROWS - ROWS / 10, bytes: 0 },
      createdBy: 'The viewer',
    });
    await written(job.id);
    const done = await statusOf(job.id);
    const { text } = await world.call('GET', '/audit/export?format=csv&agent=bot&columns=id,at,tool', { as: 'viewer' });
    const file = await world.call('GET', `/exports/${job.id}/file`, { as: 'viewer' });
    expect(file.text).toBe(text);
    expect(file.headers.get('content-disposition')).toContain(job.file);
    expect(done.progress).toEqual({ rows: ROWS - ROWS / 10, of: ROWS - ROWS / 10, bytes: Buffer.byteLength(text) });
    expect(Date.parse(done.expiresAt) - Date.parse(done.finishedAt)).toBe(7 * 86_400_000);
    expect(statSync(join(folder, 'exports', job.id)).mode & 0o777).toBe(0o600);
  });

  it('goes on after its process was killed in the middle of a write, without a loss or a double', async () => {
    const job = await create({ format: 'csv' });
    const first = await claimExport(run('first'), files.id);
    const sink = await files.write(job.id);
    let writes = 0;
    const killed = runExport(run('first'), first as NonNullable<typeof first>, {
      write: async (at, text) => {
        if (++writes < 3) return sink.write(at, text);
        appendFileSync(join(folder, 'exports', job.id), text.slice(0, 5_000));
        throw new Error('killed');
      },
    });
    await expect(killed).rejects.toThrow('killed');
    await sink.close();
    expect(await statusOf(job.id)).toMatchObject({ status: 'running', progress: { rows: 1_000 } });
    // A runner that may still live keeps its job.
    expect(await claimExport(run('second'), files.id)).toBeNull();
    await world.prisma.$executeRawUnsafe(`UPDATE export_jobs SET alive_at = alive_at - interval '1 minute' WHERE id = '${job.id}'`);
    expect(await claimExport(run('second'), 'another folder')).toBeNull();
    await written(job.id);
    const { text } = await world.call('GET', '/audit/export?format=csv', { as: 'viewer' });
    expect((await world.call('GET', `/exports/${job.id}/file`, { as: 'viewer' })).text).toBe(text);
  });

  it('is recorded when it is made, when it has ended, and each time somebody takes it', async () => {
    const job = await create({ filter: { agent: 'rare' } });
    await written(job.id);
    await world.call('GET', `/exports/${job.id}/file`);
    const changes = await world.prisma.adminChange.findMany({ where: { entityId: job.id }, orderBy: { at: 'asc' } });
    expect(changes.map(({ action, actorName }) => [action, actorName])).toEqual([
      ['export.create', 'The viewer'],
      ['export.finish', 'The viewer'],
      ['export.download', 'The admin'],
    ]);
    expect(changes[1]?.after).toMatchObject({ rows: ROWS / 10 });
  });

  it('is there for the one who made it and for admins', async () => {
    const job = await create({ filter: { agent: 'rare' } }, 'approver');
    expect((await world.call('GET', `/exports/${job.id}`, { as: 'viewer' })).status).toBe(404);
    expect((await world.call('GET', `/exports/${job.id}/file`, { as: 'author' })).status).toBe(404);
    expect((await world.call('POST', `/exports/${job.id}/cancel`, { as: 'author' })).status).toBe(404);
    const ids = async (as: 'viewer' | 'admin') =>
      (await world.call('GET', '/exports?limit=500', { as })).body.items.map((one: { id: string }) => one.id);
    expect(await ids('viewer')).not.toContain(job.id);
    expect(await ids('admin')).toContain(job.id);
    expect((await world.call('GET', `/exports/${job.id}/file`)).body.error.code).toBe('export.not_done');
    await written(job.id);
    expect((await world.call('GET', `/exports/${job.id}/file`)).status).toBe(200);
  });

  it('gives payloads to their readers only', async () => {
    const columns = 'id,arguments';
    expect((await world.call('POST', '/exports', { as: 'viewer', body: { columns } })).status).toBe(403);
    const job = await create({ columns, filter: { agent: 'rare' } }, 'approver');
    await written(job.id);
    await world.prisma.user.updateMany({ where: { email: 'approver@example.com' }, data: { role: 'viewer' } });
    expect((await world.call('GET', `/exports/${job.id}/file`, { as: 'approver' })).status).toBe(403);
    await world.prisma.user.updateMany({ where: { email: 'approver@example.com' }, data: { role: 'approver' } });
    expect((await world.call('GET', `/exports/${job.id}/file`, { as: 'approver' })).status).toBe(200);
  });

  it('is cancelled while it waits or runs, and deleted when it is done', async () => {
    const job = await create({});
    const claimed = (await claimExport(run('first'), files.id)) as NonNullable<Awaited<ReturnType<typeof claimExport>>>;
    expect((await world.call('POST', `/exports/${job.id}/cancel`, { as: 'viewer' })).body.status).toBe('cancelled');
    const sink = await files.write(job.id);
    await runExport(run('first'), claimed, sink);
    await sink.close();
    expect(await statusOf(job.id)).toMatchObject({ status: 'cancelled', progress: { rows: 0 } });
    expect((await world.call('POST', `/exports/${job.id}/cancel`, { as: 'viewer' })).status).toBe(409);
    const other = await create({ filter: { agent: 'rare' } });
    await written(other.id);
    expect((await world.call('POST', `/exports/${other.id}/cancel`, { as: 'viewer' })).body.status).toBe('cancelled');
    expect(readdirSync(join(folder, 'exports'))).not.toContain(other.id);
  });

  it('is deleted after seven days, with what nobody owns any more', async () => {
    const job = await create({ filter: { agent: 'rare' } });
    await written(job.id);
    await world.passLong(7 * 86_400_000 + 120_000);
    await files.keepOnly(() => forgetOldExports(run('sweep'), files.id));
    expect(await statusOf(job.id)).toMatchObject({ status: 'expired' });
    expect(readdirSync(join(folder, 'exports'))).toEqual(['folder-id']);
    expect((await world.call('GET', `/exports/${job.id}/file`, { as: 'viewer' })).status).toBe(409);
  });

  it('fails, and names the month, when retention removed calls of it meanwhile', async () => {
    const job = await create({ format: 'csv', filter: { agent: 'rare' } });
    await removeMonth(world);
    runner.wake();
    await expect.poll(async () => (await statusOf(job.id)).status, { timeout: 15_000 }).toBe('failed');
    expect((await statusOf(job.id)).error).toContain('2025-01');
  });

  it('is refused to one who has five under way', async () => {
    const asked = Array.from({ length: 12 }, () => world.call('POST', '/exports', { as: 'viewer', body: { filter: { agent: 'rare' } } }));
    expect((await Promise.all(asked)).filter(({ status }) => status === 201)).toHaveLength(5);
    const { status, body } = await world.call('POST', '/exports', { as: 'viewer', body: {} });
    expect([status, body.error.code]).toEqual([429, 'export.too_many']);
  });
});
