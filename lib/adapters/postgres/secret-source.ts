import type pg from 'pg';
import { serverSecretAad } from '@/lib/domain/sealed-value';
import { connectionHeadersAad } from '@/lib/domain/upstream-auth';
import type { TextSealer } from './argument-store';

/** What an upstream is given to prove who calls it; header and variable names to values in clear. */
export interface ServerSecrets {
  readonly headers: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** The connection whose token goes along; absent when headers are all there is. */
  readonly connection?: { readonly id: string; readonly revision: string };
}

interface ConnectionRow {
  readonly id: string;
  readonly kind: 'oauth' | 'client_credentials' | 'headers';
  readonly revision: string;
  readonly envelope: string | null;
}

/** Reads and opens the secrets of servers. */
export class PostgresSecretSource {
  constructor(
    private readonly pool: pg.Pool,
    private readonly sealer: Pick<TextSealer, 'open'>,
  ) {}

  /**
   * The secrets of a server, and those of an agent of its own in their place where it has any. Rejects when the database
   * does not answer or an envelope does not open; nothing may be sent upstream then.
   */
  async secretsOf(serverId: string, agentId: string | null): Promise<ServerSecrets> {
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
    const connection = await this.connectionOf(serverId, agentId);
    if (connection === null) return { headers, env };
    // Nobody is served by what is left of the server's credential instead.
    if (connection.kind === 'headers' && connection.envelope === null) throw new Error('The headers of this agent have to be typed again.');
    const own: Record<string, string> =
      connection.kind === 'headers' && connection.envelope !== null
        ? JSON.parse(this.sealer.open(connection.envelope, connectionHeadersAad(connection.id)))
        : {};
    // Whatever the connection proves is not proved a second time, by the credential of the server itself.
    const replaced = new Set(['authorization', ...Object.keys(own).map((name) => name.toLowerCase())]);
    const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => !replaced.has(name.toLowerCase())));
    if (connection.kind === 'headers') return { headers: { ...rest, ...own }, env };
    return { headers: rest, env, connection: { id: connection.id, revision: connection.revision } };
  }

  /** The agent's own, or else the server's. */
  private async connectionOf(serverId: string, agentId: string | null): Promise<ConnectionRow | null> {
    const { rows } = await this.pool.query<ConnectionRow>(
      `SELECT id, kind, revision, envelope FROM upstream_connections
        WHERE server_id = $1 AND (agent_id IS NULL OR agent_id = $2) ORDER BY agent_id NULLS LAST LIMIT 1`,
      [serverId, agentId],
    );
    return rows[0] ?? null;
  }
}
