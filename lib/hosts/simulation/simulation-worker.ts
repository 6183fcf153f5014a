import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createEnvelope } from '@/lib/env/envelope';
import { readObservedUse } from './read-observed-use';
import { runJob } from './run-job';
import type { WorkerAnswer, WorkerOrder } from './worker-process';

// A process of its own: a replay keeps a processor busy for up to a minute, and neither the gateway's event loop nor its share of the processors
// may feel that. It ends with its parent, whose end closes the channel.
process.once('disconnect', () => process.exit(0));
process.once('message', (order: WorkerOrder) => {
  void carryOut(order).then(
    (answer) => process.send?.(answer, () => process.exit(0)),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? error.message : String(error) } satisfies WorkerAnswer, () => process.exit(1)),
  );
});

/** One batch of 4,000 calls in so long, at most, after the first seconds. */
const BATCH_EVERY_MS = 150;
const UNPACED_MS = 3_000;

async function carryOut(order: WorkerOrder): Promise<WorkerAnswer> {
  yieldToOthers();
  const client = new pg.Client({ ...order.poolConfig, application_name: 'callgate simulation' });
  client.on('error', () => undefined);
  await client.connect();
  await yieldBackend(client, order.poolConfig);
  try {
    const sealer = createEnvelope(Buffer.from(order.secretKey, 'base64'));
    if (order.task.kind === 'observe') return { observed: await readObservedUse(client, order.task.range, sealer, async () => undefined) };
    await runJob(client, order.task.id, sealer, paced());
    return {};
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Holds a replay to some 27,000 calls a second. A low priority alone does not spare the gateway what no scheduler divides: caches, memory and
 * the database's locks. A million calls still take less than a minute, and the first few seconds, all that most simulations need, are free.
 */
function paced(): () => Promise<void> {
  const startedMs = performance.now();
  let lastMs = startedMs;
  return async () => {
    const nowMs = performance.now();
    const restMs = nowMs - startedMs < UNPACED_MS ? 0 : lastMs + BATCH_EVERY_MS - nowMs;
    if (restMs > 1) await sleep(restMs);
    lastMs = performance.now();
  };
}

function yieldToOthers(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // Not permitted everywhere; the process is still apart.
  }
  try {
    // Linux weighs sessions before it weighs processes, and this process leads one of its own.
    writeFileSync('/proc/self/autogroup', String(constants.priority.PRIORITY_LOW));
  } catch {
    // Another system, or one that does not weigh sessions.
  }
}

/**
 * The database's part of the reading yields too: its backend, when the database is the embedded one and so a process of this machine,
 * and no helpers beside it, which nobody could ask to.
 */
async function yieldBackend(client: pg.Client, config: pg.PoolConfig): Promise<void> {
  await client.query('SET max_parallel_workers_per_gather = 0');
  if (config.connectionString !== undefined || !config.host?.startsWith('/')) return;
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  try {
    // Not the lowest: a backend that waits long for its turn may hold a lock that the ledger waits for.
    setPriority(rows[0]?.pid ?? 0, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Another account's process; it is as it was.
  }
}
