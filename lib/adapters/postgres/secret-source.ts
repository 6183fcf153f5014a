import type pg from 'pg';
import { serverSecretAad } from '@/lib/domain/sealed-value';
import type { TextSealer } from './argument-store';

/** What an upstream is given to prove who calls it; header and variable names to values in clear. */
export interface ServerSecrets {
  readonly headers: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

/** Reads and opens the secrets of servers. */
export class PostgresSecretSource {
  constructor(
    private readonly pool: pg.Pool,
    private readonly sealer: Pick<TextSealer, 'open'>,
  ) {}

  /** Rejects when the database does not answer or an envelope does not open; nothing may be sent upstream then. */
  async secretsOf(serverId: string): Promise<ServerSecrets> {
    const answer = await this.pool.query<{ id: string; kind: 'env' | 'header'; name: string; envelope: string }>(
      'SELECT id, kind, name, envelope FROM server_secrets WHERE server_id = $1',
      [serverId],
    );
    const headers: Record<string, string> = Object.create(null);
    const env: Record<string, string> = Object.create(null);
    for (const row of answer.rows) {
      const value = this.sealer.open(row.envelope, serverSecretAad(row.id, row.kind, row.name));
      if (row.kind === 'header') headers[row.name] = value;
      else env[row.name] = value;
    }
    return { headers, env };
  }
}
