import type pg from 'pg';
import type { TrailReport } from '@/lib/domain/trail/trail-report';
import { ChangesCheck } from './check-changes';
import { CHANGES_CHAIN, CheckpointsCheck, type KnownKeys } from './check-checkpoints';
import { WriterCheck, type WriterFacts } from './check-writer';
import { type CheckpointFileReading, CheckpointsBeside } from './checkpoints-beside';
import { FaultList } from './fault-list';
import {
  changeRows,
  checkpointsFrom,
  rawChainRows,
  readChainRow,
  readWriters,
  strayRows,
  type TrailConnection,
  unchainedChange,
} from './trail-reader';

export interface VerifyOptions {
  readonly keysOf: (client: TrailConnection) => Promise<KnownKeys>;
  readonly file: CheckpointFileReading | null;
  readonly onProgress?: (rows: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Begins one read-only snapshot with time for a long trail. The lock comes before it: a month that was removed after the snapshot would
 * be gone from it all the same, without the tombstone.
 */
export const SNAPSHOT =
  "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; LOCK TABLE audit_events, audit_outcomes IN ACCESS SHARE MODE; SET LOCAL statement_timeout = '60min'; SET LOCAL TIME ZONE 'UTC'";

const PROGRESS_ROWS = 2_000;

/** Runs `work` in one read-only snapshot with time for a long trail. */
export async function inSnapshot<T>(pool: Pick<pg.Pool, 'connect'>, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // The pool listens only while a connection is idle; unheard, a lost one would end the process.
  const lost = (error: Error): void => {
    broken = error;
  };
  client.on('error', lost);
  try {
    await client.query(SNAPSHOT);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(lost);
    throw error;
  } finally {
    client.off('error', lost);
    client.release(broken);
  }
}

/**
 * Recomputes every hash from what the database holds, a page at a time, and holds it against the signed checkpoints and
 * their file. `client` is inside a transaction that sees one snapshot. Rejects when `signal` aborts.
 */
export async function verifyTrail(client: TrailConnection, options: VerifyOptions): Promise<TrailReport> {
  const found = new FaultList();
  const checkpoints = new CheckpointsCheck(await options.keysOf(client));
  const beside = new CheckpointsBeside(checkpoints, options.file, found);
  for await (const checkpoint of checkpointsFrom(client)) await beside.add(checkpoint);
  const fileLines = await beside.end();
  const writers = await readWriters(client);
  for (const stray of await strayRows(client)) {
    const { table, writer, seq, id } = stray;
    found.add({ table, writer, seq, since: seq, id, kind: 'inserted', message: 'the row names a writer that never was' });
  }
  addLostWriters(writers, checkpoints, found);
  const rows = await verifyCalls(client, writers, checkpoints, found, options);
  const changes = await verifyChanges(client, checkpoints, found);
  const { last } = checkpoints;
  return {
    ok: found.count === 0,
    rows,
    removedRows: checkpoints.removed.rows,
    writers: writers.length,
    changes,
    checkpoints: { count: checkpoints.count, last: last && { number: last.number, at: last.at, rows: last.rows } },
    fileLines,
    firstBad: found.firstBad,
    faults: found.faults,
    faultCount: found.count,
  };
}

async function verifyCalls(
  client: TrailConnection,
  writers: readonly WriterFacts[],
  checkpoints: CheckpointsCheck,
  found: FaultList,
  { onProgress, signal }: VerifyOptions,
): Promise<number> {
  const followers = followersOf(writers);
  const total = writers.reduce((sum, writer) => sum + writer.lastSeq, 0);
  let rows = 0;
  for (const writer of writers) {
    signal?.throwIfAborted();
    const check = new WriterCheck(
      writer,
      checkpoints.claims.of(writer.id),
      followers.get(writer.id) ?? [],
      checkpoints.closed.get(writer.id) ?? null,
      checkpoints.removed.of(writer.id),
    );
    found.add(check.start());
    for await (const { table, row } of rawChainRows(client, writer.id)) {
      if (check.broken) break;
      rows++;
      found.add(check.row(readChainRow(table, JSON.parse(row) as Record<string, unknown>)));
      if (rows % PROGRESS_ROWS === 0) {
        signal?.throwIfAborted();
        onProgress?.(rows, Math.max(rows, total));
      }
    }
    found.add(check.end());
  }
  return rows;
}

async function verifyChanges(client: TrailConnection, checkpoints: CheckpointsCheck, found: FaultList): Promise<number> {
  const check = new ChangesCheck(checkpoints.claims.of(CHANGES_CHAIN));
  let changes = 0;
  for await (const row of changeRows(client)) {
    if (check.broken) break;
    changes++;
    found.add(check.row(row));
  }
  found.add(check.end());
  const stray = await unchainedChange(client);
  if (stray !== null) {
    const message = 'the change is not in the chain of changes';
    found.add({ table: 'admin_changes', writer: null, seq: 0, since: 0, id: stray, kind: 'inserted', message });
  }
  return changes;
}

/** Writers that checkpoints name and that are gone, with all their rows or without. */
export function addLostWriters(writers: readonly WriterFacts[], checkpoints: CheckpointsCheck, found: FaultList): void {
  const known = new Set(writers.map((writer) => writer.id));
  for (const chain of checkpoints.claims.chains) {
    if (chain === CHANGES_CHAIN || known.has(chain)) continue;
    const claim = checkpoints.claims.of(chain).at(-1);
    const message = `the writer is missing, whose row ${claim?.seq ?? 0} checkpoint ${claim?.checkpoint ?? 0} names`;
    found.add({ table: 'writers', writer: chain, seq: 1, since: 1, id: null, kind: 'missing', message });
  }
}

/** What each successor claims that its predecessor's chain contained. */
export function followersOf(writers: readonly WriterFacts[]): Map<string, { hash: string; by: string }[]> {
  const followers = new Map<string, { hash: string; by: string }[]>();
  for (const writer of writers) {
    if (writer.previousWriter === null || writer.previousHash === null) continue;
    followers.set(writer.previousWriter, [...(followers.get(writer.previousWriter) ?? []), { hash: writer.previousHash, by: writer.id }]);
  }
  return followers;
}
