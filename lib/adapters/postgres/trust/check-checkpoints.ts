import type { TrailFault } from '@/lib/domain/trail/trail-report';
import { checkpointHash, NO_HASH, readCheckpointBody, type SignedCheckpoint, signatureHolds } from './checkpoint';
import { HeadClaims } from './head-claims';
import { RemovedRows } from './removed-rows';

/** Public keys (PEM) by id, and whether there is reason to trust each. */
export type KnownKeys = ReadonlyMap<string, { readonly publicKey: string; readonly trusted: boolean }>;

/** The name of the chain of changes among the claims; no writer is called so. */
export const CHANGES_CHAIN = 'changes';

/** Follows the chain of checkpoints and gathers what the good ones say about the other chains. */
export class CheckpointsCheck {
  readonly claims = new HeadClaims();
  /** What tombstones say was removed. */
  readonly removed = new RemovedRows();
  /** The checkpoint that said of a writer that it has ended. */
  readonly closed = new Map<string, number>();
  #last: { number: number; hash: string; at: string; rows: number } | null = null;
  #count = 0;

  constructor(private readonly keys: KnownKeys) {}

  get count(): number {
    return this.#count;
  }

  get last(): { readonly number: number; readonly hash: string; readonly at: string; readonly rows: number } | null {
    return this.#last;
  }

  /** What is wrong with this checkpoint; only one that is genuine says anything about the chains. */
  add(checkpoint: SignedCheckpoint, table: 'audit_checkpoints' | 'checkpoint_file' = 'audit_checkpoints'): TrailFault | null {
    const { number } = checkpoint;
    const fault = (kind: TrailFault['kind'], message: string, seq = number): TrailFault => ({
      table,
      writer: null,
      seq,
      since: seq,
      id: null,
      kind,
      message,
    });
    const expected = (this.#last?.number ?? 0) + 1;
    const previous = this.#last?.hash ?? NO_HASH;
    this.#count++;
    const body = readCheckpointBody(checkpoint.body);
    if (number < expected) return fault('inserted', `checkpoint ${number} is there twice or out of order`);
    this.#last = { number, hash: checkpoint.hash, at: body?.at ?? '', rows: body?.rows ?? 0 };
    if (!body || body.number !== number || checkpointHash(checkpoint.body) !== checkpoint.hash)
      return fault('changed', `checkpoint ${number} is not what was hashed`);
    const key = this.keys.get(checkpoint.key);
    if (!key || body.key !== checkpoint.key)
      return fault('signature', `checkpoint ${number} is signed with the key ${checkpoint.key}, which is not known`);
    if (!key.trusted)
      return fault('signature', `checkpoint ${number} is signed with the key ${checkpoint.key}, which nobody here vouches for`);
    if (!signatureHolds(checkpoint, key.publicKey)) return fault('signature', `the signature of checkpoint ${number} is not genuine`);
    this.#claim(body);
    if (number > expected)
      return fault(
        'missing',
        number === expected + 1 ? `checkpoint ${expected} is missing` : `the checkpoints from ${expected} to ${number - 1} are missing`,
        expected,
      );
    if (body.previous !== previous) return fault('order', `checkpoint ${number} does not follow the one before it`);
    return null;
  }

  #claim(body: NonNullable<ReturnType<typeof readCheckpointBody>>): void {
    for (const { writer, seq, hash } of body.heads) this.claims.add(writer, { seq, hash, checkpoint: body.number });
    for (const writer of body.closed) if (!this.closed.has(writer)) this.closed.set(writer, body.number);
    this.removed.add(body);
    if (body.changes.seq > 0) this.claims.add(CHANGES_CHAIN, { ...body.changes, checkpoint: body.number });
  }
}
