import type pg from 'pg';
import type { Clock, GatewayLog } from '@/lib/gateway/ports';
import type { Snapshot, Snapshots } from '@/lib/gateway/snapshot-port';
import { DatabaseTime, monotonicMs } from './database-time';
import { loadSnapshot } from './load-snapshot';
import type { CompiledCache, CompilePolicy } from './policy-views';
import { SnapshotConnection } from './snapshot-connection';

export interface SnapshotOptions {
  readonly poolConfig: pg.PoolConfig;
  readonly compile: CompilePolicy;
  readonly log: GatewayLog;
  /** Told of each reading that failed; must not throw. */
  readonly onFailure?: () => void;
}

const POLL_MS = 1000;
const POLL_TIMEOUT_MS = 1000;
const LOAD_TIMEOUT_MS = 5000;
/** How long a snapshot may be used after the moment at which it was last known to be the newest. */
const LEASE_MS = 3000;
const RETRY_MS = 250;
const START_MS = 10_000;

/**
 * The gateway's configuration: told of a change by NOTIFY, asking for the version each second in case a notification
 * was lost, and refusing to answer once neither has worked for 3 s.
 */
export class PostgresSnapshots implements Snapshots {
  readonly #options: SnapshotOptions;
  readonly #cache: CompiledCache = new Map();
  readonly #time = new DatabaseTime();
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  #connection: SnapshotConnection | null = null;
  #snapshot: Snapshot | null = null;
  #enforced: ReadonlyMap<string, number> = new Map();
  #confirmedMs = Number.NEGATIVE_INFINITY;
  #lastError: Error | null = null;
  #refreshing: Promise<boolean> | null = null;
  #following: Promise<boolean> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  /** The database's clock, measured with every poll; the node's own clock moves nothing. */
  readonly clock: Clock = {
    nowMs: () => this.#time.nowMs() ?? Date.now(),
    monotonicMs,
  };

  constructor(options: SnapshotOptions) {
    this.#options = options;
  }

  /** Loads the first snapshot; throws when there is none within 10 s. */
  async start(): Promise<void> {
    const deadline = monotonicMs() + START_MS;
    while (!(await this.#refresh())) {
      if (monotonicMs() > deadline) {
        await this.close();
        throw new Error('the configuration cannot be read from the database', { cause: this.#lastError });
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    this.#plan(POLL_MS);
  }

  current(): Snapshot | null {
    return monotonicMs() - this.#confirmedMs < LEASE_MS ? this.#snapshot : null;
  }

  /** How far this node may be behind, and how long it may go on without hearing from the database; milliseconds. */
  freshness(): { readonly confirmedAgeMs: number; readonly leaseLeftMs: number } {
    const confirmedAgeMs = monotonicMs() - this.#confirmedMs;
    return { confirmedAgeMs, leaseLeftMs: Math.max(0, LEASE_MS - confirmedAgeMs) };
  }

  /** The version of each policy this node decides by, by policy id; see `current` for whether it decides at all. */
  enforced(): ReadonlyMap<string, number> {
    return this.#enforced;
  }

  async latest(): Promise<Snapshot | null> {
    return (await this.waitForLatest()) ? this.current() : null;
  }

  ready(): { ok: boolean; reasons: string[] } {
    if (this.current()) return { ok: true, reasons: [] };
    return {
      ok: false,
      reasons: [
        `the configuration could not be confirmed for ${LEASE_MS / 1000} s: ${this.#lastError?.message ?? 'no answer from the database'}`,
      ],
    };
  }

  /** Resolves true as soon as this node decides by `version` or a later one, false after `timeoutMs`. */
  async waitForVersion(version: number, timeoutMs = 2000): Promise<boolean> {
    const deadline = monotonicMs() + timeoutMs;
    while ((this.current()?.version ?? -1) < version) {
      const left = deadline - monotonicMs();
      if (left <= 0) return false;
      if (!(await within(this.#refreshAfterNow(), left)))
        await new Promise((resolve) => setTimeout(resolve, Math.min(50, Math.max(0, left))));
    }
    return true;
  }

  /** Resolves true when this node has every change that was committed before the call, false after `timeoutMs`. */
  waitForLatest(timeoutMs = 2000): Promise<boolean> {
    return within(this.#refreshAfterNow(), timeoutMs);
  }

  /** Calls `listener` with each new snapshot. Returns how to stop. */
  onChange(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#connection?.destroy(new Error('closed'));
    await this.#refreshing?.catch(() => undefined);
  }

  #plan(afterMs: number): void {
    if (this.#closed) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#refresh().then((confirmed) => this.#plan(confirmed ? POLL_MS : RETRY_MS));
    }, afterMs);
  }

  /** One at a time. Resolves whether the snapshot is confirmed as the newest; never rejects. */
  #refresh(): Promise<boolean> {
    this.#refreshing ??= this.#read()
      .then(
        () => true,
        (error: Error) => {
          if (!this.#closed) this.#options.onFailure?.();
          if (!this.#closed && this.#lastError?.message !== error.message)
            this.#options.log.warn('the configuration could not be confirmed', { error: error.message });
          this.#lastError = error;
          return false;
        },
      )
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  /** A reading that starts after this call: one that is under way may have looked before the change. */
  #refreshAfterNow(): Promise<boolean> {
    if (!this.#refreshing) return this.#refresh();
    this.#following ??= this.#refreshing.then(() => {
      this.#following = null;
      return this.#refresh();
    });
    return this.#following;
  }

  async #read(): Promise<void> {
    if (this.#closed) throw new Error('closed');
    const connection = await this.#connected();
    const sentMs = monotonicMs();
    const [head] = await connection.rows<{ version: string; now_ms: number }>(
      'SELECT version::text, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms FROM config_version WHERE id = 1',
      POLL_TIMEOUT_MS,
    );
    if (!head) throw new Error('the configuration has no version row');
    this.#time.observe(head.now_ms, sentMs, monotonicMs());
    if (this.#snapshot?.version === Number(head.version)) {
      this.#confirm(this.#snapshot, sentMs);
      return;
    }
    const loadedMs = monotonicMs();
    const { snapshot, enforced } = await loadSnapshot(
      (text) => connection.rows(text, LOAD_TIMEOUT_MS),
      this.#options.compile,
      this.#cache,
      this.#options.log,
    );
    this.#enforced = enforced;
    this.#confirm(snapshot, loadedMs);
    for (const listener of this.#listeners) {
      try {
        listener(snapshot);
      } catch (error) {
        this.#options.log.error('a listener of the snapshots failed', { error: (error as Error).message });
      }
    }
  }

  #confirm(snapshot: Snapshot, atMs: number): void {
    this.#snapshot = snapshot;
    this.#confirmedMs = atMs;
    this.#lastError = null;
  }

  async #connected(): Promise<SnapshotConnection> {
    if (this.#connection && !this.#connection.dead) return this.#connection;
    const connection = await SnapshotConnection.open(
      this.#options.poolConfig,
      () => void this.#refreshAfterNow(),
      () => this.#lost(),
    );
    if (this.#closed) connection.destroy(new Error('closed'));
    this.#connection = connection;
    return connection;
  }

  /** Notifications are lost while there is no connection: connect again and read at once. */
  #lost(): void {
    this.#connection = null;
    if (this.#timer) this.#plan(RETRY_MS);
  }
}

/** Started snapshots with the first one loaded. Throws when the database cannot be read within 10 s. */
export async function createPostgresSnapshots(options: SnapshotOptions): Promise<PostgresSnapshots> {
  const snapshots = new PostgresSnapshots(options);
  await snapshots.start();
  return snapshots;
}

function within(work: Promise<boolean>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    void work.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
