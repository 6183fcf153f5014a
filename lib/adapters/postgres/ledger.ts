import type { RepeatGuard } from '@/lib/domain/anomaly/repeats';
import type { PassClaim } from '@/lib/domain/approval/approval-pass';
import type { AuditIntent, AuditSettlement } from '@/lib/domain/audit-event';
import type { Charge } from '@/lib/domain/decision';
import { type Admission, type AdmissionRequest, type Ledger, LedgerUnavailable, type PassRefused } from '@/lib/gateway/ports';
import type { AmbiguousBatch } from './ambiguous-batches';
import { answerCalls } from './answer-calls';
import { prepareArguments } from './argument-store';
import type { BatchRows } from './batch-commit';
import { BatchFailure, runBatch, sqlState } from './batch-runner';
import { CallQueue, type PendingCall, pendingCall, rejectCall } from './call-queue';
import { type CommittedEvent, committedEvents, tellAll } from './committed-event';
import type { LedgerLoad } from './ledger-observer';
import type { LedgerOptions } from './ledger-options';
import { LedgerUpkeep } from './ledger-upkeep';
import { RepeatControl } from './repeat-control';
import { type PendingSettlement, SettleQueue } from './settle-queue';
import { closeWriter } from './writer-incarnation';
import { type Session, WriterSession } from './writer-session';

/** How long a caller waits for its commit. */
const DEADLINE_MS = 1500;
const CALLS_MAX = 20_000;
const SETTLE_WITHIN_MS = 50;
const START_MS = 10_000;
/** Between a transaction that the database refused and the next try. */
const PAUSE_MS = 50;

/**
 * The ledger on PostgreSQL: group commit on one connection of its own. Calls that arrive while a commit is under way
 * share the next one. Whatever happens to the database, the process lives, callers are refused within 2 s, and service
 * returns by itself.
 */
export class PostgresLedger implements Ledger {
  readonly #options: LedgerOptions;
  readonly #queue = new CallQueue(CALLS_MAX);
  readonly #settling = new SettleQueue();
  readonly #session: WriterSession;
  readonly #upkeep: LedgerUpkeep;
  readonly #repeats: RepeatControl;
  readonly #listeners = new Set<(events: CommittedEvent[]) => void>();
  #inFlight: readonly PendingCall[] = [];
  #busy = false;
  #closing = false;
  #settleTimer: NodeJS.Timeout | null = null;
  #ticker: NodeJS.Timeout | null = null;
  /** So many rows are still written one by one, after a batch that the database refused because of one of its rows. */
  #oneByOne = 0;
  #pausedUntilMs = 0;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#repeats = new RepeatControl(options.onRepeats);
    this.#session = new WriterSession(
      options.poolConfig,
      options.node,
      () => this.#pump(),
      (session, error) => this.#lost(session, error),
    );
    this.#upkeep = new LedgerUpkeep({
      poolConfig: options.poolConfig,
      session: this.#session,
      settling: this.#settling,
      sealer: options.envelope,
      log: options.log,
      pump: () => this.#pump(),
    });
  }

  /** Connects; throws `LedgerUnavailable` when there is no usable database within 10 s. */
  async start(): Promise<void> {
    this.#ticker = setInterval(() => this.#tick(), 100);
    void this.#session.connect();
    const deadline = performance.now() + START_MS;
    while (!this.#session.current) {
      const error = this.#session.lastError;
      if (error instanceof LedgerUnavailable || performance.now() > deadline) {
        await this.close();
        throw error instanceof LedgerUnavailable ? error : new LedgerUnavailable('the audit database cannot be reached', { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await this.#upkeep.ensurePartitions();
    this.#upkeep.start();
  }

  admit(request: AdmissionRequest): Promise<Admission> {
    return this.#enqueue('admit', request.intent, request.charges, null, request.repeats) as Promise<Admission>;
  }

  admitWithPass(request: AdmissionRequest, pass: PassClaim): Promise<Admission | PassRefused> {
    return this.#enqueue('admit', request.intent, request.charges, pass);
  }

  async record(intent: AuditIntent): Promise<string> {
    return ((await this.#enqueue('record', intent, NO_CHARGES, null)) as Admission).event;
  }

  settle(settlement: AuditSettlement, refund: readonly Charge[], policyId: string | null): void {
    if (!this.#settling.add(settlement, refund, policyId)) {
      this.#options.log.error('an outcome names no event and was not recorded', { event: settlement.event });
      return;
    }
    this.#settleSoon();
  }

  /** Calls `listener` after every commit with what it wrote; a listener that throws is logged. Returns how to stop. */
  onCommitted(listener: (events: CommittedEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How far the database's clock is ahead of this process's, in milliseconds; null before the first connection. */
  clockOffset(): number | null {
    const nowMs = this.#session.time.nowMs();
    return nowMs === null ? null : nowMs - Date.now();
  }

  load(): LedgerLoad {
    return {
      connected: this.#session.current !== null,
      queuedCalls: this.#queue.length,
      queuedOutcomes: this.#settling.length,
      openEvents: this.#settling.openCount,
      ambiguousBatches: this.#upkeep.ambiguousCount,
    };
  }

  ready(): { ok: boolean; reasons: string[] } {
    if (this.#closing) return { ok: false, reasons: ['the ledger is closed'] };
    if (this.#session.current) return { ok: true, reasons: [] };
    return { ok: false, reasons: [`the audit database cannot be reached: ${this.#session.lastError?.message ?? 'not connected yet'}`] };
  }

  /** Resolves when everything that was handed over is written, or after `timeoutMs`; says whether it is. */
  async drain(timeoutMs = 10_000): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (this.#queue.length > 0 || this.#settling.length > 0 || this.#busy) {
      if (performance.now() > deadline) return false;
      this.#pump();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return true;
  }

  /** Ends the writer cleanly. Whatever is still waiting is refused; call `drain` first. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#session.close();
    this.#upkeep.stop();
    if (this.#ticker) clearInterval(this.#ticker);
    if (this.#settleTimer) clearTimeout(this.#settleTimer);
    for (let wait = 0; this.#busy && wait < 300; wait++) await new Promise((resolve) => setTimeout(resolve, 5));
    this.#queue.rejectAll('the gateway is shutting down');
    const session = this.#session.current;
    if (session && !session.connection.dead) {
      const from = this.#settling.unsettledFrom(session.writer.id, session.writer.seq + 1);
      const allSettled = this.#settling.openCount === 0 && this.#upkeep.ambiguousCount === 0;
      await closeWriter(session.connection, session.writer, from, allSettled).catch((error: Error) =>
        this.#options.log.warn('the writer could not be closed', { error: error.message }),
      );
      await session.connection.end();
    }
    await this.#upkeep.end();
  }

  /** Without a pass the answer is an admission; only a pass can be refused. */
  #enqueue(
    kind: PendingCall['kind'],
    intent: AuditIntent,
    charges: readonly Charge[],
    pass: PassClaim | null,
    repeats?: RepeatGuard,
  ): Promise<Admission | PassRefused> {
    if (this.#closing) return Promise.reject(new LedgerUnavailable('the gateway is shutting down'));
    // Nobody gains from waiting for a database that has been away longer than a caller would wait.
    if (this.#session.awayMs > DEADLINE_MS) return Promise.reject(new LedgerUnavailable('the audit database cannot be reached'));
    return new Promise<Admission | PassRefused>((answer, reject) => {
      const args = prepareArguments(intent, this.#options);
      const counted = this.#repeats.count(intent, args.hmac, repeats, { charges, resolve: answer });
      const call = pendingCall({ kind, intent, ...counted, pass, args, deadlineMs: performance.now() + DEADLINE_MS, reject });
      if (!this.#queue.push(call)) reject(new LedgerUnavailable('too many calls wait for the audit database'));
      else this.#pump();
    });
  }

  #settleSoon(): void {
    this.#settleTimer ??= setTimeout(() => {
      this.#settleTimer = null;
      this.#pump();
    }, SETTLE_WITHIN_MS);
  }

  #pump(): void {
    const session = this.#session.current;
    if (this.#busy || !session || performance.now() < this.#pausedUntilMs) return;
    const job = this.#upkeep.nextJob();
    if (!job && this.#queue.length === 0 && this.#settling.length === 0) return;
    this.#busy = true;
    const work = job ? job(session) : this.#commitNext(session);
    void work
      .catch((error: Error) => {
        this.#options.log.error('the ledger met an unexpected error; its connection is made anew', { error: error.message });
        session.connection.destroy(error);
      })
      .finally(() => {
        this.#busy = false;
        this.#pump();
      });
  }

  async #commitNext(session: Session): Promise<void> {
    const alone = this.#oneByOne > 0;
    if (alone) this.#oneByOne--;
    const settlements = this.#settling.next(alone ? 1 : undefined);
    const calls = alone && settlements.length > 0 ? [] : this.#queue.next(alone ? 1 : undefined);
    this.#inFlight = calls;
    const begunMs = performance.now();
    try {
      const rows = await runBatch(session.connection, session.writer, calls, settlements, this.#options.envelope, this.#session.time);
      this.#inFlight = [];
      const endedMs = performance.now();
      this.#options.observer?.committed(calls.length, settlements.length, endedMs - begunMs);
      for (const call of calls) this.#options.observer?.admitted(endedMs - call.deadlineMs + DEADLINE_MS);
      this.#committed(rows, settlements);
    } catch (error) {
      this.#inFlight = [];
      if (!(error instanceof BatchFailure)) throw error;
      this.#failed(session, error, calls, settlements);
    }
  }

  #committed(rows: BatchRows, settlements: readonly PendingSettlement[]): void {
    this.#settling.closed(settlements);
    answerCalls(rows, this.#settling);
    if (this.#listeners.size > 0) tellAll(this.#listeners, committedEvents(rows), this.#options.log);
  }

  #failed(session: Session, failure: BatchFailure, calls: readonly PendingCall[], settlements: readonly PendingSettlement[]): void {
    const { cause, kind } = failure;
    this.#options.observer?.failed(kind);
    this.#options.log.warn(failure.message, { kind, calls: calls.length, error: (cause as Error | null)?.message, code: sqlState(cause) });
    if (kind === 'unknown') {
      const batch: AmbiguousBatch = { lockKey: session.writer.lockKey, rows: failure.rows as BatchRows, settlements };
      this.#upkeep.addAmbiguous(batch);
      for (const call of calls) rejectCall(call, 'the audit database did not confirm the record', cause);
      session.connection.destroy(failure);
      return;
    }
    if (kind === 'row') {
      this.#isolate(cause, calls, settlements);
      return;
    }
    // Outcomes wait until they can be written. Calls wait within their deadline for what passes, and not for what does not.
    this.#settling.putBack(settlements);
    if (kind === 'passing') this.#queue.putBack(calls);
    else for (const call of calls) rejectCall(call, 'the audit database cannot store the record', cause);
    if (sqlState(cause) === null) session.connection.destroy(failure);
    this.#pausedUntilMs = performance.now() + PAUSE_MS;
  }

  /** A row that the database refuses must not take the others with it: they are written one by one. */
  #isolate(cause: unknown, calls: readonly PendingCall[], settlements: readonly PendingSettlement[]): void {
    if (calls.length + settlements.length > 1) {
      this.#oneByOne = calls.length + settlements.length;
      this.#queue.putBack(calls);
      this.#settling.putBack(settlements);
      return;
    }
    for (const call of calls) rejectCall(call, 'the audit database refuses the record', cause);
    for (const { settlement } of settlements)
      this.#options.log.error('an outcome was refused by the database and is lost', { event: settlement.event, error: String(cause) });
  }

  #lost(_session: Session, error: Error): void {
    this.#options.observer?.lost();
    this.#options.log.warn('the connection to the audit database was lost; calls are refused until it is back', { error: error.message });
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#queue.expire(nowMs);
    for (const call of this.#inFlight) if (call.deadlineMs <= nowMs) rejectCall(call, 'the audit database did not commit in time');
    if (this.#session.awayMs > DEADLINE_MS) this.#queue.rejectAll('the audit database cannot be reached');
    this.#pump();
  }
}

/** A started ledger. Throws `LedgerUnavailable` when there is no usable database within 10 s. */
export async function createPostgresLedger(options: LedgerOptions): Promise<PostgresLedger> {
  const ledger = new PostgresLedger(options);
  await ledger.start();
  return ledger;
}

const NO_CHARGES: readonly Charge[] = [];
