import { statfs } from 'node:fs/promises';
import type pg from 'pg';
import type { Check, Finding } from './readiness';

/** What the checks look at; a part of the data plane, and easy to make up in a test. */
export interface CheckedParts {
  readonly ledger: { ready(): { reasons: readonly string[] }; clockOffset(): number | null };
  readonly snapshots: { ready(): { reasons: readonly string[] } };
  readonly gateway: { load(): { readonly draining: boolean } };
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly envelope: { readonly keyId: string };
  readonly database: { readonly kind: 'external' | 'embedded' | 'joined' };
  readonly dataDir: string;
  /** The migrations that this version brings. */
  readonly migrations: readonly string[];
}

const MIB = 1024 * 1024;
/** PostgreSQL stops when it cannot write its log of 16 MiB files. */
const DISK_FREE_MIN = 64 * MIB;
const DISK_FREE_WANTED = 512 * MIB;
const CLOCK_OFFSET_MAX_MS = 5_000;
const SLOW_MS = 15_000;

const FINE: Finding = { ok: true, reason: null };
const warning = (reason: string): Finding => ({ ok: true, reason });
const failing = (reason: string): Finding => ({ ok: false, reason });

/** The checks of `/readyz`, those from memory first. */
export function readinessChecks(parts: CheckedParts): readonly Check[] {
  const { ledger, snapshots, gateway, pool } = parts;
  const fromMemory = (name: string, reasons: () => readonly string[]): Check => ({
    name,
    keptMs: 0,
    look: () => (reasons().length === 0 ? FINE : failing(reasons().join('; '))),
  });
  /** With the database away its own check says so; whatever else is unknown then stays unsaid. */
  const fromDatabase = (name: string, look: () => Promise<Finding>): Check => ({
    name,
    keptMs: SLOW_MS,
    look: () => (ledger.ready().reasons.length > 0 ? warning('not looked at while the database is away') : look()),
  });
  return [
    fromMemory('database', () => ledger.ready().reasons),
    fromMemory('configuration', () => snapshots.ready().reasons),
    fromMemory('draining', () => (gateway.load().draining ? ['the process is stopping and takes no more calls'] : [])),
    { name: 'clock', keptMs: 0, look: () => clock(ledger.clockOffset()) },
    fromDatabase('migrations', () => migrations(pool, parts.migrations)),
    fromDatabase('audit_partitions', () => auditPartitions(pool)),
    fromDatabase('secret_key', () => secretKey(pool, parts.envelope.keyId)),
    ...(parts.database.kind === 'external' ? [] : [{ name: 'disk', keptMs: SLOW_MS, look: () => disk(parts.dataDir) }]),
  ];
}

/** Expiry and windows follow the database's clock, so a wrong one here only confuses people who compare logs. */
function clock(offsetMs: number | null): Finding {
  if (offsetMs === null || Math.abs(offsetMs) <= CLOCK_OFFSET_MAX_MS) return FINE;
  const direction = offsetMs > 0 ? 'behind' : 'ahead of';
  return warning(
    `the clock of this node is ${Math.round(Math.abs(offsetMs) / 1_000)} s ${direction} the database's; its log lines carry the wrong time`,
  );
}

async function migrations(pool: CheckedParts['pool'], wanted: readonly string[]): Promise<Finding> {
  const { rows } = await pool.query<{ migration_name: string }>(
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const applied = new Set(rows.map((row) => row.migration_name));
  const missing = wanted.filter((name) => !applied.has(name));
  if (missing.length > 0)
    return failing(`the database lacks ${missing.join(', ')}; was an older one restored? Start this node again to migrate it`);
  const newer = [...applied].filter((name) => !wanted.includes(name));
  return newer.length === 0 ? FINE : warning(`a newer Callgate has migrated the database (${newer.join(', ')}); update this node`);
}

/** Without a month's own partition rows go to the default one: nothing is lost, but that month cannot be made afterwards. */
async function auditPartitions(pool: CheckedParts['pool']): Promise<Finding> {
  const { rows } = await pool.query<{ missing: string }>(
    `SELECT parent || '_' || suffix AS missing FROM unnest(ARRAY['audit_events', 'audit_outcomes']) AS parent,
       (SELECT to_char(date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + make_interval(months => ahead), 'YYYYMM') AS suffix
        FROM generate_series(0, 1) AS ahead) AS months
     WHERE to_regclass(format('%I', parent || '_' || suffix)) IS NULL`,
  );
  return rows.length === 0
    ? FINE
    : warning(`no partition ${rows.map((row) => row.missing).join(', ')}; the log says why it could not be made`);
}

/** Envelopes name the key that sealed them: with another one no secret of a server can be opened. */
async function secretKey(pool: CheckedParts['pool'], keyId: string): Promise<Finding> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT (SELECT count(*) FROM server_secrets WHERE split_part(split_part(envelope, '.', 2), '-', 1) <> $1)::int
       + (SELECT count(*) FROM notification_secrets WHERE split_part(split_part(envelope, '.', 2), '-', 1) <> $1)::int AS count`,
    [keyId],
  );
  const count = rows[0]?.count ?? 0;
  if (count === 0) return FINE;
  return failing(`${count} stored secrets were sealed with another CALLGATE_SECRET_KEY; start with the key that belongs to this database`);
}

async function disk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= DISK_FREE_WANTED) return FINE;
  const sentence = `${Math.floor(free / MIB)} MiB are free on the disk of DATA_DIR`;
  return free < DISK_FREE_MIN ? failing(`${sentence}; the database stops when it is full`) : warning(sentence);
}
