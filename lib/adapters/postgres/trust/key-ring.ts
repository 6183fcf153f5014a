import type pg from 'pg';
import type { TextSealer } from '../argument-store';
import type { KnownKeys } from './check-checkpoints';
import { makeSigningKey, publicHalf, type SigningKey } from './signing-key';
import { type RowReader, readKeys } from './trail-reader';

export interface KeySealer extends TextSealer {
  /** Throws when it was sealed with another key, for another place, or changed. */
  open(envelope: string, aad: string): string;
}

/** The signing key in force: the newest that this secret key opens. One is made when there is none. Nodes that start together agree on one. */
export async function signingKey(pool: pg.Pool, sealer: KeySealer): Promise<SigningKey> {
  const client = await pool.connect();
  try {
    return (await newestOpenable(client, sealer)) ?? (await firstKey(client, sealer));
  } finally {
    client.release();
  }
}

/** A new pair of keys as a row of `audit_keys`; once it is stored, it is the one that signs. */
export function newKeyRow(sealer: KeySealer): { id: string; publicKey: string; privateEnvelope: string } {
  const { id, publicKey, privateKey } = makeSigningKey();
  return { id, publicKey, privateEnvelope: sealer.seal(privateKey, aadOf(id)) };
}

/**
 * Every key of the database. One is trusted when its private half opens with the secret key, or when `vouched` holds its
 * public half: whoever can only write to the database can make neither.
 */
export async function knownKeys(client: RowReader, sealer: KeySealer, vouched: readonly string[]): Promise<KnownKeys> {
  const keys = new Map<string, { publicKey: string; trusted: boolean }>();
  const pems = new Set(vouched.map((pem) => pem.trim()));
  for (const { id, publicKey, privateEnvelope } of await readKeys(client))
    keys.set(id, { publicKey, trusted: pems.has(publicKey.trim()) || openKey(id, publicKey, privateEnvelope, sealer) !== null });
  return keys;
}

async function newestOpenable(client: RowReader, sealer: KeySealer): Promise<SigningKey | null> {
  for (const { id, publicKey, privateEnvelope } of (await readKeys(client)).reverse()) {
    const privateKey = openKey(id, publicKey, privateEnvelope, sealer);
    if (privateKey !== null) return { id, publicKey, privateKey };
  }
  return null;
}

/** The private half, when it opens and belongs to the public one. */
function openKey(id: string, publicKey: string, envelope: string, sealer: KeySealer): string | null {
  try {
    const privateKey = sealer.open(envelope, aadOf(id));
    return publicHalf(privateKey) === publicKey ? privateKey : null;
  } catch {
    return null;
  }
}

/** The first key; of nodes that start together, one makes it. */
async function firstKey(client: pg.PoolClient, sealer: KeySealer): Promise<SigningKey> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock(4207760046)');
    if (!(await newestOpenable(client, sealer))) {
      const { id, publicKey, privateEnvelope } = newKeyRow(sealer);
      await client.query("INSERT INTO audit_keys (id, public_key, private_envelope, created_by) VALUES ($1, $2, $3, 'first start')", [
        id,
        publicKey,
        privateEnvelope,
      ]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
  const key = await newestOpenable(client, sealer);
  if (!key) throw new Error('the signing key of the audit trail does not open with this secret key');
  return key;
}

const aadOf = (id: string): string => `audit_keys|${id}|private_envelope|1`;
