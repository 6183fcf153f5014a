import { HOLD_BEAT_MS } from '@/lib/domain/approval/approval-terms';
import type { GatewayLog } from '@/lib/gateway/ports';
import type { BoundedDatabase } from './bounded-database';

interface Hold {
  readonly approval: string;
  readonly onChange: () => void;
}

/**
 * The calls that this node holds: whom to wake when a request changes, and a sign of life in the database every few
 * seconds, so that people see whether the agent still waits. Writing the sign is best effort; waking is not.
 */
export class ApprovalHolds {
  readonly #holds = new Map<string, Hold>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly database: BoundedDatabase,
    private readonly node: string,
    private readonly newId: () => string,
    private readonly log: GatewayLog,
  ) {}

  /** The answer ends the waiting. */
  add(approval: string, untilMs: number, onChange: () => void): () => void {
    const id = this.newId();
    this.#holds.set(id, { approval, onChange });
    const written = this.#quietly(
      'INSERT INTO approval_holds (id, approval_id, node, until) VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000))',
      [id, approval, this.node, untilMs],
    );
    this.#timer ??= setInterval(() => this.#beat(), HOLD_BEAT_MS).unref();
    return () => {
      if (!this.#holds.delete(id)) return;
      if (this.#holds.size === 0 && this.#timer) {
        clearInterval(this.#timer);
        this.#timer = null;
      }
      void written.then(() => this.#quietly('DELETE FROM approval_holds WHERE id = $1', [id]));
    };
  }

  wake(approval: string): void {
    for (const hold of [...this.#holds.values()]) if (hold.approval === approval) hold.onChange();
  }

  wakeAll(): void {
    for (const hold of [...this.#holds.values()]) hold.onChange();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  #beat(): void {
    void this.#quietly('UPDATE approval_holds SET last_seen_at = clock_timestamp() WHERE id = ANY ($1::text[])', [[...this.#holds.keys()]]);
  }

  async #quietly(text: string, values: readonly unknown[]): Promise<void> {
    try {
      await this.database.rows(text, values);
    } catch (error) {
      this.log.warn('whether an agent still waits could not be written', { error: (error as Error).message });
    }
  }
}
