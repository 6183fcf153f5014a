/** What signed checkpoints say about one chain, ascending by sequence. */
export interface HeadClaim {
  readonly seq: number;
  readonly hash: string;
  readonly checkpoint: number;
}

const CLAIMS_MAX = 2048;

/**
 * The claims of all checkpoints, by chain. Of a chain with very many claims every second of the older ones is let go: the
 * last one proves everything before it, the others only narrow down where something was exchanged.
 */
export class HeadClaims {
  readonly #claims = new Map<string, HeadClaim[]>();

  get chains(): Iterable<string> {
    return this.#claims.keys();
  }

  /** False when the claim goes back behind an earlier one. */
  add(chain: string, claim: HeadClaim): boolean {
    const claims = this.#claims.get(chain);
    if (!claims) {
      this.#claims.set(chain, [claim]);
      return true;
    }
    if (claim.seq <= (claims.at(-1)?.seq ?? 0)) return false;
    claims.push(claim);
    if (claims.length > CLAIMS_MAX)
      this.#claims.set(
        chain,
        claims.filter((_, index) => index % 2 === claims.length % 2 || index === claims.length - 1),
      );
    return true;
  }

  of(chain: string): readonly HeadClaim[] {
    return this.#claims.get(chain) ?? [];
  }

  count(): number {
    return this.#claims.size;
  }
}

/** Looks at one chain, row by row, whether it is the one that the claims speak of. */
export class ClaimCheck {
  #next = 0;
  #confirmed = 0;

  constructor(private readonly claims: readonly HeadClaim[]) {}

  /** The last sequence that a checkpoint confirmed. */
  get confirmed(): number {
    return this.#confirmed;
  }

  /** The claim that this row breaks, with the last sequence before it that a checkpoint confirmed. */
  row(seq: number, hash: string): { claim: HeadClaim; confirmed: number } | null {
    const claim = this.claims[this.#next];
    if (!claim || claim.seq !== seq) return null;
    if (claim.hash !== hash) return { claim, confirmed: this.#confirmed };
    this.#next++;
    this.#confirmed = seq;
    return null;
  }

  /** Goes on behind rows that were removed; the last of them had `hash`. The claim that it breaks, or null. */
  skip(to: number, hash: string): HeadClaim | null {
    for (; (this.claims[this.#next]?.seq ?? Number.POSITIVE_INFINITY) <= to; this.#next++) {
      const claim = this.claims[this.#next];
      if (claim?.seq === to && claim.hash !== hash) return claim;
    }
    this.#confirmed = to;
    return null;
  }

  /** The highest claim beyond the end of the chain. */
  beyond(lastSeq: number): HeadClaim | null {
    const last = this.claims.at(-1);
    return last && last.seq > lastSeq ? last : null;
  }
}
