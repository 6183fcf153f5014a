import type pg from 'pg';
import { DatabaseTime } from './database-time';
import { LedgerConnection } from './ledger-connection';
import { openWriter, type Writer } from './writer-incarnation';

export interface Session {
  readonly connection: LedgerConnection;
  readonly writer: Writer;
  /** Monotonic milliseconds. */
  readonly sinceMs: number;
}

const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 500;

/**
 * Keeps one connection with one writer alive: whenever it is lost, a new connection with a new incarnation follows, at
 * first after 50 ms, then at least every 500 ms and a connection attempt.
 */
export class WriterSession {
  readonly time = new DatabaseTime();
  #current: Session | null = null;
  #last: Writer | null = null;
  #lostMs: number | null = performance.now();
  #lastError: Error | null = null;
  #closed = false;
  #retryMs = RETRY_MS_MIN;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly poolConfig: pg.PoolConfig,
    private readonly node: string,
    private readonly onOpen: (session: Session) => void,
    private readonly onLost: (session: Session, error: Error) => void,
  ) {}

  get current(): Session | null {
    return this.#current;
  }

  /** How long there has been no connection; 0 while there is one. */
  get awayMs(): number {
    return this.#lostMs === null ? 0 : performance.now() - this.#lostMs;
  }

  get lastError(): Error | null {
    return this.#lastError;
  }

  /** One attempt; on failure the next one is planned. */
  async connect(): Promise<void> {
    this.#timer = null;
    if (this.#closed || this.#current) return;
    let connection: LedgerConnection | null = null;
    try {
      connection = await LedgerConnection.open(this.poolConfig);
      const writer = await openWriter(connection, this.node, this.#last, this.time);
      if (this.#closed || connection.dead) throw new Error('the connection was lost while the writer was registered');
      this.#opened({ connection, writer, sinceMs: performance.now() });
    } catch (error) {
      connection?.destroy(error as Error);
      this.#lastError = error as Error;
      this.#plan();
    }
  }

  /** Stops reconnecting; the connection itself is ended by the caller. */
  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #opened(session: Session): void {
    this.#current = session;
    this.#last = session.writer;
    this.#lostMs = null;
    this.#lastError = null;
    this.#retryMs = RETRY_MS_MIN;
    session.connection.onDead((error) => {
      this.#current = null;
      this.#lostMs = performance.now();
      this.#lastError = error;
      this.#plan();
      this.onLost(session, error);
    });
    this.onOpen(session);
  }

  #plan(): void {
    if (this.#closed || this.#timer) return;
    this.#timer = setTimeout(() => void this.connect(), this.#retryMs);
    this.#retryMs = Math.min(RETRY_MS_MAX, this.#retryMs * 2);
  }
}
