import pg from 'pg';
import type { CounterState } from '@/lib/domain/counters/counter-state';
import type { TextSealer } from './argument-store';
import { type BatchRows, buildBatch } from './batch-commit';
import { BEGIN, CLOSE_WINDOWS, COMMIT, CREATE_COUNTERS, LOCK_COUNTERS, ROLLBACK, WRITE_BATCH } from './batch-statements';
import type { PendingCall } from './call-queue';
import { applyRefunds, changedCounterRows, closedWindowRows, countersOf, newCounterRows, readCounters } from './counter-rows';
import { type DatabaseTime, monotonicMs } from './database-time';
import { eventTimeMs } from './event-id';
import type { LedgerConnection } from './ledger-connection';
import {
  LOCK_PASSES,
  type LockedPasses,
  NO_PASSES,
  passesOf,
  READ_CONFIG_VERSION,
  readPasses,
  TAKE_PASSES,
  takenPasses,
} from './pass-rows';
import type { PendingSettlement } from './settle-queue';
import { STILL_UNSETTLED, SWEEP_LOCK, unknownSettlement } from './unsettled-sweep';
import type { Writer } from './writer-incarnation';

/**
 * Why a batch did not commit. `unknown`: the commit was sent and no answer came. The others were certainly not committed:
 * `row`: one of its rows is at fault; `passing`: the connection or a lock was lost; `refused`: the database stores nothing.
 */
export type BatchFailureKind = 'unknown' | 'row' | 'passing' | 'refused';

export class BatchFailure extends Error {
  override readonly name = 'BatchFailure';
  constructor(
    message: string,
    readonly kind: BatchFailureKind,
    /** The rows that may stand in the database, when `kind` is `unknown`. */
    readonly rows: BatchRows | null,
    options: { cause: unknown },
  ) {
    super(message, options);
  }
}

/** Commits one batch on the writer's connection and moves the writer's chain on. Throws `BatchFailure`. */
export async function runBatch(
  connection: LedgerConnection,
  writer: Writer,
  calls: readonly PendingCall[],
  settlements: readonly PendingSettlement[],
  sealer: TextSealer,
  time: DatabaseTime,
): Promise<BatchRows> {
  const wanted = countersOf(calls, settlements);
  const shown = passesOf(calls);
  const passes = shown.approvals.length + shown.exceptions.length > 0;
  if (wanted.size === 0 && !passes) {
    const nowMs = time.nowMs();
    if (nowMs === null) throw new BatchFailure('the clock of the database is not known yet', 'passing', null, { cause: null });
    return write(
      connection,
      writer,
      build(calls, settlements, NO_COUNTERS, nowMs, writer, sealer, NO_PASSES),
      { text: '[]', count: 0 },
      false,
    );
  }
  const { counters, locked, nowMs } = await lockRows(connection, wanted, passes ? shown : null, time);
  try {
    applyRefunds(settlements, counters, nowMs);
    const rows = build(calls, settlements, counters, nowMs, writer, sealer, locked);
    if (rows.taken.length > 0) await take(connection, rows);
    return await write(connection, writer, rows, changedCounterRows(counters), true, closedWindowRows(counters));
  } catch (failure) {
    if (failure instanceof BatchFailure && failure.kind === 'row')
      await connection.within(connection.send(ROLLBACK, [])).catch(() => undefined);
    throw failure;
  }
}

const build: typeof buildBatch = (...parts) => {
  try {
    return buildBatch(...parts);
  } catch (cause) {
    throw new BatchFailure('a row of the batch could not be built', 'row', null, { cause });
  }
};

const NOTHING_CLOSED = Promise.resolve(null);
const NO_COUNTERS: ReadonlyMap<string, CounterState> = new Map();

/** Locks passes, then counters, in one transaction that is left open; everywhere in this order. */
async function lockRows(
  connection: LedgerConnection,
  wanted: ReturnType<typeof countersOf>,
  shown: ReturnType<typeof passesOf> | null,
  time: DatabaseTime,
): Promise<{ counters: Map<string, CounterState>; locked: LockedPasses; nowMs: number }> {
  const keys = [...wanted.keys()];
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      const sentMs = monotonicMs();
      const begun = connection.send(BEGIN, []);
      const passes = shown === null ? NO_PASSES : await lockPasses(connection, begun, shown);
      const locked = connection.send(LOCK_COUNTERS, [keys]);
      const [, answer] = await connection.within(both(begun, locked));
      const row = answer.rows[0] ?? {};
      const counters = readCounters((row.counters as string | null) ?? null, wanted);
      if (counters.size === keys.length) {
        const readMs = keys.length === 0 ? (passes.nowMs ?? 0) : (row.now_ms as number);
        const nowMs = Math.floor(readMs);
        const receivedMs = monotonicMs();
        // A reading that waited for a lock says little about the clock's offset.
        if (receivedMs - sentMs < 50) time.observe(readMs, sentMs, receivedMs);
        return { counters, locked: passes, nowMs };
      }
      // Missing counters are made without holding any lock: made inside, out of order, two nodes could wait for each other.
      const missing = keys.filter((key) => !counters.has(key));
      const ended = connection.send(ROLLBACK, []);
      const created = connection.send(CREATE_COUNTERS, [newCounterRows(wanted, missing)]);
      await connection.within(both(ended, created));
    }
  } catch (cause) {
    if (!connection.dead) await connection.within(connection.send(ROLLBACK, [])).catch(() => undefined);
    throw new BatchFailure('the counters or approvals could not be locked', kindOf(cause), null, { cause });
  }
  await connection.within(connection.send(ROLLBACK, [])).catch(() => undefined);
  throw new BatchFailure('counters disappear as soon as they are made', 'passing', null, { cause: null });
}

async function lockPasses(
  connection: LedgerConnection,
  begun: Promise<unknown>,
  shown: ReturnType<typeof passesOf>,
): Promise<LockedPasses> {
  const locked = connection.send(LOCK_PASSES, [shown.approvals, shown.exceptions]);
  const version = connection.send(READ_CONFIG_VERSION, []);
  const [, [rows, head]] = await connection.within(both(begun, both(locked, version)));
  const configVersion = head.rows[0]?.version;
  if (typeof configVersion !== 'number') throw new Error('the configuration has no version row');
  return { states: readPasses(rows.rows[0] ?? {}), configVersion, nowMs: head.rows[0]?.now_ms as number };
}

/** Uses the passes before anything is written, and looks that each was there to be used. */
async function take(connection: LedgerConnection, rows: BatchRows): Promise<void> {
  const { approvals, exceptions, used, again } = takenPasses(rows.taken);
  try {
    const answer = await connection.within(connection.send(TAKE_PASSES, [approvals, exceptions]));
    const counts = answer.rows[0] ?? {};
    if (counts.used !== used || counts.again !== again) throw new Error('an approval was used by somebody else while its row was locked');
  } catch (cause) {
    if (!connection.dead) await connection.within(connection.send(ROLLBACK, [])).catch(() => undefined);
    throw new BatchFailure('the approvals could not be used', kindOf(cause), null, { cause });
  }
}

/**
 * Closes events of dead writers as `unknown`, as rows of this writer's chain. Under a lock that all nodes share, and
 * after looking again, so that an event is closed once. Returns how many were closed; null when another node is at it.
 */
export async function runSweep(
  connection: LedgerConnection,
  writer: Writer,
  events: readonly string[],
  time: DatabaseTime,
  sealer: TextSealer,
): Promise<number | null> {
  const begun = connection.send(BEGIN, []);
  const locked = connection.send(SWEEP_LOCK, []);
  const [, lock] = await connection.within(both(begun, locked));
  const ats = events.map((event) => new Date(eventTimeMs(event) ?? 0).toISOString());
  const open = lock.rows[0]?.locked === true ? await connection.within(connection.send(STILL_UNSETTLED, [events, ats])) : null;
  const nowMs = time.nowMs();
  if (!open || open.rows.length === 0 || nowMs === null) {
    await connection.within(connection.send(ROLLBACK, []));
    return open ? 0 : null;
  }
  const rows = buildBatch(
    [],
    open.rows.map((row) => unknownSettlement(String(row.id))),
    NO_COUNTERS,
    nowMs,
    writer,
    sealer,
  );
  await write(connection, writer, rows, { text: '[]', count: 0 }, true);
  return rows.settled.length;
}

/** Sends the rows and the commit together; from here on only an answer tells whether they stand. */
async function write(
  connection: LedgerConnection,
  writer: Writer,
  rows: BatchRows,
  counters: { text: string; count: number },
  inTransaction: boolean,
  closedWindows: string | null = null,
): Promise<BatchRows> {
  try {
    const closed = closedWindows === null ? null : connection.send(CLOSE_WINDOWS, [closedWindows]);
    const written = connection.send(WRITE_BATCH, [counters.text, rows.outcomes, rows.events]);
    const committed = inTransaction ? connection.send(COMMIT, []) : written;
    const [, [answer, end]] = await connection.within(both(closed ?? NOTHING_CLOSED, both(written, committed)));
    // A failed transaction answers COMMIT with ROLLBACK; `both` has thrown then, and this is the belt to the braces.
    if (inTransaction && end.command !== 'COMMIT') throw new Error(`the transaction ended with ${end.command}`);
    const counts = answer.rows[0] ?? {};
    if (counts.charged !== counters.count || counts.settled !== rows.settled.length || counts.recorded !== rows.calls.length) {
      connection.destroy(new Error('the database wrote another number of rows than it was given'));
      throw new Error('the database wrote another number of rows than it was given');
    }
  } catch (cause) {
    throw new BatchFailure('the batch was not committed', connection.dead || !refusedByServer(cause) ? 'unknown' : kindOf(cause), rows, {
      cause,
    });
  }
  writer.seq = rows.seq;
  writer.hash = rows.hash;
  return rows;
}

/** The server's own error about this very statement means that nothing was committed; a session that is being ended, or broke, tells nothing. */
function refusedByServer(cause: unknown): boolean {
  const code = sqlState(cause);
  return code !== null && !/^(08|57P|58|XX)/.test(code);
}

function kindOf(cause: unknown): BatchFailureKind {
  const code = sqlState(cause);
  if (code === null || /^(08|25P|40|55|57)/.test(code)) return 'passing';
  return /^(22|23|54)/.test(code) ? 'row' : 'refused';
}

/** The SQLSTATE that the server sent; null for every other error. (`EPIPE` has five letters too.) */
export function sqlState(error: unknown): string | null {
  return error instanceof pg.DatabaseError && error.code !== undefined ? error.code : null;
}

/** Both answers; the first error wins and the second one is not left unhandled. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === 'rejected') throw a.reason;
  if (b.status === 'rejected') throw b.reason;
  return [a.value, b.value];
}
