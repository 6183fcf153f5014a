import pg, { type ClientConfig } from 'pg';
import { DatabaseError } from './database-error';

const SERVER_VERSION_MIN = 150_000;

/**
 * Refuses a database that may lose what it confirmed: admission promises that a call is on disk before it is forwarded.
 * Throws DatabaseError when `fsync` or `synchronous_commit` is off for this user and database, the server only reads, or it is older than PostgreSQL 15.
 */
export async function requireDurability(config: ClientConfig): Promise<void> {
  const client = new pg.Client(config);
  client.on('error', () => {}); // The query reports it.
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; setting: string }>(
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'server_version_num', 'transaction_read_only')`,
    );
    const settings = new Map(rows.map((row) => [row.name, row.setting]));
    const problems = durabilityProblems(settings);
    if (problems.length > 0) throw new DatabaseError(`The database cannot be used:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
  } finally {
    await client.end().catch(() => {});
  }
}

function durabilityProblems(settings: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  const version = Number(settings.get('server_version_num'));
  if (!(version >= SERVER_VERSION_MIN)) problems.push(`It is PostgreSQL ${Math.floor(version / 10_000)}; 15 or newer is needed.`);
  if (settings.get('fsync') !== 'on') {
    problems.push('fsync is off: a power cut would lose audited calls. Set fsync = on in postgresql.conf and reload.');
  }
  if (settings.get('synchronous_commit') === 'off') {
    problems.push(
      'synchronous_commit is off: a crash would lose audited calls. Set synchronous_commit = on for the server, the database and the user.',
    );
  }
  if (settings.get('transaction_read_only') === 'on') {
    problems.push('It only reads (a replica, or default_transaction_read_only is on). Name the primary in DATABASE_URL.');
  }
  return problems;
}
