import type { TrailFault } from '@/lib/domain/trail/trail-report';
import type { EventContent, OutcomeContent } from '../audit-row';
import { linkHash, openingHash, rowContent } from '../chain';
import { ClaimCheck, type HeadClaim } from './head-claims';
import type { RemovedRange } from './removed-rows';

export interface WriterFacts {
  readonly id: string;
  readonly node: string;
  readonly previousWriter: string | null;
  readonly previousHash: string | null;
  /** How far the chain had come at the last sign of life. */
  readonly lastSeq: number;
  readonly lastHash: string;
}

export interface ChainRow {
  readonly content: EventContent | OutcomeContent;
  readonly previousHash: string;
  readonly hash: string;
}

/** Follows the chain of one writer; after the first fault it says no more. */
export class WriterCheck {
  #seq = 0;
  #hash: string;
  #broken = false;
  readonly #claims: ClaimCheck;
  readonly #end: number | null;
  /** Hashes that successors say were in this chain. */
  readonly #followed: Map<string, string>;
  /** The next of the ranges that were removed. */
  #gap = 0;

  constructor(
    private readonly writer: WriterFacts,
    claims: readonly HeadClaim[],
    followers: readonly { readonly hash: string; readonly by: string }[],
    /** The checkpoint that says that the writer has ended with the last claim; null when none does. */
    private readonly closedBy: number | null,
    private readonly removed: readonly RemovedRange[] = [],
  ) {
    this.#end = closedBy === null ? null : (claims.at(-1)?.seq ?? 0);
    this.#hash = openingHash(writer);
    this.#claims = new ClaimCheck(claims);
    this.#followed = new Map(followers.map(({ hash, by }) => [hash, by]));
    this.#followed.delete(this.#hash);
  }

  /** Whether a fault was found already, and further rows tell nothing. */
  get broken(): boolean {
    return this.#broken;
  }

  start(): TrailFault | null {
    const { lastSeq, lastHash } = this.writer;
    if (lastSeq === 0 && lastHash !== this.#hash) return this.#fault('writers', 0, null, 'changed', 'the facts of the writer were changed');
    return null;
  }

  row({ content, previousHash, hash }: ChainRow): TrailFault | null {
    const { table, seq } = content;
    const id = content.table === 'audit_events' ? content.id : content.event_id;
    if (seq <= this.#seq) return this.#fault(table, seq, id, 'inserted', 'a second row has this sequence');
    const gap = this.#passRemoved(seq);
    if (gap) return gap;
    if (seq <= this.#seq)
      return this.#fault(table, seq, id, 'inserted', `checkpoint ${this.#removedBy(seq)} says that the row was removed, and it is there`);
    if (seq !== this.#seq + 1)
      return this.#fault(table, this.#seq + 1, null, 'missing', `the row with sequence ${this.#seq + 1} is missing`);
    if (this.#end !== null && seq > this.#end)
      return this.#fault(
        table,
        seq,
        id,
        'inserted',
        `the writer had ended with sequence ${this.#end} when checkpoint ${this.closedBy} was made`,
      );
    if (previousHash !== this.#hash) return this.#fault(table, seq, id, 'order', 'the row does not follow the row before it');
    if (hash !== linkHash(previousHash, rowContent(content)))
      return this.#fault(table, seq, id, 'changed', 'the content of the row is not what was hashed');
    this.#seq = seq;
    this.#hash = hash;
    this.#followed.delete(hash);
    const broken = this.#claims.row(seq, hash);
    if (broken) {
      const message = `the row is not the one that checkpoint ${broken.claim.checkpoint} names; rows from ${broken.confirmed + 1} on were exchanged`;
      return this.#fault(table, seq, id, 'rewritten', message, broken.confirmed + 1);
    }
    if (seq === this.writer.lastSeq && hash !== this.writer.lastHash)
      return this.#fault(table, seq, id, 'rewritten', "the row is not the one that the writer's sign of life names");
    return null;
  }

  end(): TrailFault | null {
    if (this.#broken) return null;
    const gap = this.#passRemoved(Number.POSITIVE_INFINITY);
    if (gap) return gap;
    const next = this.#seq + 1;
    const claim = this.#claims.beyond(this.#seq);
    if (claim)
      return this.#fault(
        'writers',
        next,
        null,
        'missing',
        `the rows from sequence ${next} to ${claim.seq} are missing, which checkpoint ${claim.checkpoint} names`,
      );
    if (this.#seq < this.writer.lastSeq)
      return this.#fault('writers', next, null, 'missing', `the rows from sequence ${next} to ${this.writer.lastSeq} are missing`);
    const follower = this.#followed.values().next();
    if (!follower.done)
      return this.#fault('writers', next, null, 'missing', `the chain lacks the row that its successor ${follower.value} follows`);
    return null;
  }

  /** Goes over what was removed before row `upTo`, where the chain stands at the beginning of it and what is left fits to it. */
  #passRemoved(upTo: number): TrailFault | null {
    for (;;) {
      const range = this.removed[this.#gap];
      if (range?.from !== this.#seq + 1 || upTo < range.from) return null;
      const { from, to, before, after, links, checkpoint } = range;
      if (before !== this.#hash) {
        const message = `the row before those that were removed is not the one that checkpoint ${checkpoint} names`;
        return this.#fault('writers', from - 1, null, 'rewritten', message, Math.min(this.#claims.confirmed + 1, from - 1));
      }
      const broken = this.#claims.skip(to, after);
      if (broken || (this.writer.lastSeq === to && this.writer.lastHash !== after)) {
        const message = `the rows that checkpoint ${checkpoint} says were removed are not those that ${broken ? `checkpoint ${broken.checkpoint}` : "the writer's sign of life"} names`;
        return this.#fault('writers', to, null, 'rewritten', message, from);
      }
      this.#seq = to;
      this.#hash = after;
      for (const hash of [after, ...links]) this.#followed.delete(hash);
      this.#gap++;
    }
  }

  #removedBy(seq: number): number | undefined {
    return this.removed.find(({ from, to }) => from <= seq && seq <= to)?.checkpoint;
  }

  #fault(table: TrailFault['table'], seq: number, id: string | null, kind: TrailFault['kind'], message: string, since = seq): TrailFault {
    this.#broken = true;
    return { table, writer: this.writer.id, seq, since, id, kind, message };
  }
}
