import type { Pool } from 'pg';

/** One audit event as live pages get it: enough for a row, never arguments. */
export interface TailedEvent {
  readonly id: string;
  readonly at: string;
  readonly decision: string;
  readonly reason: string;
  readonly rule: string;
  readonly server: string | null;
  readonly agent: string | null;
  readonly tool: string | null;
  readonly risk: string | null;
}

const POLL_MS = 500;
/** Commits become visible out of order by at most a commit's duration; what is younger than this is read again. */
const OVERLAP_MS = 5_000;
const ROWS_MAX = 200;

const TAIL_SQL = `
  SELECT id, at, decision, reason, rule, server_slug AS server, agent_slug AS agent, coalesce(inner_tool, tool) AS tool, risk
    FROM audit_events WHERE at > $1 ORDER BY at DESC, id DESC LIMIT ${ROWS_MAX}`;

/**
 * Follows the audit trail of every node for live pages by reading its end twice a second, only while someone watches.
 * NOTIFY would take a lock at each commit of the ledger; this costs the hot path nothing.
 */
export class EventTail {
  #timer: NodeJS.Timeout | null = null;
  #from = new Date(0);
  readonly #seen = new Map<string, number>();

  constructor(
    private readonly pool: Pool,
    private readonly publish: (events: TailedEvent[]) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(nowMs: number): void {
    if (this.#timer) return;
    this.#from = new Date(nowMs);
    this.#seen.clear();
    this.#schedule();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
    this.#timer.unref();
  }

  async #poll(): Promise<void> {
    try {
      const { rows } = await this.pool.query<TailedEvent & { at: Date }>(TAIL_SQL, [this.#from]);
      const fresh = rows.filter((row) => !this.#seen.has(row.id)).reverse();
      for (const row of fresh) this.#seen.set(row.id, row.at.getTime());
      const newest = rows[0]?.at.getTime();
      if (newest !== undefined) this.#moveOn(newest - OVERLAP_MS);
      if (fresh.length > 0) this.publish(fresh.map((row) => ({ ...row, at: row.at.toISOString() })));
    } catch (error) {
      this.onError(error);
    }
    if (this.#timer) this.#schedule();
  }

  #moveOn(fromMs: number): void {
    if (fromMs <= this.#from.getTime()) return;
    this.#from = new Date(fromMs);
    for (const [id, atMs] of this.#seen) if (atMs <= fromMs) this.#seen.delete(id);
  }
}
