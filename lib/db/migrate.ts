import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg, { type ClientConfig } from 'pg';
import { DatabaseError } from './database-error';
import type { DatabaseLog } from './database-log';
import { projectRoot } from './project-root';

/** The lock Prisma's own migrate takes, so that it and this never run at once. */
const PRISMA_MIGRATE_LOCK = 72_707_369;

const CREATE_RECORD = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface Recorded {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

/**
 * Brings the database up to date: applies `prisma/migrations/<name>/migration.sql` in order of name, each in a transaction of its own, under
 * an advisory lock, recorded as Prisma records it, so that `prisma migrate deploy` agrees. Not done by Prisma because its migrate commands
 * download an engine. Returns the names it applied.
 * Throws DatabaseError when an applied migration was changed, the database is newer than this code, or a statement fails (nothing of that migration remains).
 */
export async function migrate(config: ClientConfig, log: DatabaseLog, folder = migrationsFolder()): Promise<string[]> {
  const migrations = readMigrations(folder);
  const client = new pg.Client(config);
  client.on('error', () => {}); // The statement that was running reports it.
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_MIGRATE_LOCK]);
    await client.query(CREATE_RECORD);
    const pending = pendingOf(migrations, await readRecorded(client));
    for (const migration of pending) {
      await apply(client, migration);
      log.info(`Migrated the database: ${migration.name}.`);
    }
    return pending.map((migration) => migration.name);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The names of the migrations that this version brings, in their order. */
export function migrationNames(folder = migrationsFolder()): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'migration.sql')))
    .map((entry) => entry.name)
    .sort();
}

const migrationsFolder = (): string => join(projectRoot(), 'prisma/migrations');

function readMigrations(folder: string): Migration[] {
  return migrationNames(folder).map((name) => {
    const bytes = readFileSync(join(folder, name, 'migration.sql'));
    return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
  });
}

async function readRecorded(client: pg.Client): Promise<Recorded[]> {
  const { rows } = await client.query<Recorded>(
    'SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at',
  );
  return rows;
}

function pendingOf(migrations: Migration[], recorded: Recorded[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of recorded) {
    const migration = known.get(row.migration_name);
    if (!migration) {
      throw new DatabaseError(
        `The database was migrated by a newer Callgate (${row.migration_name} is not known here). Start that version, or use another database.`,
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new DatabaseError(
        `The migration ${row.migration_name} was changed after it was applied to this database. Restore prisma/migrations/${row.migration_name}/migration.sql as it was, and put the change into a new migration.`,
      );
    }
    if (row.finished_at === null) {
      throw new DatabaseError(
        `The migration ${row.migration_name} was begun by another tool and never finished. Repair the database, then mark it with \`prisma migrate resolve\`.`,
      );
    }
  }
  const applied = new Set(recorded.map((row) => row.migration_name));
  return migrations.filter((migration) => !applied.has(migration.name));
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  const startedAt = new Date();
  try {
    await client.query('BEGIN');
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, $4, clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name, startedAt],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw new DatabaseError(
      `The migration ${migration.name} failed and was rolled back: ${placeOf(error as pg.DatabaseError, migration.sql)}`,
    );
  }
}

function placeOf(error: pg.DatabaseError, sql: string): string {
  const position = Number(error.position);
  if (!position) return error.message;
  return `${error.message} (line ${sql.slice(0, position).split('\n').length})`;
}
