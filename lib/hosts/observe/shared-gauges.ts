import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';

/** A scrape does not wait longer than this for the database. */
const WITHIN_MS = 2_000;
/** Several scrapers, and every node, ask for the same. */
const KEPT_MS = 5_000;

const READ_SQL = `SELECT
  (SELECT count(*) FROM approvals WHERE status = 'pending' AND expires_at > clock_timestamp())::int AS approvals_pending,
  (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0) FROM approvals
    WHERE status = 'pending' AND expires_at > clock_timestamp())::float8 AS approvals_oldest,
  (SELECT count(*) FROM notification_deliveries WHERE status IN ('waiting', 'sending'))::int AS notifications_pending,
  (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(due_at)), 0) FROM notification_deliveries
    WHERE status IN ('waiting', 'sending') AND due_at < clock_timestamp())::float8 AS notifications_late,
  (SELECT count(*) FROM simulations WHERE status = 'queued')::int AS simulations_queued,
  (SELECT count(*) FROM simulations WHERE status = 'running')::int AS simulations_running,
  (SELECT count(*) FROM nodes WHERE kind = 'app' AND seen_at > clock_timestamp() - interval '10 seconds')::int AS nodes_app,
  (SELECT count(*) FROM nodes WHERE kind = 'gateway' AND seen_at > clock_timestamp() - interval '10 seconds')::int AS nodes_gateway,
  (SELECT count(*) FROM counters WHERE window_end > clock_timestamp() AND rule <> '(loop)' AND used >= max)::int AS limits_exhausted,
  (SELECT count(*) FROM counters WHERE window_end > clock_timestamp() AND rule <> '(loop)' AND used >= max * 0.8 AND used < max)::int AS limits_near,
  pg_database_size(current_database())::float8 AS database_bytes`;

interface SharedState {
  readonly approvals_pending: number;
  readonly approvals_oldest: number;
  readonly notifications_pending: number;
  readonly notifications_late: number;
  readonly simulations_queued: number;
  readonly simulations_running: number;
  readonly nodes_app: number;
  readonly nodes_gateway: number;
  readonly limits_exhausted: number;
  readonly limits_near: number;
  readonly database_bytes: number;
}

/**
 * What the nodes share, read from the database: every node says the same, so take `max`, not `sum`. While the database does
 * not answer the series are absent and `callgate_shared_state_up` is 0: an old figure would look like a true one.
 */
export function registerSharedGauges(registry: Registry, pool: Pick<pg.Pool, 'query'>): () => Promise<void> {
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const up = gauge('callgate_shared_state_up', '1 when the figures that all nodes share could be read for this scrape.');
  const pending = gauge('callgate_approvals_pending', 'Requests for approval that wait for a person.');
  const oldest = gauge('callgate_approvals_oldest_seconds', 'How long the oldest request for approval has waited.');
  const outbox = gauge('callgate_notifications_pending', 'Notifications that are not delivered yet.');
  const late = gauge('callgate_notifications_overdue_seconds', 'How long the most overdue notification should have been sent already.');
  const simulations = gauge('callgate_simulations', 'Simulations that are not over.', ['status']);
  const nodes = gauge('callgate_nodes', 'Nodes that gave a sign of life in the last 10 s.', ['kind']);
  const limits = gauge('callgate_limits', 'Counters of running windows: exhausted, or near it (80 % and more).', ['state']);
  const size = gauge('callgate_database_size_bytes', 'Size of the database.');
  const plain = [pending, oldest, outbox, late, size];
  const labelled = [simulations, nodes, limits];

  const set = (state: SharedState): void => {
    pending.set(state.approvals_pending);
    oldest.set(state.approvals_oldest);
    outbox.set(state.notifications_pending);
    late.set(state.notifications_late);
    simulations.set({ status: 'queued' }, state.simulations_queued);
    simulations.set({ status: 'running' }, state.simulations_running);
    nodes.set({ kind: 'app' }, state.nodes_app);
    nodes.set({ kind: 'gateway' }, state.nodes_gateway);
    limits.set({ state: 'exhausted' }, state.limits_exhausted);
    limits.set({ state: 'near' }, state.limits_near);
    size.set(state.database_bytes);
  };

  const read = async (): Promise<void> => {
    try {
      const { rows } = await within(pool.query<SharedState>(READ_SQL), WITHIN_MS);
      if (rows[0]) set(rows[0]);
      up.set(1);
    } catch {
      for (const one of plain) one.remove();
      for (const one of labelled) one.reset();
      up.set(0);
    }
  };
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> = Promise.resolve();
  return () => {
    if (performance.now() - readAtMs >= KEPT_MS) {
      readAtMs = performance.now();
      reading = read();
    }
    return reading;
  };
}

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
