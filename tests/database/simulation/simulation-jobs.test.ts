import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '@/lib/db/project-root';
import { takeNextJob } from '@/lib/hosts/simulation/simulation-jobs';
import { SEEDED_POLICY } from '../../fixtures/seed/seeded-world';
import { createSimulationWorld, ended } from './simulation-fixture';

const CALLS = 2_000;
let fixture: Awaited<ReturnType<typeof createSimulationWorld>>;
let workerFile: string;
/** Holds the trail so that no reading goes on, for as long as a test needs a job to be in the middle of its work. */
let holder: pg.Client;

beforeAll(async () => {
  fixture = await createSimulationWorld();
  await fixture.seed(CALLS, 2);
  workerFile = await bundleWorker();
  holder = new pg.Client(fixture.world.poolConfig);
  await holder.connect();
});
afterEach(() => fixture.world.prisma.simulation.deleteMany());
afterAll(async () => {
  await holder.end();
  await fixture.end();
});

/** The real worker, as `scripts/prepare.mjs` makes it, beside the one of the product. */
async function bundleWorker(): Promise<string> {
  const outfile = join(projectRoot(), '.build/simulation-worker-tested.mjs');
  await build({
    entryPoints: [join(projectRoot(), 'lib/hosts/simulation/simulation-worker.ts')],
    outfile,
    absWorkingDir: projectRoot(),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
  });
  return outfile;
}

const hold = () => holder.query('BEGIN; LOCK TABLE audit_events IN ACCESS EXCLUSIVE MODE');
const release = () => holder.query('COMMIT');
const simulation = async (id: string) => (await fixture.world.call('GET', `/simulations/${id}`)).body;

async function start(): Promise<string> {
  const { status, body, text } = await fixture.world.call('POST', '/simulations', {
    as: 'author',
    body: { server: 'seeded', policy: 'back-office', text: SEEDED_POLICY, days: 3 },
  });
  expect(status, text).toBe(201);
  return body.id;
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const deadline = performance.now() + 20_000; !(await holds()); await sleep(20))
    if (performance.now() > deadline) throw new Error('it did not come about');
}

/** How many connections of simulations wait for the held trail. */
async function waiting(): Promise<number> {
  const { rows } = await fixture.client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'callgate simulation' AND datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0]?.n ?? 0;
}

/** The processes that run the tested worker. */
function workers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(workerFile);
      } catch {
        return false;
      }
    });
}

describe('the jobs of simulations', () => {
  it('gives each job to one taker, however many reach for it at once', async () => {
    const ids = [];
    for (let index = 0; index < 20; index++) ids.push(await start());
    const clients = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = new pg.Client(fixture.world.poolConfig);
        await client.connect();
        return client;
      }),
    );
    const taken = await Promise.all(
      clients.map(async (client, index) => {
        const mine: string[] = [];
        for (let id = await takeNextJob(client, `runner ${index}`); id !== null; id = await takeNextJob(client, `runner ${index}`))
          mine.push(id);
        return mine;
      }),
    );
    await Promise.all(clients.map((client) => client.end()));
    expect(taken.flat().sort()).toEqual(ids.sort());
    expect(taken.filter((mine) => mine.length > 0).length).toBeGreaterThan(1);
  });

  it('finishes every job once when two nodes run them side by side', async () => {
    const ids = [];
    for (let index = 0; index < 6; index++) ids.push(await start());
    const runners = [fixture.startRunner(), fixture.startRunner()];
    for (const id of ids) expect(await ended(fixture.world, id)).toMatchObject({ status: 'done', result: { calls: CALLS, changed: 0 } });
    const ran = await fixture.world.prisma.simulation.groupBy({ by: ['runner'], _count: true });
    expect(ran).toHaveLength(2);
    for (const runner of runners) await runner.close();
  });

  it('ends a running job when it is cancelled, keeps no half result, and goes on with the next', async () => {
    const runner = fixture.startRunner({ workerFile });
    await hold();
    const id = await start();
    await until(async () => (await waiting()) === 1);
    const next = await start();
    const { body } = await fixture.world.call('POST', `/simulations/${id}/cancel`, { as: 'author' });
    expect(body).toMatchObject({ status: 'cancelled', result: null });
    await release();
    expect(await ended(fixture.world, next)).toMatchObject({ status: 'done' });
    expect(await simulation(id)).toMatchObject({ status: 'cancelled', error: null, result: null, summary: null });
    const again = await fixture.world.call('POST', `/simulations/${id}/cancel`, { as: 'author' });
    expect(again.body.error.code).toBe('simulation.ended');
    await runner.close();
  });

  it('cancels a job that waits before anybody ran it', async () => {
    const id = await start();
    await fixture.world.call('POST', `/simulations/${id}/cancel`, { as: 'author' });
    const runner = fixture.startRunner();
    expect(await ended(fixture.world, await start())).toMatchObject({ status: 'done' });
    expect(await simulation(id)).toMatchObject({ status: 'cancelled', startedAt: null });
    await runner.close();
  });

  it('says what to do when the process that runs a job is killed, and runs the next one', async () => {
    const runner = fixture.startRunner({ workerFile });
    await hold();
    const id = await start();
    await until(async () => (await waiting()) === 1);
    const pids = workers();
    expect(pids).toHaveLength(1);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await until(async () => (await simulation(id)).status === 'failed');
    expect((await simulation(id)).error).toMatch(/ended with SIGKILL.*Run it again\.$/);
    await release();
    expect(await ended(fixture.world, await start())).toMatchObject({ status: 'done' });
    await runner.close();
  });

  it('puts a job back when its node stops in order, and the next node runs it from the beginning', async () => {
    const runner = fixture.startRunner({ workerFile });
    await hold();
    const id = await start();
    await until(async () => (await waiting()) === 1);
    await runner.close();
    expect(await simulation(id)).toMatchObject({ status: 'queued', startedAt: null, progress: { calls: 0, of: null } });
    await release();
    const second = fixture.startRunner();
    expect(await ended(fixture.world, id)).toMatchObject({ status: 'done', result: { calls: CALLS } });
    await second.close();
  });

  it('fails the job of a node that died without a word, in a sentence, once it has been silent', async () => {
    const id = await start();
    expect(await takeNextJob(fixture.client, 'a node that dies')).toBe(id);
    const runner = fixture.startRunner();
    await sleep(400);
    expect((await simulation(id)).status).toBe('running');
    await fixture.client.query(`UPDATE simulations SET calls_done = 1200, alive_at = now() - interval '1 minute' WHERE id = $1`, [id]);
    expect(await ended(fixture.world, id)).toMatchObject({
      status: 'failed',
      result: null,
      error: 'The process that ran this simulation ended after 1200 calls. Run it again.',
    });
    await runner.close();
  });
});
