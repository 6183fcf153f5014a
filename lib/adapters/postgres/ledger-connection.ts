import pg from 'pg';
import { LedgerUnavailable } from '@/lib/gateway/ports';

export type Row = Record<string, unknown>;

/** A statement that PostgreSQL prepares once a connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** No statement of the ledger may outlive the promise to answer within 2 s. */
const STATEMENT_MS = 1400;
const CONNECT_MS = 1000;

/**
 * The ledger's own connection, pipelined: statements are sent without waiting for the ones before. A connection that
 * does not answer in time is destroyed, because nobody can say any more what a late answer would mean.
 */
export class LedgerConnection {
  #dead = false;
  #corked = false;
  #onDead: ((error: Error) => void)[] = [];

  private constructor(private readonly client: pg.Client) {
    client.on('error', (error) => this.destroy(error));
    client.on('end', () => this.destroy(new Error('the connection to the database ended')));
  }

  /** Connects within about 1 s and prepares the session. Throws `LedgerUnavailable` when the server cannot keep its word (fsync off, read-only). */
  static async open(poolConfig: pg.PoolConfig): Promise<LedgerConnection> {
    const client = new pg.Client({
      ...poolConfig,
      pipeline: true,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
      application_name: 'callgate ledger',
    } as pg.ClientConfig);
    const connection = new LedgerConnection(client);
    try {
      await connection.#within(client.connect(), CONNECT_MS + 200);
      await connection.#prepareSession();
      return connection;
    } catch (error) {
      connection.destroy(error as Error);
      throw error;
    }
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Called once, when the connection is lost or was destroyed. */
  onDead(listener: (error: Error) => void): void {
    this.#onDead.push(listener);
  }

  /** Sends a prepared statement; rejects when it fails, or when the connection does not answer in time. */
  send(statement: Statement, values: readonly unknown[]): Promise<pg.QueryResult<Row>> {
    this.#sendTogether();
    return this.client.query<Row>({ name: statement.name, text: statement.text, values: values as unknown[] });
  }

  /** Statements of one turn leave in one write: a write wakes the server, which costs more than what it carries. */
  #sendTogether(): void {
    if (this.#corked) return;
    this.#corked = true;
    const { stream } = (this.client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }).connection;
    stream.cork();
    process.nextTick(() => {
      this.#corked = false;
      stream.uncork();
    });
  }

  /** Waits for what was sent; after `STATEMENT_MS` the connection is destroyed and the promise rejects. */
  async within<T>(work: Promise<T>): Promise<T> {
    return this.#within(work, STATEMENT_MS);
  }

  destroy(error: Error): void {
    if (this.#dead) return;
    this.#dead = true;
    (this.client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    const listeners = this.#onDead;
    this.#onDead = [];
    for (const listener of listeners) listener(error);
  }

  async end(): Promise<void> {
    if (this.#dead) return;
    this.#dead = true;
    this.#onDead = [];
    await this.#within(this.client.end(), 500).catch(() => undefined);
  }

  #within<T>(work: Promise<T>, ms: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const lost = new Error('the database did not answer in time');
      const timer = setTimeout(() => {
        reject(lost);
        this.destroy(lost);
      }, ms);
      work.then(
        (value) => {
          clearTimeout(timer);
          resolve(value);
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(error);
        },
      );
    });
  }

  async #prepareSession(): Promise<void> {
    const shown = await this.within(
      this.client.query<{ fsync: string; commit: string; standby: boolean; readonly: string }>(
        `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit, pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only') AS readonly`,
      ),
    );
    const server = shown.rows[0];
    if (!server) throw new LedgerUnavailable('the database did not describe itself');
    if (server.fsync !== 'on')
      throw new LedgerUnavailable('the database runs with fsync=off, so a committed record could be lost; switch fsync on');
    if (server.standby || server.readonly === 'on')
      throw new LedgerUnavailable('the database is read-only; point DATABASE_URL at the primary');
    await this.within(this.client.query(SESSION + (server.commit === 'off' ? 'SET synchronous_commit = on;' : '')));
  }
}

/**
 * A node that freezes in the middle of a transaction holds counters locked: the server ends its session after 1 s. Plans
 * are made once; hash joins and sequential scans are off because a plan made while `counters` was small would stay.
 */
const SESSION = `
  SET statement_timeout = '${STATEMENT_MS}ms'; SET lock_timeout = '1200ms'; SET idle_in_transaction_session_timeout = '1000ms';
  SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
  SET jit = off; SET TIME ZONE 'UTC'; SET client_min_messages = error;`;
