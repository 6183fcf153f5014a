import pg from 'pg';
import type { GatewayLog } from '@/lib/gateway/ports';
import { type AmbiguousBatch, resolveAmbiguous, writerSessionLives } from './ambiguous-batches';
import type { TextSealer } from './argument-store';
import { runSweep } from './batch-runner';
import { keepCounterHistory } from './counter-history';
import type { SettleQueue } from './settle-queue';
import { type DeadWriter, findDeadWriters, findUnsettled, markSwept } from './unsettled-sweep';
import { heartbeat } from './writer-incarnation';
import type { Session, WriterSession } from './writer-session';

/** Work on the writer's connection, done between two batches. */
export type LedgerJob = (session: Session) => Promise<void>;

export interface UpkeepParts {
  readonly poolConfig: pg.PoolConfig;
  readonly session: WriterSession;
  readonly settling: SettleQueue;
  readonly sealer: TextSealer;
  readonly log: GatewayLog;
  /** Asks the ledger to look for work. */
  readonly pump: () => void;
}

const HEARTBEAT_MS = 2000;
const SWEEP_MS = 5000;
const AMBIGUOUS_MS = 500;
const HISTORY_MS = 30_000;
const PARTITIONS_MS = 24 * 60 * 60 * 1000;

/** What the ledger does besides admitting: signs of life, unknown outcomes of dead writers, unanswered commits, the history of counters, partitions. */
export class LedgerUpkeep {
  readonly #parts: UpkeepParts;
  readonly #pool: pg.Pool;
  readonly #jobs: LedgerJob[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #running = new Set<string>();
  #ambiguous: AmbiguousBatch[] = [];
  #heartbeatDue = false;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#pool = new pg.Pool({
      ...parts.poolConfig,
      max: 2,
      connectionTimeoutMillis: 1500,
      statement_timeout: 10_000,
      query_timeout: 12_000,
      application_name: 'callgate ledger upkeep',
    });
    this.#pool.on('error', (error) => parts.log.warn('an idle connection to the database was lost', { error: error.message }));
  }

  get ambiguousCount(): number {
    return this.#ambiguous.length;
  }

  start(): void {
    this.#timers.push(
      setInterval(() => {
        this.#heartbeatDue = true;
        this.#parts.pump();
      }, HEARTBEAT_MS),
      setInterval(() => this.#background('sweep', () => this.#sweep()), SWEEP_MS),
      setInterval(() => this.#background('ambiguous', () => this.#resolveAmbiguous()), AMBIGUOUS_MS),
      setInterval(() => this.#background('counter history', () => keepCounterHistory(this.#pool)), HISTORY_MS),
      setInterval(() => this.#background('partitions', () => this.ensurePartitions()), PARTITIONS_MS),
    );
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers.length = 0;
  }

  /** After `stop`, once nothing of the ledger needs its connections any more. */
  async end(): Promise<void> {
    await this.#pool.end().catch(() => undefined);
  }

  /** The next piece of work for the writer's connection, or null. */
  nextJob(): LedgerJob | null {
    if (this.#heartbeatDue) {
      this.#heartbeatDue = false;
      return ({ connection, writer }) =>
        heartbeat(connection, writer, this.#parts.settling.unsettledFrom(writer.id, writer.seq + 1), this.#parts.session.time);
    }
    return this.#jobs.shift() ?? null;
  }

  addAmbiguous(batch: AmbiguousBatch): void {
    this.#ambiguous.push(batch);
  }

  async ensurePartitions(): Promise<void> {
    await this.#pool.query('SELECT ensure_audit_partitions()');
  }

  /**
   * Only after 5 s of an unbroken connection: after an outage of the database every writer looks silent, and the living
   * ones are given time to come back and take over their own unsettled calls.
   */
  async #sweep(): Promise<void> {
    const session = this.#parts.session.current;
    if (!session || performance.now() - session.sinceMs < SWEEP_MS) return;
    for (const writer of await findDeadWriters(this.#pool, session.writer.id)) await this.#sweepWriter(writer);
  }

  async #sweepWriter(writer: DeadWriter): Promise<void> {
    const events = await findUnsettled(this.#pool, writer);
    if (events.length === 0) {
      await markSwept(this.#pool, writer);
      return;
    }
    this.#jobs.push(async (session) => {
      const closed = await runSweep(session.connection, session.writer, events, this.#parts.session.time, this.#parts.sealer);
      if (closed) {
        this.#parts.log.warn('calls of a gateway that stopped were closed as unknown', { writer: writer.id, calls: closed });
        setImmediate(() => this.#background('sweep', () => this.#sweep()));
      }
    });
    this.#parts.pump();
  }

  async #resolveAmbiguous(): Promise<void> {
    while (this.#ambiguous.length > 0 && this.#parts.session.current) {
      const batch = this.#ambiguous[0] as AmbiguousBatch;
      // Its session may still be working through what it was sent; asking before it ends would prove nothing.
      if (await writerSessionLives(this.#pool, batch.lockKey)) return;
      for (const pending of await resolveAmbiguous(this.#pool, batch)) this.#parts.settling.addPrepared(pending);
      this.#ambiguous.shift();
      this.#parts.pump();
    }
  }

  /** Runs one of a kind at a time; what fails is tried again at its next turn. */
  #background(name: string, work: () => Promise<void>): void {
    if (this.#running.has(name) || !this.#parts.session.current) return;
    this.#running.add(name);
    void work()
      .catch((error: Error) => this.#parts.log.warn('upkeep of the ledger failed and is tried again', { part: name, error: error.message }))
      .finally(() => this.#running.delete(name));
  }
}
