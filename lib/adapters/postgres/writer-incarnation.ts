import { randomBytes } from 'node:crypto';
import { newId } from '@/lib/kernel/ids';
import { HEARTBEAT } from './batch-statements';
import { openingHash } from './chain';
import type { DatabaseTime } from './database-time';
import { monotonicMs } from './database-time';
import type { LedgerConnection, Statement } from './ledger-connection';

/** One connection's life as a writer: its id, and how far its chain is committed. */
export interface Writer {
  readonly id: string;
  readonly lockKey: string;
  /** The last committed sequence; 0 before the first row. */
  seq: number;
  /** The hash of the last committed row, or the opening hash. */
  hash: string;
}

const LOCK: Statement = {
  name: 'callgate_writer_lock',
  text: 'SELECT pg_try_advisory_lock($1::bigint) AS locked, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms',
};
const LATEST: Statement = {
  name: 'callgate_writer_latest',
  text: 'SELECT id, last_hash FROM writers WHERE node = $1 ORDER BY started_at DESC, id DESC LIMIT 1',
};
/** One statement, so that the predecessors of this process pass to the new incarnation in the moment it exists. */
const REGISTER: Statement = {
  name: 'callgate_writer_register',
  text: `
    WITH taken AS (UPDATE writers SET owner = $1 WHERE owner = $7 AND swept_at IS NULL)
    INSERT INTO writers (id, lock_key, node, previous_writer, previous_hash, last_hash, owner) VALUES ($1, $2::bigint, $3, $4, $5, $6, $1)`,
};
const CLOSE: Statement = {
  name: 'callgate_writer_close',
  text: `
    UPDATE writers SET last_seen_at = clock_timestamp(), closed_at = clock_timestamp(), last_seq = $2, last_hash = $3, unsettled_from = $4 WHERE id = $1`,
};
const SWEPT: Statement = {
  name: 'callgate_writer_swept',
  text: 'UPDATE writers SET swept_at = clock_timestamp() WHERE owner = $1 AND swept_at IS NULL',
};

/**
 * Starts a new chain on a fresh connection. `before` is the incarnation that this process had on its last connection:
 * its unsettled calls stay this process's business. Throws when the database does not answer.
 */
export async function openWriter(connection: LedgerConnection, node: string, before: Writer | null, time: DatabaseTime): Promise<Writer> {
  const random = randomBytes(18);
  // 62 random bits: the numbers that other parts of the product lock by are small.
  const lockKey = ((random.readBigUInt64BE(10) >> 2n) | (1n << 61n)).toString();
  const sentMs = monotonicMs();
  const lock = await connection.within(connection.send(LOCK, [lockKey]));
  const nowMs = Number(lock.rows[0]?.now_ms);
  time.observe(nowMs, sentMs, monotonicMs());
  if (lock.rows[0]?.locked !== true) throw new Error('another session holds the lock of a new writer');
  const id = newId('wrt', nowMs, random);
  const previous = before ? { id: before.id, hash: before.hash } : await latestOf(connection, node);
  const hash = openingHash({ id, node, previousWriter: previous?.id ?? null, previousHash: previous?.hash ?? null });
  await connection.within(
    connection.send(REGISTER, [id, lockKey, node, previous?.id ?? null, previous?.hash ?? null, hash, before?.id ?? '']),
  );
  return { id, lockKey, seq: 0, hash };
}

/** Tells the others that this writer lives, and how far its chain has come. */
export async function heartbeat(connection: LedgerConnection, writer: Writer, unsettledFrom: number, time: DatabaseTime): Promise<void> {
  const sentMs = monotonicMs();
  const answer = await connection.within(connection.send(HEARTBEAT, [writer.id, writer.seq, writer.hash, unsettledFrom]));
  if (answer.rows.length === 0) throw new Error('the row of this writer is gone');
  time.observe(Number(answer.rows[0]?.now_ms), sentMs, monotonicMs());
}

/** Ends the chain. With nothing unsettled, no other node needs to look at this writer again. */
export async function closeWriter(connection: LedgerConnection, writer: Writer, unsettledFrom: number, allSettled: boolean): Promise<void> {
  await connection.within(connection.send(CLOSE, [writer.id, writer.seq, writer.hash, unsettledFrom]));
  if (allSettled) await connection.within(connection.send(SWEPT, [writer.id]));
}

async function latestOf(connection: LedgerConnection, node: string): Promise<{ id: string; hash: string } | null> {
  const answer = await connection.within(connection.send(LATEST, [node]));
  const row = answer.rows[0];
  return row ? { id: String(row.id), hash: String(row.last_hash) } : null;
}
