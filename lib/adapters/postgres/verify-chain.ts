import type pg from 'pg';
import type { EventContent, OutcomeContent } from './audit-row';
import { linkHash, openingHash, rowContent } from './chain';

export interface ChainFault {
  readonly writer: string;
  /** The sequence at which the chain first does not hold; 0 for the writer itself. */
  readonly seq: number;
  readonly table: 'audit_events' | 'audit_outcomes' | 'writers';
  readonly why: string;
}

export interface ChainReport {
  readonly rows: number;
  readonly writers: number;
  readonly ok: boolean;
  readonly firstBad?: ChainFault;
}

interface WriterRow {
  readonly id: string;
  readonly node: string;
  readonly previousWriter: string | null;
  readonly previousHash: string | null;
  readonly lastSeq: number;
  readonly lastHash: string;
}

interface ChainRow {
  readonly content: EventContent | OutcomeContent;
  readonly previousHash: string;
  readonly hash: string;
}

const PAGE = 2000;

/**
 * Recomputes every hash of every writer from what the database holds now, in one read-only snapshot, a page at a time.
 * Finds a changed, missing, exchanged or inserted row, and a tail cut off behind a writer's last sign of life. What it
 * cannot find by itself is a whole trail rewritten with all its hashes; that takes a checkpoint kept elsewhere.
 */
export async function verifyChain(pool: pg.Pool): Promise<ChainReport> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query("SET LOCAL statement_timeout = '10min'; SET LOCAL TIME ZONE 'UTC'");
    const report = await verifyAll(client);
    await client.query('COMMIT');
    return report;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function verifyAll(client: pg.PoolClient): Promise<ChainReport> {
  const writers = await readWriters(client);
  // What each successor claims its predecessor's chain contained; checked while that chain is read.
  const claims = new Map<string, { hash: string; by: string }[]>();
  for (const writer of writers.values()) {
    if (writer.previousWriter === null || writer.previousHash === null) continue;
    claims.set(writer.previousWriter, [...(claims.get(writer.previousWriter) ?? []), { hash: writer.previousHash, by: writer.id }]);
  }
  let rows = 0;
  let firstBad: ChainFault | undefined;
  const stray = await strayWriter(client);
  if (stray) firstBad = { writer: stray.writer, seq: stray.seq, table: stray.table, why: 'the row names a writer that never was' };
  for (const writer of writers.values()) {
    const result = await verifyWriter(client, writer, claims.get(writer.id) ?? []);
    rows += result.rows;
    firstBad ??= result.fault;
  }
  return { rows, writers: writers.size, ok: firstBad === undefined, ...(firstBad ? { firstBad } : {}) };
}

async function verifyWriter(
  client: pg.PoolClient,
  writer: WriterRow,
  claims: readonly { hash: string; by: string }[],
): Promise<{ rows: number; fault?: ChainFault }> {
  let seq = 0;
  let hash = openingHash(writer);
  let rows = 0;
  const claimed = new Map(claims.map((claim) => [claim.hash, claim.by]));
  claimed.delete(hash);
  const fault = (at: number, table: ChainFault['table'], why: string) => ({ rows, fault: { writer: writer.id, seq: at, table, why } });
  if (writer.lastSeq === 0 && writer.lastHash !== hash) return fault(0, 'writers', 'the facts of the writer were changed');
  for await (const row of chainRows(client, writer.id)) {
    rows++;
    const { content } = row;
    if (content.seq !== seq + 1) {
      const why = content.seq <= seq ? 'a second row has this sequence' : `the row with sequence ${seq + 1} is missing`;
      return fault(content.seq <= seq ? content.seq : seq + 1, content.table, why);
    }
    seq++;
    if (row.previousHash !== hash) return fault(seq, content.table, 'the row does not follow the row before it');
    hash = linkHash(row.previousHash, rowContent(content));
    if (row.hash !== hash) return fault(seq, content.table, 'the content of the row is not what was hashed');
    claimed.delete(hash);
    if (seq === writer.lastSeq && hash !== writer.lastHash)
      return fault(seq, content.table, "the row is not the one that the writer's sign of life names");
  }
  if (seq < writer.lastSeq) return fault(seq + 1, 'writers', `the rows from sequence ${seq + 1} to ${writer.lastSeq} are missing`);
  const missing = claimed.values().next();
  if (!missing.done) return fault(seq + 1, 'writers', `the chain lacks the row that its successor ${missing.value} follows`);
  return { rows };
}

async function readWriters(client: pg.PoolClient): Promise<Map<string, WriterRow>> {
  const answer = await client.query<WriterRow>(
    'SELECT id, node, previous_writer AS "previousWriter", previous_hash AS "previousHash", last_seq::float8 AS "lastSeq", last_hash AS "lastHash" FROM writers ORDER BY started_at, id',
  );
  return new Map(answer.rows.map((row) => [row.id, row]));
}

async function strayWriter(client: pg.PoolClient): Promise<{ writer: string; seq: number; table: ChainFault['table'] } | null> {
  for (const table of ['audit_events', 'audit_outcomes'] as const) {
    const answer = await client.query<{ writer: string; seq: number }>(
      `SELECT t.writer, t.seq::float8 AS seq FROM ${table} t WHERE NOT EXISTS (SELECT 1 FROM writers w WHERE w.id = t.writer) ORDER BY t.writer, t.seq LIMIT 1`,
    );
    if (answer.rows[0]) return { ...answer.rows[0], table };
  }
  return null;
}

/** Both tables of one writer, merged by sequence. */
async function* chainRows(client: pg.PoolClient, writer: string): AsyncGenerator<ChainRow> {
  const events = tableRows(client, 'audit_events', writer);
  const outcomes = tableRows(client, 'audit_outcomes', writer);
  try {
    let event = await events.next();
    let outcome = await outcomes.next();
    while (!event.done || !outcome.done) {
      if (outcome.done || (!event.done && event.value.content.seq <= outcome.value.content.seq)) {
        yield event.value as ChainRow;
        event = await events.next();
      } else {
        yield outcome.value;
        outcome = await outcomes.next();
      }
    }
  } finally {
    await events.return(undefined);
    await outcomes.return(undefined);
  }
}

/** A cursor rather than pages by sequence: two rows with one sequence must both be seen. */
async function* tableRows(client: pg.PoolClient, table: 'audit_events' | 'audit_outcomes', writer: string): AsyncGenerator<ChainRow> {
  const cursor = `callgate_verify_${table}`;
  await client.query(
    `DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS row FROM ${table} t WHERE writer = ${client.escapeLiteral(writer)} ORDER BY seq`,
  );
  try {
    for (;;) {
      const page = await client.query<{ row: string }>(`FETCH ${PAGE} FROM ${cursor}`);
      for (const { row } of page.rows) yield readRow(table, JSON.parse(row) as Record<string, unknown>);
      if (page.rows.length < PAGE) return;
    }
  } finally {
    await client.query(`CLOSE ${cursor}`);
  }
}

/** A row as the database writes it, back in the form that was hashed. */
function readRow(table: 'audit_events' | 'audit_outcomes', row: Record<string, unknown>): ChainRow {
  const { hash, previous_hash, ...columns } = row;
  const content: Record<string, unknown> = { ...columns, table, at: new Date(String(columns.at)).toISOString() };
  if (table === 'audit_outcomes') content.event_at = new Date(String(columns.event_at)).toISOString();
  return { content: content as unknown as EventContent | OutcomeContent, previousHash: String(previous_hash), hash: String(hash) };
}
