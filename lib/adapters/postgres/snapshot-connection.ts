import pg from 'pg';

/** A connection for reading the configuration and hearing of its changes; destroyed as soon as it does not answer in time. */
export class SnapshotConnection {
  readonly #client: pg.Client;
  #dead = false;

  private constructor(
    poolConfig: pg.PoolConfig,
    private readonly onDead: (error: Error) => void,
  ) {
    this.#client = new pg.Client({
      ...poolConfig,
      keepAlive: true,
      connectionTimeoutMillis: 1000,
      application_name: 'callgate snapshots',
    } as pg.ClientConfig);
    this.#client.on('error', (error) => this.destroy(error));
    this.#client.on('end', () => this.destroy(new Error('the connection to the database ended')));
  }

  /** Connects and listens; `onNotify` is called for each change, `onDead` once when the connection is lost. */
  static async open(poolConfig: pg.PoolConfig, onNotify: () => void, onDead: (error: Error) => void): Promise<SnapshotConnection> {
    const connection = new SnapshotConnection(poolConfig, onDead);
    connection.#client.on('notification', onNotify);
    await connection.within(connection.#client.connect(), 1200);
    await connection.within(connection.#client.query("SET statement_timeout = '5s'; LISTEN callgate_config"), 1000);
    return connection;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Runs a query; after `timeoutMs` the connection is destroyed and the promise rejects. */
  async rows<R extends pg.QueryResultRow>(text: string, timeoutMs: number): Promise<R[]> {
    const result = await this.within(this.#client.query<R>(text), timeoutMs);
    return result.rows;
  }

  destroy(error: Error): void {
    if (this.#dead) return;
    this.#dead = true;
    (this.#client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    this.onDead(error);
  }

  private within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        const late = new Error('the database did not answer in time');
        reject(late);
        this.destroy(late);
      }, timeoutMs);
      work
        .then(resolve, (error: Error) => {
          reject(error);
          this.destroy(error);
        })
        .finally(() => clearTimeout(timer));
    });
  }
}
