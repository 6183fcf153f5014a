import pg from 'pg';
import type { GatewayLog } from '@/lib/gateway/ports';

/** What is told of a request that changed; for held calls and live pages, never arguments. */
export interface ApprovalNotice {
  readonly id: string;
  readonly status: string;
  readonly server: string;
  readonly agent: string;
  readonly tool: string;
  readonly risk: string;
}

/** What is told of a request for more access, for live pages. */
export interface AccessNotice {
  readonly id: string;
  readonly status: string;
  readonly grant: string;
  readonly agent: string | null;
  readonly server: string | null;
}

/** What is told of an alert about unusual calls, for live pages. */
export interface AlertNotice {
  readonly id: string;
  readonly kind: string;
  readonly status: 'open' | 'acknowledged' | 'closed';
  readonly agent: string;
  readonly server: string | null;
}

/** Who hears of what. */
export interface NoticeListeners {
  approval(notice: ApprovalNotice): void;
  access(notice: AccessNotice): void;
  alert(notice: AlertNotice): void;
}

const CONNECT_MS = 1_200;
const RETRY_MS = 500;
/** A connection that the network lost silently says nothing; asking it this often finds out. */
const PING_MS = 5_000;

/**
 * Hears of changed requests from whichever node changed them. Notifications are lost while there is no connection:
 * `onGap` is called each time there is one again, and whoever waits looks for itself.
 */
export class ApprovalConnection {
  #client: pg.Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(
    private readonly poolConfig: pg.PoolConfig,
    private readonly listeners: NoticeListeners,
    private readonly onGap: () => void,
    private readonly log: GatewayLog,
  ) {}

  /** Tries once and goes on trying by itself. Never rejects. */
  async connect(): Promise<void> {
    this.#timer = null;
    if (this.#closed) return;
    const client = new pg.Client({
      ...this.poolConfig,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: CONNECT_MS,
      application_name: 'callgate approvals',
    } as pg.ClientConfig);
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ channel, payload }) => this.#heard(channel, payload));
    this.#client = client;
    try {
      await client.connect();
      await client.query('LISTEN callgate_approvals; LISTEN callgate_access; LISTEN callgate_alerts');
      this.onGap();
      this.#plan(PING_MS);
    } catch (error) {
      this.log.warn('changes of approvals cannot be heard of; trying again', { error: (error as Error).message });
      this.#lost(client);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
  }

  #heard(channel: string, payload: string | undefined): void {
    try {
      if (channel === 'callgate_access') this.listeners.access(JSON.parse(payload ?? '') as AccessNotice);
      else if (channel === 'callgate_alerts') this.listeners.alert(JSON.parse(payload ?? '') as AlertNotice);
      else this.listeners.approval(JSON.parse(payload ?? '') as ApprovalNotice);
    } catch (error) {
      this.log.error('a notice of an approval could not be used', { error: (error as Error).message });
    }
  }

  #plan(afterMs: number): void {
    if (this.#closed) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void (this.#client === null ? this.connect() : this.#ping(this.#client)), afterMs);
    this.#timer.unref();
  }

  async #ping(client: pg.Client): Promise<void> {
    try {
      await client.query('SELECT 1');
      this.#plan(PING_MS);
    } catch {
      this.#lost(client);
    }
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    client.end().catch(() => undefined);
    this.#plan(RETRY_MS);
  }
}
