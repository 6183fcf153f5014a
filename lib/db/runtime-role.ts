import pg, { type ClientConfig, type PoolConfig } from 'pg';

/** What the product runs as: it reads and writes, owns nothing, and can only add to the audit trail. */
export const RUNTIME_ROLE = 'callgate_app';

/** Tables that only grow; their partitions are reached through them alone. */
export const APPEND_ONLY_TABLES = ['audit_events', 'audit_outcomes', 'admin_changes', 'audit_checkpoints', 'audit_keys'] as const;
/** Written by the database itself. */
export const READ_ONLY_TABLES = ['admin_chain', 'audit_removals', '_prisma_migrations'] as const;

const LOCK = 4207760048;

/**
 * Makes the role, gives it what the product needs and nothing more, and lets the owner of the schema take it on. To be called after each migration.
 * `login` also lets it connect by itself. Returns null, or a sentence on why the product has to run with the owner's rights.
 */
export async function prepareRuntimeRole(owner: ClientConfig, login: boolean): Promise<string | null> {
  const client = new pg.Client(owner);
  client.on('error', () => {}); // The query reports it.
  try {
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await client.query(makeRole(login));
    await client.query(GRANTS);
    await client.query('COMMIT');
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Why connections of `config` could change the audit trail after all; null when they cannot. */
export async function runtimeRoleProblem(config: PoolConfig): Promise<string | null> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ table: string }>(
      `SELECT c.relname AS table FROM pg_class c
        WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'audit_events'::regclass) AND c.relname = ANY ($1)
          AND (has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE') OR has_table_privilege(c.oid, 'TRUNCATE')
            OR pg_has_role(c.relowner, 'USAGE'))`,
      [[...APPEND_ONLY_TABLES, ...READ_ONLY_TABLES]],
    );
    return rows[0] ? `its role may still change ${rows.map((row) => row.table).join(', ')}` : null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The same connection in the role of the product. */
export function asRuntimeRole(config: PoolConfig): PoolConfig {
  const option = `-c role=${RUNTIME_ROLE}`;
  if (config.connectionString === undefined) return { ...config, options: [config.options, option].filter(Boolean).join(' ') };
  // Options of the URL would win over those beside it.
  const url = new URL(config.connectionString);
  url.searchParams.set('options', [url.searchParams.get('options'), option].filter(Boolean).join(' '));
  return { ...config, connectionString: url.href };
}

const makeRole = (login: boolean): string => `DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${RUNTIME_ROLE}') THEN
    BEGIN
      CREATE ROLE ${RUNTIME_ROLE} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END IF;
  ${login ? `ALTER ROLE ${RUNTIME_ROLE} LOGIN;` : ''}
  BEGIN
    EXECUTE 'SET LOCAL ROLE ${RUNTIME_ROLE}';
    RESET ROLE;
  EXCEPTION WHEN insufficient_privilege THEN
    EXECUTE format('GRANT ${RUNTIME_ROLE} TO %I', current_user);
  END;
END $$`;

const names = (tables: readonly string[]): string => tables.map((name) => `'${name}'`).join(', ');

/** Each table as it should be, whatever it was before; partitions get nothing of their own. */
const GRANTS = `DO $$
DECLARE
  one record;
  wanted text;
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${RUNTIME_ROLE}', current_schema());
  FOR one IN
    SELECT c.oid, c.relname, c.relispartition,
           (SELECT string_agg(a.privilege_type, ',' ORDER BY a.privilege_type) FROM aclexplode(c.relacl) a WHERE a.grantee = '${RUNTIME_ROLE}'::regrole) AS has
      FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
  LOOP
    wanted := CASE WHEN one.relispartition THEN NULL
      WHEN one.relname IN (${names(READ_ONLY_TABLES)}) THEN 'SELECT'
      WHEN one.relname IN (${names(APPEND_ONLY_TABLES)}) THEN 'INSERT,SELECT'
      ELSE 'DELETE,INSERT,SELECT,UPDATE' END;
    IF one.has IS DISTINCT FROM wanted THEN
      EXECUTE format('REVOKE ALL ON %I.%I FROM ${RUNTIME_ROLE}', current_schema(), one.relname);
      IF wanted IS NOT NULL THEN EXECUTE format('GRANT %s ON %I.%I TO ${RUNTIME_ROLE}', wanted, current_schema(), one.relname); END IF;
    END IF;
  END LOOP;
  EXECUTE format('GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA %I TO ${RUNTIME_ROLE}', current_schema());
END $$`;
