import type pg from 'pg';
import type { OutgoingMessage, SendResult } from '@/lib/domain/notification/outgoing-message';
import { readCheckpointBody, type SignedCheckpoint } from './checkpoint';

export interface CheckpointWebhookOptions {
  readonly pool: pg.Pool;
  readonly url: string;
  /** Signs as Standard Webhooks has it; null sends without. */
  readonly secret: string | null;
  /** Guarded as connections to upstreams are; never rejects. */
  readonly send: (message: OutgoingMessage) => Promise<SendResult>;
}

const LEASE_SECONDS = 60;
const AT_ONCE = 200;
const WAIT_SECONDS_MAX = 900;

/**
 * Sends every checkpoint, in order, to one address, until the receiver has taken it. One node sends at a time; a receiver that
 * does not answer is left alone for longer each time, up to 15 minutes, and nothing is given up. Rejects only when the database does.
 */
export async function sendCheckpoints(options: CheckpointWebhookOptions): Promise<void> {
  const { pool } = options;
  const { host } = new URL(options.url);
  await pool.query('INSERT INTO audit_webhooks (host) VALUES ($1) ON CONFLICT DO NOTHING', [host]);
  const claimed = await pool.query<{ last: number; failures: number }>(
    `UPDATE audit_webhooks SET due_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}), tried_at = clock_timestamp()
      WHERE host = $1 AND due_at <= clock_timestamp() RETURNING last_number::float8 AS last, failures`,
    [host],
  );
  const turn = claimed.rows[0];
  if (!turn) return;
  const { rows } = await pool.query<SignedCheckpoint & { publicKey: string | null; now: number }>(
    `SELECT c.number::float8 AS number, c.key_id AS key, c.hash, c.signature, c.body, k.public_key AS "publicKey",
            extract(epoch FROM clock_timestamp())::float8 AS now
       FROM audit_checkpoints c LEFT JOIN audit_keys k ON k.id = c.key_id WHERE c.number > $1 ORDER BY c.number LIMIT ${AT_ONCE}`,
    [turn.last],
  );
  for (const row of rows) {
    const result = await options.send(messageOf(row, options));
    if (!result.ok) {
      const waitSeconds = Math.min(
        WAIT_SECONDS_MAX,
        5 * 2 ** Math.min(turn.failures, 10),
        Math.max(5, (result.retryAfterMs ?? Number.POSITIVE_INFINITY) / 1000),
      );
      await pool.query(
        'UPDATE audit_webhooks SET failures = failures + 1, detail = $2, due_at = clock_timestamp() + make_interval(secs => $3) WHERE host = $1',
        [host, result.detail.slice(0, 500), waitSeconds],
      );
      return;
    }
    await pool.query(
      `UPDATE audit_webhooks SET last_number = $2, failures = 0, detail = NULL, due_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}) WHERE host = $1`,
      [host, row.number],
    );
  }
  await pool.query('UPDATE audit_webhooks SET due_at = clock_timestamp() WHERE host = $1', [host]);
}

function messageOf(
  { number, key, hash, signature, body, publicKey, now }: SignedCheckpoint & { publicKey: string | null; now: number },
  { url, secret }: CheckpointWebhookOptions,
): OutgoingMessage {
  const id = `checkpoint_${number}`;
  const time = readCheckpointBody(body)?.at ?? null;
  return {
    kind: 'http',
    url,
    body: JSON.stringify({ id, type: 'audit.checkpoint', time, checkpoint: { number, key, hash, signature, body }, publicKey }),
    signing: secret === null ? null : { id, atSeconds: Math.floor(now), secret },
  };
}
