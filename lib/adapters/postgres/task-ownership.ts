import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { GatewayLog, TaskOwnership } from '@/lib/gateway/ports';
import { BoundedDatabase } from './bounded-database';

/** The first note stands. Each takes a few of those away whose tasks are long gone, so that the table needs no caretaker. */
const NOTE = `
  WITH gone AS (
    DELETE FROM task_owners WHERE key = ANY (ARRAY(
      SELECT key FROM task_owners WHERE noted_at < clock_timestamp() - interval '30 days' ORDER BY noted_at LIMIT 4 FOR UPDATE SKIP LOCKED)))
  INSERT INTO task_owners (key, grant_id) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`;
const OWNERS = 'SELECT key, grant_id FROM task_owners WHERE key = ANY ($1::text[])';

/** Whose tasks are whose, for all nodes. */
export class PostgresTaskOwnership implements TaskOwnership {
  readonly #database: BoundedDatabase;

  constructor(poolConfig: pg.PoolConfig, log: GatewayLog) {
    this.#database = new BoundedDatabase(poolConfig, 'tasks', log);
  }

  async note(serverId: string, taskId: string, grantId: string): Promise<void> {
    await this.#database.rows(NOTE, [keyOf(serverId, taskId), grantId]);
  }

  async ownersOf(serverId: string, taskIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const byKey = new Map(taskIds.map((taskId) => [keyOf(serverId, taskId), taskId]));
    const rows = await this.#database.rows<{ key: string; grant_id: string }>(OWNERS, [[...byKey.keys()]]);
    return new Map(rows.map(({ key, grant_id }) => [byKey.get(key) ?? '', grant_id]));
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

const keyOf = (serverId: string, taskId: string): string =>
  createHash('sha256')
    .update(JSON.stringify([serverId, taskId]))
    .digest('hex');
