import type pg from 'pg';
import type { ReplayResult } from '@/lib/policy/simulate/replay-result';
import type { SimulationJob } from './simulate';

type Runs = Pick<pg.ClientBase, 'query'>;

/** How long a running job may go without a sign of life before its process counts as dead. */
export const DEAD_AFTER_SECONDS = 20;

/** Takes the oldest waiting job for this runner; null when none waits. Two nodes never take the same one. */
export async function takeNextJob(db: Runs, runner: string): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(
    `UPDATE simulations SET status = 'running', runner = $1, started_at = clock_timestamp(), alive_at = clock_timestamp(), calls_done = 0, calls_total = NULL
      WHERE id = (SELECT id FROM simulations WHERE status = 'queued' ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id`,
    [runner],
  );
  return rows[0]?.id ?? null;
}

/** The job to run; null when it was cancelled or deleted meanwhile. */
export async function loadJob(db: Runs, id: string): Promise<SimulationJob | null> {
  const { rows } = await db.query<SimulationJob>(
    `SELECT id, server_id AS "serverId", policy_id AS "policyId", text, (extract(epoch FROM from_at) * 1000)::float8 AS "fromMs",
            (extract(epoch FROM to_at) * 1000)::float8 AS "toMs", against, warm,
            CASE WHEN agents IS NULL OR jsonb_typeof(agents) = 'null' THEN NULL
                 ELSE coalesce((SELECT json_agg(a.id) FROM agents a WHERE a.slug IN (SELECT jsonb_array_elements_text(simulations.agents))), '[]') END AS "agentIds"
       FROM simulations WHERE id = $1 AND status = 'running'`,
    [id],
  );
  return rows[0] ?? null;
}

/** Writes how far a job is; false when it is no longer to be run. */
export async function reportProgress(db: Runs, id: string, calls: number, of: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE simulations SET calls_done = $2, calls_total = $3, alive_at = clock_timestamp() WHERE id = $1 AND status = 'running'`,
    [id, calls, of],
  );
  return rowCount === 1;
}

/** A sign of life of the process that answers for a job, also while one long statement runs. */
export async function keepAlive(db: Runs, id: string): Promise<void> {
  await db.query(`UPDATE simulations SET alive_at = clock_timestamp() WHERE id = $1 AND status = 'running'`, [id]);
}

/** Keeps the result of a job that was not cancelled meanwhile. */
export async function finishJob(db: Runs, id: string, result: ReplayResult): Promise<void> {
  const { calls, changed, unchanged, cannotTell, newly } = result;
  const summary = { calls, changed, unchanged, cannotTell: cannotTell.total, newly };
  await db.query(
    `UPDATE simulations SET status = 'done', finished_at = clock_timestamp(), calls_done = coalesce(calls_total, calls_done), text = NULL,
            summary = $2::jsonb, result = $3::jsonb WHERE id = $1 AND status = 'running'`,
    // PostgreSQL's jsonb takes no NUL, and a tool's name may come from anybody.
    [id, JSON.stringify(summary), JSON.stringify(result).replaceAll('\\u0000', '\\ufffd')],
  );
}

/** Ends a job that could not be finished, with a sentence for people. */
export async function failJob(db: Runs, id: string, error: string): Promise<void> {
  await db.query(
    `UPDATE simulations SET status = 'failed', finished_at = clock_timestamp(), error = $2, text = NULL WHERE id = $1 AND status = 'running'`,
    [id, error],
  );
}

/** Puts a job back, when its process ends in an orderly way: it starts anew wherever the next runner is. */
export async function putBackJob(db: Runs, id: string): Promise<void> {
  await db.query(
    `UPDATE simulations SET status = 'queued', runner = NULL, started_at = NULL, alive_at = NULL, calls_done = 0, calls_total = NULL
      WHERE id = $1 AND status = 'running'`,
    [id],
  );
}

/** Ends jobs whose process died without a word. Returns how many. */
export async function failDeadJobs(db: Runs): Promise<number> {
  const { rowCount } = await db.query(
    `UPDATE simulations SET status = 'failed', finished_at = clock_timestamp(), text = NULL,
            error = 'The process that ran this simulation ended after ' || calls_done || ' calls. Run it again.'
      WHERE status = 'running' AND alive_at < clock_timestamp() - make_interval(secs => $1)`,
    [DEAD_AFTER_SECONDS],
  );
  return rowCount ?? 0;
}
