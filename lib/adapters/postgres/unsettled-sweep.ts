import type pg from 'pg';
import { eventTimeMs } from './event-id';
import type { Statement } from './ledger-connection';
import type { PendingSettlement } from './settle-queue';

/** Writers that have shown no life for this long, and whose session is gone, are dead. */
const SILENT_SECONDS = 5;
const EVENTS_PER_SWEEP = 256;

/** One sweeper at a time: what one node closes as unknown, no other closes again. */
export const SWEEP_LOCK: Statement = { name: 'callgate_sweep_lock', text: 'SELECT pg_try_advisory_xact_lock(4207760044) AS locked' };
export const STILL_UNSETTLED: Statement = {
  name: 'callgate_still_unsettled',
  text: `
    SELECT r.id FROM unnest($1::text[], $2::timestamptz[]) AS r(id, at)
    WHERE NOT EXISTS (SELECT 1 FROM audit_outcomes o WHERE o.event_at = r.at AND o.event_id = r.id)`,
};

export interface DeadWriter {
  readonly id: string;
  readonly unsettledFrom: string;
}

/** Writers whose owner is dead and that nobody has swept yet. */
export async function findDeadWriters(pool: pg.Pool, self: string): Promise<DeadWriter[]> {
  const answer = await pool.query<DeadWriter>(
    `SELECT w.id, w.unsettled_from::text AS "unsettledFrom" FROM writers w JOIN writers o ON o.id = w.owner
     WHERE w.swept_at IS NULL AND w.owner <> $1 AND o.last_seen_at < clock_timestamp() - make_interval(secs => ${SILENT_SECONDS})
       AND NOT EXISTS (
         SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND l.classid = ((o.lock_key >> 32) & 4294967295)::oid AND l.objid = (o.lock_key & 4294967295)::oid)
     ORDER BY w.started_at LIMIT 20`,
    [self],
  );
  return answer.rows;
}

/** Ids of admitted events of a writer that have no outcome, oldest first; bounded by the writer's last sign of life. */
export async function findUnsettled(pool: pg.Pool, writer: DeadWriter): Promise<string[]> {
  const answer = await pool.query<{ id: string }>(
    `SELECT e.id FROM audit_events e
     WHERE e.writer = $1 AND e.seq >= $2::bigint AND e.expects_outcome
       AND NOT EXISTS (SELECT 1 FROM audit_outcomes o WHERE o.event_at = e.at AND o.event_id = e.id)
     ORDER BY e.seq LIMIT ${EVENTS_PER_SWEEP}`,
    [writer.id, writer.unsettledFrom],
  );
  return answer.rows.map((row) => row.id);
}

export async function markSwept(pool: pg.Pool, writer: DeadWriter): Promise<void> {
  await pool.query('UPDATE writers SET swept_at = clock_timestamp() WHERE id = $1 AND swept_at IS NULL', [writer.id]);
}

/** The outcome of a call whose gateway died between sending and recording. Its charges stay: it may well have run. */
export function unknownSettlement(event: string): PendingSettlement {
  return {
    settlement: {
      event,
      outcome: 'unknown',
      httpStatus: null,
      upstreamMs: null,
      gatewayMs: null,
      resultBytes: null,
      note: 'The gateway stopped before the outcome was recorded; the call may have run.',
    },
    eventAtMs: eventTimeMs(event) ?? 0,
    refunds: [],
  };
}
