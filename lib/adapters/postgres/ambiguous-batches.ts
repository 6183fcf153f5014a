import type pg from 'pg';
import type { BatchRows, PlacedCall } from './batch-commit';
import type { PendingSettlement, Refund } from './settle-queue';

/** A batch whose commit was sent and never answered. */
export interface AmbiguousBatch {
  readonly lockKey: string;
  readonly rows: BatchRows;
  readonly settlements: readonly PendingSettlement[];
}

/** true while the session that holds this writer's lock still runs: it may yet commit what it was sent. */
export async function writerSessionLives(pool: pg.Pool, lockKey: string): Promise<boolean> {
  const answer = await pool.query(
    `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND classid = (($1::bigint >> 32) & 4294967295)::oid AND objid = ($1::bigint & 4294967295)::oid`,
    [lockKey],
  );
  return answer.rows.length > 0;
}

/**
 * What became of an ambiguous batch, to be asked only when the writer's session is gone. Nothing of it was forwarded,
 * so events that stand are to be closed as `not_sent`, and outcomes that do not stand are to be written again.
 */
export async function resolveAmbiguous(pool: pg.Pool, batch: AmbiguousBatch): Promise<PendingSettlement[]> {
  const admitted = batch.rows.calls.filter(({ content }) => content.expects_outcome);
  const standing = await pool.query<{ id: string }>(
    'SELECT id FROM audit_events WHERE at = ANY ($1::timestamptz[]) AND id = ANY ($2::text[])',
    [[...new Set(admitted.map(({ content }) => content.at))], admitted.map(({ content }) => content.id)],
  );
  const ids = new Set(standing.rows.map((row) => row.id));
  const notSent = admitted.filter(({ content }) => ids.has(content.id)).map(notSentSettlement);

  const first = batch.rows.settled[0];
  const written = first
    ? await pool.query<{ event_id: string }>('SELECT event_id FROM audit_outcomes WHERE writer = $1 AND seq = ANY ($2::bigint[])', [
        first.writer,
        batch.rows.settled.map((row) => row.seq),
      ])
    : { rows: [] };
  const known = new Set(written.rows.map((row) => row.event_id));
  return [...notSent, ...batch.settlements.filter(({ settlement }) => !known.has(settlement.event))];
}

/** The outcome of a call that was admitted and not forwarded, because its commit came too late for the caller. */
export function notSentSettlement(placed: PlacedCall): PendingSettlement {
  const { content, call, windows } = placed;
  const refunds: Refund[] = [];
  for (const [index, charge] of call.charges.entries()) {
    const key = call.keys[index] as string;
    const windowStartMs = windows?.get(key);
    if (windowStartMs !== undefined && charge.refundOnUpstreamError) refunds.push({ charge, key, policyId: call.policyId, windowStartMs });
  }
  const settlement = {
    event: content.id,
    outcome: 'not_sent' as const,
    httpStatus: null,
    upstreamMs: null,
    gatewayMs: null,
    resultBytes: null,
    note: 'The record was committed after the caller had been refused; the call was not forwarded.',
  };
  return { settlement, eventAtMs: placed.admission.at, refunds };
}
