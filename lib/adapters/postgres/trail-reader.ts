import pg, { type PoolConfig } from 'pg';

/** Readers of the trail at once; more wait their turn, so that people who look cannot take the database from those who call. */
const CONNECTIONS = 3;
const CANCELLED = '57014';

/**
 * Reads of the console that may take long: on connections of their own, cancelled in the database when nobody waits for the answer
 * any more or its time is up.
 */
export class PostgresTrailReader {
  readonly #pool: pg.Pool;

  constructor(poolConfig: PoolConfig, onLost: (error: Error) => void) {
    this.#pool = new pg.Pool({ ...poolConfig, max: CONNECTIONS, connectionTimeoutMillis: 10_000, application_name: 'callgate console' });
    this.#pool.on('error', onLost);
    // Compiling a statement costs more than it saves here, and sorts of a few thousand rows stay in memory.
    this.#pool.on('connect', (client) => void client.query(`SET jit = off; SET work_mem = '48MB'`).catch(() => {}));
  }

  async read<Row>(sql: string, values: readonly unknown[], options: { signal: AbortSignal; timeoutMs: number }): Promise<Row[] | null> {
    options.signal.throwIfAborted();
    const over = AbortSignal.timeout(Math.max(1, Math.ceil(options.timeoutMs)));
    const client = await this.#pool.connect().catch((error) => {
      throw withCode(error);
    });
    let cancelled: Promise<void> | null = null;
    const cancel = (): void => {
      // On another connection: this one is busy with what is to be cancelled.
      cancelled = this.#cancel((client as unknown as { processID: number }).processID);
    };
    const ends = AbortSignal.any([options.signal, over]);
    ends.addEventListener('abort', cancel, { once: true });
    try {
      if (ends.aborted) throw Object.assign(new Error('cancelled'), { code: CANCELLED });
      const { rows } = await client.query(sql, values as unknown[]);
      return rows as Row[];
    } catch (error) {
      if ((error as { code?: string }).code !== CANCELLED) throw withCode(error);
      options.signal.throwIfAborted();
      if (over.aborted) return null;
      throw error;
    } finally {
      ends.removeEventListener('abort', cancel);
      // A request to cancel that is still on its way would hit the next statement of this connection.
      await cancelled;
      client.release();
    }
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }

  async #cancel(processId: number): Promise<void> {
    const client = new pg.Client(this.#pool.options);
    try {
      await client.connect();
      await client.query('SELECT pg_cancel_backend($1)', [processId]);
    } catch {
      // The statement then ends by itself.
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/** The driver gives no code to a connection that was lost or could not be had in time; callers tell the database's absence by it. */
function withCode(error: unknown): unknown {
  if (!(error instanceof Error) || 'code' in error) return error;
  return /timeout|terminated/i.test(error.message) ? Object.assign(error, { code: 'ETIMEDOUT' }) : error;
}
