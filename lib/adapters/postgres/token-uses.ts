import type pg from 'pg';
import type { GatewayLog, TokenUses } from '@/lib/gateway/ports';
import { BoundedDatabase } from './bounded-database';

/** Each use takes a few of those away that nobody can present any more, so that the table needs no caretaker. */
const REDEEM = `
  WITH gone AS (
    DELETE FROM token_uses WHERE key = ANY (ARRAY(
      SELECT key FROM token_uses WHERE expires_at < clock_timestamp() - interval '1 minute' ORDER BY expires_at LIMIT 4 FOR UPDATE SKIP LOCKED)))
  INSERT INTO token_uses (key, expires_at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING key`;

/** Uses of one-time tokens, for all nodes: the primary key decides who was first. */
export class PostgresTokenUses implements TokenUses {
  readonly #database: BoundedDatabase;

  constructor(poolConfig: pg.PoolConfig, log: GatewayLog) {
    this.#database = new BoundedDatabase(poolConfig, 'one-time tokens', log);
  }

  async redeem(key: string, expiresAtMs: number): Promise<boolean> {
    return (await this.#database.rows(REDEEM, [key, new Date(expiresAtMs)])).length === 1;
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
