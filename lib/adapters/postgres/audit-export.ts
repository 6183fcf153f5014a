import type pg from 'pg';

/** One row of the trail as it leaves: an event or an outcome. Never arguments, only their keyed digest. */
export interface ExportedRow {
  readonly kind: 'event' | 'outcome';
  readonly id: string;
  readonly at: Date;
  readonly writer: string;
  readonly seq: string;
  readonly hash: string;
  readonly method: string | null;
  readonly decision: string | null;
  readonly reason: string | null;
  readonly rule: string | null;
  readonly message: string | null;
  readonly server: string | null;
  readonly agent: string | null;
  readonly grant: string | null;
  readonly policy: string | null;
  readonly policy_version: number | null;
  readonly tool: string | null;
  readonly inner_tool: string | null;
  readonly category: string | null;
  readonly risk: string | null;
  readonly arguments_hmac: string | null;
  readonly client: string | null;
  readonly source_ip: string | null;
  readonly outcome: string | null;
  readonly http_status: number | null;
  readonly upstream_ms: number | null;
  readonly gateway_ms: number | null;
  readonly policy_ms: number | null;
  readonly admission_ms: number | null;
}

const ROWS_MAX = 500;
/** Of all nodes one exports at a time. */
const LOCK_KEY = 4_207_760_120;
/** A writer that was silent for so long has committed whatever it will. */
const SILENT_SQL = `interval '1 hour'`;

/** Begins at the end of what there is: who switches the export on does not ask for years of history. */
const SEED_SQL = `INSERT INTO audit_export_cursors (exporter, writer, seq)
  SELECT $1, w.id, greatest(
    (SELECT coalesce(max(seq), 0) FROM audit_events WHERE writer = w.id), (SELECT coalesce(max(seq), 0) FROM audit_outcomes WHERE writer = w.id))
  FROM writers w WHERE NOT EXISTS (SELECT 1 FROM audit_export_cursors WHERE exporter = $1)
  ON CONFLICT DO NOTHING`;

const OPEN_SQL = `SELECT w.id, coalesce(c.seq, 0)::text AS seq, w.last_seen_at < clock_timestamp() - ${SILENT_SQL} AS silent
  FROM writers w LEFT JOIN audit_export_cursors c ON c.exporter = $1 AND c.writer = w.id
  WHERE coalesce(c.done, false) = false ORDER BY w.started_at, w.id`;

const ROWS_SQL = `SELECT * FROM (
  (SELECT 'event' AS kind, id, at, writer, seq, hash, method, decision, reason, rule, message, server_slug AS server, agent_slug AS agent,
     grant_id AS "grant", policy_slug AS policy, policy_version, tool, inner_tool, category, risk, arguments_hmac,
     client_name AS client, source_ip, NULL AS outcome, NULL::int AS http_status, NULL::float8 AS upstream_ms, NULL::float8 AS gateway_ms,
     NULL::float8 AS policy_ms, NULL::float8 AS admission_ms
   FROM audit_events WHERE writer = $1 AND seq > $2 ORDER BY seq LIMIT $3)
  UNION ALL
  (SELECT 'outcome', event_id, at, writer, seq, hash, NULL, NULL, NULL, NULL, note, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, outcome, http_status, upstream_ms, gateway_ms, policy_ms, admission_ms
   FROM audit_outcomes WHERE writer = $1 AND seq > $2 ORDER BY seq LIMIT $3)
) rows ORDER BY seq LIMIT $3`;

const ADVANCE_SQL = `INSERT INTO audit_export_cursors (exporter, writer, seq, done, updated_at) VALUES ($1, $2, $3, $4, clock_timestamp())
  ON CONFLICT (exporter, writer) DO UPDATE SET seq = excluded.seq, done = excluded.done, updated_at = excluded.updated_at`;

/** Sets the mark that an export begins at, if there is none yet: whatever is written from now on will be sent. */
export async function beginExport(pool: pg.Pool, exporter: string): Promise<void> {
  await pool.query(SEED_SQL, [exporter]);
}

/**
 * Hands what the trail has since the last time to `send`, in the order of each writer's chain, and remembers how far it got once
 * `send` has resolved. A writer commits its rows in the order of `seq`, so whatever is visible has nothing missing before it.
 * Resolves with the number of rows; null when another node is at it. Rejects when `send` does: those rows come again.
 */
export async function exportAudit(
  pool: pg.Pool,
  exporter: string,
  send: (rows: readonly ExportedRow[]) => Promise<void>,
  rowsMax = ROWS_MAX,
): Promise<number | null> {
  const client = await pool.connect();
  let broken = false;
  // The pool listens only while a connection is idle; unheard, a lost one would end the process.
  const lost = (): void => {
    broken = true;
  };
  client.on('error', lost);
  try {
    const lock = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [LOCK_KEY]);
    if (lock.rows[0]?.locked !== true) return null;
    try {
      await client.query(SEED_SQL, [exporter]);
      const { rows: writers } = await client.query<{ id: string; seq: string; silent: boolean }>(OPEN_SQL, [exporter]);
      let sent = 0;
      for (const { id, seq, silent } of writers) sent += await exportWriter(client, exporter, { id, seq, silent }, send, rowsMax);
      return sent;
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [LOCK_KEY]).catch(lost);
    }
  } finally {
    // A connection that may still hold the lock is not given back.
    client.off('error', lost);
    client.release(broken);
  }
}

async function exportWriter(
  client: pg.PoolClient,
  exporter: string,
  writer: { readonly id: string; readonly seq: string; readonly silent: boolean },
  send: (rows: readonly ExportedRow[]) => Promise<void>,
  rowsMax: number,
): Promise<number> {
  let { seq } = writer;
  for (let sent = 0; ; ) {
    const { rows } = await client.query<ExportedRow>(ROWS_SQL, [writer.id, seq, rowsMax]);
    const last = rows.at(-1);
    if (last === undefined) {
      if (writer.silent) await client.query(ADVANCE_SQL, [exporter, writer.id, seq, true]);
      return sent;
    }
    await send(rows);
    seq = last.seq;
    sent += rows.length;
    await client.query(ADVANCE_SQL, [exporter, writer.id, seq, false]);
  }
}
