import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { monthLockName } from '@/lib/domain/trail/month-lock';
import { newId } from '@/lib/kernel/ids';
import { type CheckpointBody, NO_HASH, readCheckpointBody, type SignedCheckpoint, signCheckpoint } from './checkpoint';
import type { SigningKey } from './signing-key';
import { describeMonth, type MonthToRemove, type Removed, requireSettled } from './tombstone';
import { checkpointsFrom, type TrailConnection } from './trail-reader';

const LOCK = 4207760047;
const LOCK_POLL_MS = 100;
/** Longer, and calls would be refused for it. */
const LOCK_PATIENCE_MS = 500;
/** Writers that have been silent for longer before the last checkpoint have no new rows. */
const SILENT_MINUTES = 15;

const RECORD = `
  INSERT INTO admin_changes (id, actor_kind, actor_id, actor_name, action, entity, entity_id, entity_name, after)
  VALUES ($1, 'system', 'retention', 'Retention', 'audit.remove', 'audit', $2, $2, $3::jsonb)`;
const recordOf = ({ days, by, events, outcomes }: Removed, tombstone: number) => ({ days, setBy: by, calls: events, outcomes, tombstone });

interface Latest {
  readonly checkpoint: SignedCheckpoint;
  readonly body: CheckpointBody;
}

/** How far the checkpoints read so far go. Reading all of them each minute would cost more with each. */
interface Claimed {
  readonly number: number;
  readonly hash: string;
  readonly heads: ReadonlyMap<string, number>;
  readonly closed: ReadonlySet<string>;
}

const NOTHING_CLAIMED: Claimed = { number: 0, hash: NO_HASH, heads: new Map(), closed: new Set() };

/** Makes the checkpoints of this process. */
export class CheckpointMaker {
  #read: Claimed | null = null;

  constructor(private readonly pool: pg.Pool) {}

  /**
   * Signs where all chains stand in one snapshot, so that only committed rows are named, and stores it. Under a lock that
   * all nodes share. Null when nothing has grown since the last one; `busy` when another node is at it.
   */
  async make(key: SigningKey, kind: Exclude<CheckpointBody['kind'], 'tombstone'>, waitMs = 0): Promise<SignedCheckpoint | null | 'busy'> {
    return this.#locked(waitMs, 'BEGIN ISOLATION LEVEL REPEATABLE READ', (client) => this.#sign(client, key, kind));
  }

  /**
   * Removes a month: the tombstone and the removal are one transaction, so that nobody ever sees one without the other. Rejects with
   * what kept it: `MonthKept`, or the database's reason (P0001) or locks (55P03), after which nothing has changed.
   */
  async removeMonth(key: SigningKey, month: MonthToRemove, waitMs: number): Promise<Removed | 'busy'> {
    return this.#locked(waitMs, 'BEGIN', async (client) => {
      // Calls are admitted while this waits for nothing longer than that.
      await client.query(`SET LOCAL lock_timeout = '${LOCK_PATIENCE_MS}ms'; SET LOCAL statement_timeout = '30min'`);
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [monthLockName(month.month)]);
      // Nobody else has a reason to write into the month: what is settled is not settled again but by people, who are shut out now.
      await requireSettled(client, month.month);
      await client.query('SELECT lock_audit_month($1)', [month.month]);
      const latest = await latestCheckpoint(client);
      const { heads } = await this.#claimed(client, latest);
      const removed = await describeMonth(client, month, heads);
      const { number } = await this.#store(client, key, latest, { kind: 'tombstone', heads: [], closed: [], removed });
      await client.query(RECORD, [newId('chg', Date.now(), randomBytes(10)), month.month, JSON.stringify(recordOf(removed, number))]);
      await client.query('SELECT * FROM remove_audit_month($1, $2)', [month.month, number]);
      return removed;
    });
  }

  /** One transaction under the lock that all nodes share; null takes it back. */
  async #locked<T extends object | null>(waitMs: number, begin: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T | 'busy'> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    // The pool listens only while a connection is idle; unheard, a lost one would end the process.
    const lost = (error: Error): void => {
      broken = error;
    };
    client.on('error', lost);
    try {
      // The lock comes before the snapshot: inside it, the last checkpoint of another node might not be seen.
      if (!(await lock(client, waitMs))) return 'busy';
      try {
        await client.query(`${begin}; SET LOCAL TIME ZONE 'UTC'`);
        const made = await work(client);
        await client.query(made ? 'COMMIT' : 'ROLLBACK');
        return made;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        await client.query('SELECT pg_advisory_unlock($1::bigint)', [LOCK]).catch(lost);
      }
    } finally {
      client.off('error', lost);
      client.release(broken);
    }
  }

  async #sign(client: TrailConnection, key: SigningKey, kind: CheckpointBody['kind']): Promise<SignedCheckpoint | null> {
    const latest = await latestCheckpoint(client);
    const { heads: claimed, closed: known } = await this.#claimed(client, latest);
    const heads = (await grownHeads(client, latest, claimed)).filter(
      ({ writer, seq }) => !known.has(writer) && seq > (claimed.get(writer) ?? 0),
    );
    const closed = await closedWriters(client, known);
    const changes = await changesHead(client);
    const before = latest?.body;
    if (heads.length === 0 && closed.length === 0 && changes.seq <= (before?.changes.seq ?? 0)) return null;
    return this.#store(client, key, latest, {
      kind,
      heads,
      closed,
      writers: (before?.writers ?? 0) + heads.filter(({ writer }) => !claimed.has(writer)).length,
      rows: (before?.rows ?? 0) + heads.reduce((sum, { writer, seq }) => sum + seq - (claimed.get(writer) ?? 0), 0),
      // Never back: what is missing is for the verifier to name.
      ...(changes.seq > (before?.changes.seq ?? 0) ? { changes } : {}),
    });
  }

  /** Signs and stores the one that follows `latest`; what `says` leaves out stays as it was. */
  async #store(
    client: TrailConnection,
    key: SigningKey,
    latest: Latest | null,
    says: Pick<CheckpointBody, 'kind' | 'heads' | 'closed'> & Partial<CheckpointBody>,
  ): Promise<SignedCheckpoint> {
    const { rows: clock } = await client.query<{ at: Date }>('SELECT clock_timestamp() AS at');
    const before = latest?.body;
    const body: CheckpointBody = {
      v: 1,
      number: (before?.number ?? 0) + 1,
      at: (clock[0]?.at ?? new Date()).toISOString(),
      key: key.id,
      previous: latest?.checkpoint.hash ?? NO_HASH,
      writers: before?.writers ?? 0,
      rows: before?.rows ?? 0,
      changes: before?.changes ?? { seq: 0, hash: NO_HASH },
      ...says,
    };
    const signed = signCheckpoint(body, key);
    await client.query(
      'INSERT INTO audit_checkpoints (number, at, key_id, hash, signature, rows, body) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [signed.number, body.at, signed.key, signed.hash, signed.signature, body.rows, signed.body],
    );
    return signed;
  }

  async #claimed(client: TrailConnection, latest: Latest | null): Promise<Claimed> {
    if (!latest) return NOTHING_CLAIMED;
    const read = this.#read;
    const known =
      read && read.number <= latest.checkpoint.number && (await hashOf(client, read.number)) === read.hash ? read : NOTHING_CLAIMED;
    const heads = new Map(known.heads);
    const closed = new Set(known.closed);
    for await (const { body } of checkpointsFrom(client, known.number + 1)) {
      const said = readCheckpointBody(body);
      for (const head of said?.heads ?? []) heads.set(head.writer, head.seq);
      for (const writer of said?.closed ?? []) closed.add(writer);
    }
    this.#read = { number: latest.checkpoint.number, hash: latest.checkpoint.hash, heads, closed };
    return this.#read;
  }
}

async function lock(client: pg.PoolClient, waitMs: number): Promise<boolean> {
  for (let waited = 0; ; waited += LOCK_POLL_MS) {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1::bigint) AS locked', [LOCK]);
    if (rows[0]?.locked) return true;
    if (waited >= waitMs) return false;
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}

async function latestCheckpoint(client: TrailConnection): Promise<Latest | null> {
  const { rows } = await client.query<SignedCheckpoint>(
    'SELECT number::float8 AS number, key_id AS key, hash, signature, body FROM audit_checkpoints ORDER BY number DESC LIMIT 1',
  );
  const checkpoint = rows[0];
  if (!checkpoint) return null;
  const body = readCheckpointBody(checkpoint.body);
  if (!body) throw new Error(`checkpoint ${checkpoint.number} cannot be read, so none can follow it; verify the trail`);
  return { checkpoint, body };
}

/** The heads where the chains stand now, of writers that may have grown. */
async function grownHeads(
  client: TrailConnection,
  latest: Latest | null,
  claimed: ReadonlyMap<string, number>,
): Promise<CheckpointBody['heads'][number][]> {
  const { rows } = await client.query<{ writer: string; seq: number; hash: string }>(
    `SELECT w.id AS writer, h.seq::float8 AS seq, h.hash FROM writers w CROSS JOIN LATERAL (
       SELECT seq, hash FROM (
         (SELECT seq, hash FROM audit_events WHERE writer = w.id ORDER BY seq DESC LIMIT 1)
         UNION ALL (SELECT seq, hash FROM audit_outcomes WHERE writer = w.id ORDER BY seq DESC LIMIT 1)) AS both_tables
       ORDER BY seq DESC LIMIT 1) h
     WHERE w.last_seen_at >= $1::timestamptz - make_interval(mins => ${SILENT_MINUTES}) OR NOT (w.id = ANY ($2::text[])) ORDER BY w.id`,
    [latest?.body.at ?? '-infinity', [...claimed.keys()]],
  );
  return rows;
}

/** Writers that have ended and that no checkpoint has said so of: closed in order, or dead with nothing left to settle. */
async function closedWriters(client: TrailConnection, known: ReadonlySet<string>): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM writers WHERE (closed_at IS NOT NULL OR swept_at IS NOT NULL) AND NOT (id = ANY ($1::text[])) ORDER BY id',
    [[...known]],
  );
  return rows.map((row) => row.id);
}

async function changesHead(client: TrailConnection): Promise<CheckpointBody['changes']> {
  const { rows } = await client.query<{ seq: number; hash: string }>(
    'SELECT seq::float8 AS seq, hash FROM admin_chain ORDER BY seq DESC LIMIT 1',
  );
  return rows[0] ?? { seq: 0, hash: NO_HASH };
}

async function hashOf(client: TrailConnection, number: number): Promise<string | null> {
  const { rows } = await client.query<{ hash: string }>('SELECT hash FROM audit_checkpoints WHERE number = $1', [number]);
  return rows[0]?.hash ?? null;
}
