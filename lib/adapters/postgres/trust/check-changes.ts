import { createHash } from 'node:crypto';
import type { TrailFault } from '@/lib/domain/trail/trail-report';
import { NO_HASH } from './checkpoint';
import { ClaimCheck, type HeadClaim } from './head-claims';

/** A row of `admin_chain` with the change it stands for; `fields` is null when that change is gone. */
export interface ChangeRow {
  readonly seq: number;
  readonly id: string;
  readonly previousHash: string;
  readonly hash: string;
  /** The columns of the change as text, in the order of `CHANGE_FIELDS`. */
  readonly fields: readonly (string | null)[] | null;
}

/** The columns that are hashed, as SQL over `c`; the function `admin_change_content` of the database has the same. */
export const CHANGE_FIELDS = [
  'c.id',
  `to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  'c.actor_kind',
  'c.actor_id',
  'c.actor_name',
  'c.action',
  'c.entity',
  'c.entity_id',
  'c.entity_name',
  'c.before::text',
  'c.after::text',
  'c.request_id',
] as const;

/** SHA-256 (hex) over the hash before, a line feed, and the fields, each with its length in bytes. */
export function changeHash(previousHash: string, fields: readonly (string | null)[]): string {
  const content = fields.map((field) => (field === null ? '-' : `${Buffer.byteLength(field, 'utf8')}:${field}`)).join('\n');
  return createHash('sha256').update(`${previousHash}\n${content}`, 'utf8').digest('hex');
}

/** Follows the chain of changes; after the first fault it says no more. */
export class ChangesCheck {
  #seq = 0;
  #hash = NO_HASH;
  #broken = false;
  readonly #claims: ClaimCheck;

  constructor(claims: readonly HeadClaim[]) {
    this.#claims = new ClaimCheck(claims);
  }

  get broken(): boolean {
    return this.#broken;
  }

  row({ seq, id, previousHash, hash, fields }: ChangeRow): TrailFault | null {
    if (seq <= this.#seq) return this.#fault(seq, id, 'inserted', 'a second change has this sequence');
    if (seq !== this.#seq + 1) return this.#fault(this.#seq + 1, null, 'missing', `the change with sequence ${this.#seq + 1} is missing`);
    if (fields === null) return this.#fault(seq, id, 'missing', 'the change is missing');
    if (previousHash !== this.#hash) return this.#fault(seq, id, 'order', 'the change does not follow the one before it');
    if (fields[0] !== id || hash !== changeHash(previousHash, fields))
      return this.#fault(seq, id, 'changed', 'the content of the change is not what was hashed');
    this.#seq = seq;
    this.#hash = hash;
    const broken = this.#claims.row(seq, hash);
    if (!broken) return null;
    const message = `the change is not the one that checkpoint ${broken.claim.checkpoint} names; changes from ${broken.confirmed + 1} on were exchanged`;
    return this.#fault(seq, id, 'rewritten', message, broken.confirmed + 1);
  }

  end(): TrailFault | null {
    const claim = this.#broken ? null : this.#claims.beyond(this.#seq);
    if (!claim) return null;
    const next = this.#seq + 1;
    return this.#fault(
      next,
      null,
      'missing',
      `the changes from sequence ${next} to ${claim.seq} are missing, which checkpoint ${claim.checkpoint} names`,
    );
  }

  #fault(seq: number, id: string | null, kind: TrailFault['kind'], message: string, since = seq): TrailFault {
    this.#broken = true;
    return { table: 'admin_changes', writer: null, seq, since, id, kind, message };
  }
}
