import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { TrailReport } from '@/lib/domain/trail/trail-report';
import type { GatewayLog } from '@/lib/gateway/ports';
import { type CheckpointBody, checkpointHash, NO_HASH, readCheckpointBody, type SignedCheckpoint, signatureHolds } from './checkpoint';
import { CheckpointFile } from './checkpoint-file';
import { evidenceLines } from './evidence';
import { type KeySealer, knownKeys, newKeyRow, signingKey } from './key-ring';
import { CheckpointMaker } from './make-checkpoint';
import type { SigningKey } from './signing-key';
import { MonthKept, type MonthToRemove } from './tombstone';
import { checkpointsFrom } from './trail-reader';
import { inSnapshot, SNAPSHOT, type VerifyOptions, verifyTrail } from './verify-trail';

export interface AuditTrustOptions {
  readonly pool: pg.Pool;
  readonly sealer: KeySealer;
  /** Where checkpoints are also written. */
  readonly checkpointFile: string;
  /** Public keys (PEM) that this node has seen open; it vouches for them when the secret key is another one. */
  readonly publicKeyFile: string;
  readonly everySeconds: number;
  readonly log: Pick<GatewayLog, 'warn' | 'error'>;
  /** Called after each round; sends what is to be sent elsewhere. */
  readonly onRound?: () => Promise<void>;
}

/** Signs the trail as it grows, keeps the copy outside the database, and verifies. One a process. */
export class AuditTrust {
  readonly #maker: CheckpointMaker;
  readonly #file: CheckpointFile;
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<unknown> = Promise.resolve();
  #closed = false;
  #failing = false;
  #told = false;

  constructor(private readonly options: AuditTrustOptions) {
    this.#maker = new CheckpointMaker(options.pool);
    this.#file = new CheckpointFile(options.checkpointFile);
  }

  /** Makes the key when there is none, and a first checkpoint. What fails is tried again each round. */
  async start(): Promise<void> {
    await this.#look('regular');
    this.#plan();
  }

  /** Stops the rounds. Call it before the writer is closed, and `seal` after. */
  async stop(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#round;
  }

  /** The last checkpoint of a process that ends in order. */
  async seal(): Promise<void> {
    await this.#look('shutdown', 2_000);
  }

  /** A checkpoint now, if anything has grown, in the table and in the file. Rejects when it cannot be made. */
  async checkpoint(kind: Exclude<CheckpointBody['kind'], 'tombstone'>, waitMs = 5_000): Promise<void> {
    const key = await this.key();
    await this.#maker.make(key, kind, waitMs);
    await this.#copy();
  }

  /** The key in force. */
  async key(): Promise<SigningKey> {
    const key = await signingKey(this.options.pool, this.options.sealer);
    await this.#vouch(key.publicKey);
    return key;
  }

  /** See `newKeyRow`. */
  newKey(): ReturnType<typeof newKeyRow> {
    return newKeyRow(this.options.sealer);
  }

  /** The whole trail as lines of JSON, after a checkpoint that covers it; see `evidenceLines`. Rejects when that cannot be made. */
  async *evidence(by: string): AsyncGenerator<string> {
    const { pool } = this.options;
    // Before the checkpoint: what is signed later, on another node too, is not missed in this export.
    const { rows } = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at');
    const key = await this.key();
    if ((await this.#maker.make(key, 'evidence', EVIDENCE_WAIT_MS)) === 'busy')
      throw new Error('another node holds the lock of checkpoints');
    await this.#copy();
    const client = await pool.connect();
    try {
      await client.query(SNAPSHOT);
      yield* evidenceLines(client, { at: (rows[0]?.at ?? new Date()).toISOString(), by, key });
    } finally {
      const problem = await client.query('ROLLBACK').then(
        () => undefined,
        (error: Error) => error,
      );
      client.release(problem);
    }
  }

  /** Verifies everything in one snapshot; see `verifyTrail`. */
  async verify(options: Pick<VerifyOptions, 'onProgress' | 'signal'> = {}): Promise<TrailReport> {
    const file = await this.#readFile();
    return inSnapshot(this.options.pool, (client) => verifyTrail(client, { ...options, file, keysOf: (reader) => this.knownKeys(reader) }));
  }

  /**
   * Removes months, oldest first, each with its tombstone, after the whole trail was verified: what was tampered with is kept as it is.
   * One node of all; `removed` are those that are gone, `problem` is why the others are not. Rejects when the database fails.
   */
  async removeMonths(months: readonly MonthToRemove[], signal: AbortSignal): Promise<MonthsRemoved> {
    const client = await this.options.pool.connect();
    const removed: string[] = [];
    let broken: Error | undefined;
    // The pool listens only while a connection is idle; unheard, a lost one would end the process.
    const lost = (error: Error): void => {
      broken = error;
    };
    client.on('error', lost);
    try {
      const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1::bigint) AS locked', [REMOVAL_LOCK]);
      if (!rows[0]?.locked) return { removed, problem: null, trailFailed: false };
      await this.checkpoint('regular');
      const report = await this.verify({ signal });
      if (!report.ok) return { removed, problem: `the audit trail does not hold: ${report.firstBad?.message ?? ''}`, trailFailed: true };
      for (const month of months) {
        const problem = await this.#removeMonth(month, signal);
        if (problem !== null) return { removed, problem: `${month.month}: ${problem}`, trailFailed: false };
        removed.push(month.month);
      }
      return { removed, problem: null, trailFailed: false };
    } finally {
      await client.query('SELECT pg_advisory_unlock($1::bigint)', [REMOVAL_LOCK]).catch(lost);
      client.off('error', lost);
      client.release(broken);
    }
  }

  /** Null when the month is gone. Locks of readers are waited for by trying again: a waiting removal would hold up calls. */
  async #removeMonth(month: MonthToRemove, signal: AbortSignal): Promise<string | null> {
    const key = await this.key();
    for (let attempt = 1; ; attempt++) {
      try {
        if ((await this.#maker.removeMonth(key, month, CHECKPOINT_WAIT_MS)) !== 'busy') {
          await this.#copy();
          return null;
        }
      } catch (error) {
        const { code, message } = error as Error & { code?: string };
        if (error instanceof MonthKept || code === REFUSED) return message;
        if (code !== LOCKED && code !== DEADLOCK) throw error;
      }
      if (attempt >= REMOVAL_ATTEMPTS) return 'others were reading or signing the trail the whole time';
      await pause(REMOVAL_PAUSE_MS, undefined, { signal });
    }
  }

  async knownKeys(client: Parameters<typeof knownKeys>[0]): ReturnType<typeof knownKeys> {
    return knownKeys(client, this.options.sealer, await this.#vouched());
  }

  /** The copy of the checkpoints on this node. */
  async fileState(): Promise<{ path: string; lastNumber: number | null; problem: string | null }> {
    const problem = await this.#file.check().then(
      () => this.#file.fault?.message ?? null,
      (error: Error) => `the file cannot be read: ${error.message}`,
    );
    return { path: this.#file.path, lastNumber: this.#file.last?.number ?? null, problem };
  }

  #plan(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#look('regular').finally(() => this.#plan());
    }, this.options.everySeconds * 1_000);
    this.#timer.unref();
  }

  async #look(kind: 'regular' | 'shutdown', waitMs = 0): Promise<void> {
    try {
      await this.checkpoint(kind, waitMs);
      await this.options.onRound?.();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing)
        this.options.log.warn('a checkpoint of the audit trail failed and is tried again', { error: (error as Error).message });
      this.#failing = true;
    }
    if (this.#file.fault && !this.#told) {
      this.#told = true;
      this.options.log.error('the file of audit checkpoints does not hold', { problem: this.#file.fault.message });
    }
  }

  /**
   * Brings the file up to where the table is; also with what other nodes made. It stops at a checkpoint that is not genuine or
   * does not follow: the file never says what was not signed.
   */
  async #copy(): Promise<void> {
    await this.#file.check();
    if (this.#file.fault) return;
    await inSnapshot(this.options.pool, async (client) => {
      const keys = await this.knownKeys(client);
      const last = this.#file.last;
      const fresh: SignedCheckpoint[] = [];
      let previous = last?.hash ?? NO_HASH;
      for await (const checkpoint of checkpointsFrom(client, (last?.number ?? 0) + 1)) {
        const key = keys.get(checkpoint.key);
        if (!key?.trusted || !signatureHolds(checkpoint, key.publicKey) || readCheckpointBody(checkpoint.body)?.previous !== previous)
          break;
        previous = checkpointHash(checkpoint.body);
        fresh.push(checkpoint);
        if (fresh.length >= COPIED_AT_ONCE) await this.#file.append(fresh.splice(0));
      }
      await this.#file.append(fresh);
    });
  }

  async #readFile(): ReturnType<CheckpointFile['reading']> {
    try {
      await this.#copy();
      return await this.#file.reading();
    } catch (error) {
      const message = `the file ${this.#file.path} cannot be read or written: ${(error as Error).message}`;
      return { fault: { table: 'checkpoint_file', writer: null, seq: 0, since: 0, id: null, kind: 'file', message }, lines: nothing() };
    }
  }

  async #vouch(publicKey: string): Promise<void> {
    if ((await this.#vouched()).includes(publicKey.trim())) return;
    await appendFile(this.options.publicKeyFile, publicKey, { mode: 0o600 });
  }

  async #vouched(): Promise<string[]> {
    const { publicKeyFile } = this.options;
    if (!existsSync(publicKeyFile)) return [];
    return pemBlocks(await readFile(publicKeyFile, 'utf8'));
  }
}

export interface MonthsRemoved {
  readonly removed: readonly string[];
  /** A sentence for people; null when nothing was left or another node is at it. */
  readonly problem: string | null;
  /** Nothing is removed until the trail was looked into. */
  readonly trailFailed: boolean;
}

const REMOVAL_LOCK = 4207760231;
const REMOVAL_ATTEMPTS = 30;
const REMOVAL_PAUSE_MS = 1_000;
const CHECKPOINT_WAIT_MS = 5_000;
/** What the function that removes raises, locks that were not had in time, and two that waited for each other. */
const REFUSED = 'P0001';
const LOCKED = '55P03';
const DEADLOCK = '40P01';
const COPIED_AT_ONCE = 1_000;
const EVIDENCE_WAIT_MS = 10_000;

/** The public keys in a text. */
export const pemBlocks = (text: string): string[] => text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];

async function* nothing(): AsyncGenerator<SignedCheckpoint> {}
