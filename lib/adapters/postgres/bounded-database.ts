import pg from 'pg';
import { type GatewayLog, LedgerUnavailable } from '@/lib/gateway/ports';

/** Runs one statement and gives its rows. */
export type RunRows = <R extends pg.QueryResultRow>(text: string, values: readonly unknown[]) => Promise<R[]>;

const STATEMENT_MS = 1_400;

/** A small pool of its own, so that what a call waits for is answered within 2 s whatever else the database is asked. */
export class BoundedDatabase {
  readonly #pool: pg.Pool;

  /** `purpose` is what the database server calls its connections; they are opened when they are needed. */
  constructor(poolConfig: pg.PoolConfig, purpose: string, log: GatewayLog) {
    this.#pool = new pg.Pool({
      ...poolConfig,
      max: 3,
      connectionTimeoutMillis: 1_000,
      statement_timeout: STATEMENT_MS,
      query_timeout: STATEMENT_MS + 100,
      lock_timeout: STATEMENT_MS - 100,
      idle_in_transaction_session_timeout: 1_000,
      application_name: `callgate ${purpose}`,
    });
    this.#pool.on('error', (error) => log.warn('an idle connection to the database was lost', { error: error.message }));
  }

  rows: RunRows = async <R extends pg.QueryResultRow>(text: string, values: readonly unknown[]) => {
    try {
      return (await this.#pool.query<R>(text, values as unknown[])).rows;
    } catch (error) {
      throw available(error);
    }
  };

  /** One transaction; rolls back when `work` rejects. */
  async transaction<T>(work: (run: RunRows) => Promise<T>): Promise<T> {
    let client: pg.PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw available(error);
    }
    let broken = false;
    try {
      await client.query('BEGIN');
      const run: RunRows = async <R extends pg.QueryResultRow>(text: string, values: readonly unknown[]) =>
        (await client.query<R>(text, values as unknown[])).rows;
      const result = await work(run);
      const end = await client.query('COMMIT');
      if (end.command !== 'COMMIT') throw new Error(`the transaction ended with ${end.command}`);
      return result;
    } catch (error) {
      broken = !(error instanceof pg.DatabaseError);
      if (!broken) await client.query('ROLLBACK').catch(() => (broken = true));
      throw available(error);
    } finally {
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end().catch(() => undefined);
  }
}

/** What the database says of the statement itself is a fault of ours; everything else means that it is not to be had now. */
function available(error: unknown): unknown {
  if (error instanceof pg.DatabaseError && !/^(08|25P|40|53|55|57|58)/.test(error.code ?? '')) return error;
  return error instanceof LedgerUnavailable ? error : new LedgerUnavailable('the database cannot be reached', { cause: error });
}
