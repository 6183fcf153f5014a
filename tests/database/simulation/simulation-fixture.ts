import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createEnvelope } from '@/lib/env/envelope';
import { SimulationRunner, type SimulationRunnerOptions } from '@/lib/hosts/simulation/simulation-runner';
import { seedRecordedCalls } from '@/tests/fixtures/seed/seed-recorded-calls';
import { type SeededWorld, seedWorld } from '@/tests/fixtures/seed/seeded-world';
import { createWorld, type World } from '../control/control-world';

export const DAY_MS = 86_400_000;

/** The API over a database with a seeded server, and a runner like a node's. */
export async function createSimulationWorld() {
  const world = await createWorld();
  await world.addPeople();
  const client = new pg.Client(world.poolConfig);
  await client.connect();
  const pool = new pg.Pool({ ...world.poolConfig, max: 3 });
  pool.on('error', () => undefined);
  const secretKey = randomBytes(32);
  const nowMs = world.now().getTime();
  const seeded = await seedWorld(client, 'seeded', { tools: 60, agents: 4 }, nowMs);
  const runners: SimulationRunner[] = [];
  return {
    world,
    client,
    pool,
    secretKey,
    seeded,
    nowMs,
    seed: (calls: number, days: number) =>
      seedRecordedCalls(client, seeded, { calls, fromMs: nowMs - days * DAY_MS, toMs: nowMs, sealer: createEnvelope(secretKey) }),
    /** Starts a runner and makes it the one that the API wakes. */
    startRunner(options: Partial<SimulationRunnerOptions> = {}): SimulationRunner {
      const runner = new SimulationRunner({
        pool,
        poolConfig: world.poolConfig,
        secretKey,
        runner: `runner ${runners.length}`,
        workerFile: null,
        log: { info: () => undefined, warn: () => undefined },
        pollMs: 100,
        ...options,
      });
      runners.push(runner);
      Object.assign(world.services, { simulations: runner });
      runner.start();
      return runner;
    },
    async end(): Promise<void> {
      for (const runner of runners) await runner.close();
      await pool.end();
      await client.end();
      await world.end();
    },
  };
}

export type SimulationWorld = Awaited<ReturnType<typeof createSimulationWorld>> & { readonly seeded: SeededWorld };

/** Polls a simulation until it has ended. */
export async function ended(world: World, id: string, withinMs = 25_000) {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const { body } = await world.call('GET', `/simulations/${id}`);
    if (!['queued', 'running'].includes(body.status)) return body;
    if (performance.now() > deadline) throw new Error(`the simulation is still ${body.status} after ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
