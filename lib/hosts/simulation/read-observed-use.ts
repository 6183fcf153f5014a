import type pg from 'pg';
import type { TextSealer } from '@/lib/adapters/postgres/argument-store';
import { type RecordedCallsRange, readRecordedCalls } from '@/lib/adapters/postgres/recorded-calls';
import { type ObservedUse, ObservedUseCount } from '@/lib/policy/simulate/observed-use';

/** Tools alone are observed. */
export type CallsRange = Omit<RecordedCallsRange, 'requests'>;

/** Reads what agents did with a server; the earliest calls are left out when there are more than somebody would wait for. */
const CALLS_MAX = 300_000;

export async function readObservedUse(
  client: pg.ClientBase,
  range: CallsRange,
  sealer: TextSealer,
  pause: () => Promise<void>,
  batchRows?: number,
): Promise<ObservedUse> {
  const count = new ObservedUseCount();
  const fromMs = await latestFrom(client, range);
  for await (const batch of readRecordedCalls(client, { ...range, fromMs, requests: 'calls' }, sealer, batchRows)) {
    for (const call of batch) count.add(call);
    await pause();
  }
  return count.result();
}

async function latestFrom(client: pg.ClientBase, range: CallsRange): Promise<number> {
  const { rows } = await client.query<{ at: number }>(
    `SELECT (extract(epoch FROM at) * 1000)::float8 AS at FROM audit_events
      WHERE server_id = $1 AND method = 'tools/call' AND at >= $2::timestamptz AND at < $3::timestamptz ORDER BY at DESC, id DESC OFFSET $4 LIMIT 1`,
    [range.serverId, new Date(range.fromMs).toISOString(), new Date(range.toMs).toISOString(), CALLS_MAX],
  );
  return rows[0]?.at ?? range.fromMs;
}
