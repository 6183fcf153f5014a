import type pg from 'pg';
import type { EventContent, OutcomeContent } from '../audit-row';
import { CHANGE_FIELDS, type ChangeRow } from './check-changes';
import type { ChainRow, WriterFacts } from './check-writer';
import type { SignedCheckpoint } from './checkpoint';

/** What the reader needs of a connection that is inside a transaction. */
export type TrailConnection = Pick<pg.ClientBase, 'query' | 'escapeLiteral'>;
/** What reads a few rows at once; no transaction is needed. */
export type RowReader = Pick<pg.ClientBase, 'query'> | Pick<pg.Pool, 'query'>;

export type RowTable = 'audit_events' | 'audit_outcomes';

/** Rows a fetch: taking one page apart holds the process for some milliseconds, and calls are waiting. */
const PAGE = 400;

export async function readWriters(client: TrailConnection): Promise<WriterFacts[]> {
  const answer = await client.query<WriterFacts>(
    'SELECT id, node, previous_writer AS "previousWriter", previous_hash AS "previousHash", last_seq::float8 AS "lastSeq", last_hash AS "lastHash" FROM writers ORDER BY started_at, id',
  );
  return answer.rows;
}

export async function readKeys(client: RowReader): Promise<{ id: string; publicKey: string; privateEnvelope: string; createdAt: Date }[]> {
  const answer = await client.query<{ id: string; publicKey: string; privateEnvelope: string; createdAt: Date }>(
    'SELECT id, public_key AS "publicKey", private_envelope AS "privateEnvelope", created_at AS "createdAt" FROM audit_keys ORDER BY created_at, id',
  );
  return answer.rows;
}

/** The first row of each table whose writer is not among the writers. */
export async function strayRows(client: TrailConnection): Promise<{ table: RowTable; writer: string; seq: number; id: string }[]> {
  const found: { table: RowTable; writer: string; seq: number; id: string }[] = [];
  for (const table of ['audit_events', 'audit_outcomes'] as const) {
    const id = table === 'audit_events' ? 'id' : 'event_id';
    const answer = await client.query<{ writer: string; seq: number; id: string }>(
      `SELECT t.writer, t.seq::float8 AS seq, t.${id} AS id FROM ${table} t WHERE NOT EXISTS (SELECT 1 FROM writers w WHERE w.id = t.writer) ORDER BY t.writer, t.seq LIMIT 1`,
    );
    if (answer.rows[0]) found.push({ table, ...answer.rows[0] });
  }
  return found;
}

export function checkpointsFrom(client: TrailConnection, from = 1): AsyncGenerator<SignedCheckpoint> {
  return cursorRows<SignedCheckpoint>(
    client,
    'checkpoints',
    `SELECT number::float8 AS number, key_id AS key, hash, signature, body FROM audit_checkpoints WHERE number >= ${Math.floor(from)} ORDER BY number`,
  );
}

/** Both tables of one writer as the database writes them, merged by sequence. Two rows with one sequence are both seen. */
export async function* rawChainRows(
  client: TrailConnection,
  writer: string,
): AsyncGenerator<{ table: RowTable; seq: number; row: string }> {
  const of = (table: RowTable) =>
    cursorRows<{ seq: number; row: string }>(
      client,
      table,
      `SELECT t.seq::float8 AS seq, row_to_json(t)::text AS row FROM ${table} t WHERE writer = ${client.escapeLiteral(writer)} ORDER BY seq`,
    );
  const events = of('audit_events');
  const outcomes = of('audit_outcomes');
  try {
    let event = await events.next();
    let outcome = await outcomes.next();
    while (!event.done || !outcome.done) {
      if (outcome.done || (!event.done && event.value.seq <= outcome.value.seq)) {
        yield { table: 'audit_events', ...(event.value as { seq: number; row: string }) };
        event = await events.next();
      } else {
        yield { table: 'audit_outcomes', ...outcome.value };
        outcome = await outcomes.next();
      }
    }
  } finally {
    await events.return(undefined);
    await outcomes.return(undefined);
  }
}

export function changeRows(client: TrailConnection): AsyncGenerator<ChangeRow> {
  return cursorRows<ChangeRow>(
    client,
    'changes',
    `SELECT s.seq::float8 AS seq, s.change_id AS id, s.previous_hash AS "previousHash", s.hash,
            CASE WHEN c.id IS NULL THEN NULL ELSE ARRAY[${CHANGE_FIELDS.join(', ')}] END AS fields
       FROM admin_chain s LEFT JOIN admin_changes c ON c.id = s.change_id ORDER BY s.seq`,
  );
}

/** A change that the chain does not know. */
export async function unchainedChange(client: TrailConnection): Promise<string | null> {
  const answer = await client.query<{ id: string }>(
    'SELECT c.id FROM admin_changes c WHERE NOT EXISTS (SELECT 1 FROM admin_chain s WHERE s.change_id = c.id) ORDER BY c.at, c.id LIMIT 1',
  );
  return answer.rows[0]?.id ?? null;
}

const LATER_COLUMNS = ['admission_ms', 'arguments_shape', 'flags', 'policy_ms', 'target'] as const;

/** A row as the database writes it, back in the form that was hashed. */
export function readChainRow(table: RowTable, row: Record<string, unknown>): ChainRow {
  const { hash, previous_hash, ...columns } = row;
  const content: Record<string, unknown> = { ...columns, table, at: instant(columns.at) };
  // What came later to the tables is part of a row's content only where it says something.
  for (const column of LATER_COLUMNS) if (content[column] === null) delete content[column];
  if (table === 'audit_outcomes') content.event_at = instant(columns.event_at);
  return { content: content as unknown as EventContent | OutcomeContent, previousHash: String(previous_hash), hash: String(hash) };
}

function instant(value: unknown): string {
  const date = new Date(String(value));
  return Number.isNaN(date.getTime()) ? String(value) : date.toISOString();
}

async function* cursorRows<Row extends object>(client: TrailConnection, name: string, sql: string): AsyncGenerator<Row> {
  const cursor = `callgate_trail_${name}`;
  await client.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${sql}`);
  try {
    for (;;) {
      const page = await client.query<Row>(`FETCH ${PAGE} FROM ${cursor}`);
      yield* page.rows;
      if (page.rows.length < PAGE) return;
    }
  } finally {
    // After a failure the transaction is over, and its cursors with it.
    await client.query(`CLOSE ${cursor}`).catch(() => undefined);
  }
}
