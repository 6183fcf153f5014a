import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import { type SigningKey, signText, verifyText } from './signing-key';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

/**
 * What a checkpoint says. Heads are those of writers whose chain has grown since the checkpoint before; because each one
 * holds the hash of the one before it, all of them together say where every chain stood.
 */
export const checkpointBodySchema = z.strictObject({
  v: z.literal(1),
  number: z.int().min(1),
  /** By the database's clock, ISO 8601 UTC. */
  at: z.string(),
  kind: z.enum(['regular', 'shutdown', 'evidence', 'tombstone']),
  key: z.string(),
  /** The hash of the checkpoint before; zeros before the first. */
  previous: hash,
  heads: z.array(z.strictObject({ writer: z.string(), seq: z.int().min(1), hash })),
  /** Writers that have ended since the checkpoint before: no row may follow their head. */
  closed: z.array(z.string()),
  /** Writers that any checkpoint up to this one has named. */
  writers: count,
  /** Rows of all writers up to their heads. */
  rows: count,
  /** The head of the chain of changes; 0 and zeros while there is none. */
  changes: z.strictObject({ seq: count, hash }),
  /** Of a tombstone: a whole month that leaves the trail in the same transaction. Checkpoints before this one cover its rows. */
  removed: z
    .strictObject({
      /** `YYYY-MM`, UTC. */
      month: z.string().regex(/^\d{4}-\d{2}$/),
      /** The retention that it was past, and who set it. */
      days: z.int().min(1),
      by: z.string(),
      events: count,
      outcomes: count,
      /** `before`: what the first row followed; `after`: the hash of the last; `links`: hashes among them that successors name. */
      ranges: z.array(
        z.strictObject({ writer: z.string(), from: z.int().min(1), to: z.int().min(1), before: hash, after: hash, links: z.array(hash) }),
      ),
    })
    .optional(),
});
export type CheckpointBody = z.output<typeof checkpointBodySchema>;

/** As it is stored, written to the file and sent: `body` is the exact text that was signed. */
export interface SignedCheckpoint {
  readonly number: number;
  readonly key: string;
  readonly hash: string;
  readonly signature: string;
  readonly body: string;
}

export const NO_HASH = '0'.repeat(64);

export function signCheckpoint(body: CheckpointBody, key: SigningKey): SignedCheckpoint {
  const text = canonicalJson(body);
  return {
    number: body.number,
    key: key.id,
    hash: checkpointHash(text),
    signature: signText(signedText(text), key.privateKey),
    body: text,
  };
}

/** SHA-256 (hex) over what is signed. */
export const checkpointHash = (body: string): string => createHash('sha256').update(signedText(body), 'utf8').digest('hex');

export const signatureHolds = (checkpoint: Pick<SignedCheckpoint, 'body' | 'signature'>, publicKey: string): boolean =>
  verifyText(signedText(checkpoint.body), checkpoint.signature, publicKey);

/** Null for a text that is no body of a checkpoint. */
export function readCheckpointBody(text: string): CheckpointBody | null {
  try {
    const parsed = checkpointBodySchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const lineSchema = z.object({ number: z.int().min(1), key: z.string(), hash: z.string(), signature: z.string(), body: z.string() });

/** One line of the file of checkpoints, without its line feed. */
export const checkpointLine = ({ number, key, hash: own, signature, body }: SignedCheckpoint): string =>
  JSON.stringify({ number, key, hash: own, signature, body });

/** Null for a line that is none. */
export function readCheckpointLine(line: string): SignedCheckpoint | null {
  try {
    const parsed = lineSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const signedText = (body: string): string => `callgate checkpoint v1\n${body}`;
