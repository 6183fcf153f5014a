import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { EventContent, OutcomeContent } from '@/lib/adapters/postgres/audit-row';
import { linkHash, openingHash, orderedRowContent } from '@/lib/adapters/postgres/chain';
import { EVENT_COLUMNS, OUTCOME_COLUMNS } from '@/lib/adapters/postgres/row-line';
import { newId } from '@/lib/kernel/ids';
import { copyLine } from './copy-rows';

const COLUMNS = { audit_events: EVENT_COLUMNS.map(([name]) => name), audit_outcomes: OUTCOME_COLUMNS.map(([name]) => name) } as const;

/** One writer's chain, over events and outcomes alike; closed and swept, so that no node looks after it. */
export class Chain {
  seq = 0;
  #lines = { audit_events: '', audit_outcomes: '' };

  private constructor(
    readonly id: string,
    private hash: string,
  ) {}

  static async open(client: pg.ClientBase, node: string, atMs: number): Promise<Chain> {
    const id = newId('wrt', atMs, randomBytes(10));
    const hash = openingHash({ id, node, previousWriter: null, previousHash: null });
    await client.query(
      `INSERT INTO writers (id, lock_key, node, started_at, last_hash, owner, closed_at, swept_at) VALUES ($1, $2, $3, $4, $5, $1, now(), now())`,
      [id, Math.floor(Math.random() * 2 ** 52), node, new Date(atMs), hash],
    );
    return new Chain(id, hash);
  }

  append(content: EventContent | OutcomeContent): void {
    const row = content as unknown as Record<string, string | number | boolean | object | null>;
    const hash = linkHash(this.hash, orderedRowContent(content));
    const values = COLUMNS[content.table].map((name) => {
      if (name === 'hash') return hash;
      if (name === 'previous_hash') return this.hash;
      const value = row[name] ?? null;
      // A JSON column holds JSON, also where that is a text.
      return name === 'rpc_id' ? JSON.stringify(value) : value;
    });
    this.#lines[content.table] += copyLine(values);
    this.hash = hash;
    this.seq++;
  }

  take(): { readonly table: keyof typeof COLUMNS; readonly columns: readonly string[]; readonly lines: string }[] {
    const taken = (['audit_events', 'audit_outcomes'] as const).map((table) => ({
      table,
      columns: COLUMNS[table],
      lines: this.#lines[table],
    }));
    this.#lines = { audit_events: '', audit_outcomes: '' };
    return taken.filter(({ lines }) => lines !== '');
  }

  async close(client: pg.ClientBase): Promise<void> {
    await client.query('UPDATE writers SET last_seq = $2, last_hash = $3, unsettled_from = $4 WHERE id = $1', [
      this.id,
      this.seq,
      this.hash,
      this.seq + 1,
    ]);
  }
}
