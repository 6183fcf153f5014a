import type pg from 'pg';
import type { TextSealer } from '@/lib/adapters/postgres/argument-store';
import { SimulationError, simulate } from './simulate';
import { failJob, finishJob, loadJob, reportProgress } from './simulation-jobs';

/** Runs one taken job to its end on a connection of its own, whatever that end is. */
export async function runJob(
  client: pg.ClientBase,
  id: string,
  sealer: TextSealer,
  pause: () => Promise<void>,
  batchRows?: number,
): Promise<void> {
  try {
    const job = await loadJob(client, id);
    if (job === null) return;
    const result = await simulate(client, job, sealer, (calls, of) => reportProgress(client, id, calls, of), pause, batchRows);
    if (result !== null) await finishJob(client, id, result);
  } catch (error) {
    await failJob(client, id, sentenceOf(error));
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof SimulationError) return error.message;
  return `The simulation failed: ${error instanceof Error ? error.message : String(error)}. Run it again; if it fails again, look at the log.`.slice(
    0,
    500,
  );
}
