import type { JwtIssuer } from '@/lib/domain/jwt/jwt-issuer';
import { type PublicJwk, readJwks } from '@/lib/domain/jwt/read-jwks';

/** The keys of an issuer at one time; another generation may have other keys. */
export interface KeySet {
  readonly generation: number;
  readonly keys: readonly PublicJwk[];
}

export interface JwksSourceOptions {
  /** Reads an address under the egress guard; rejects with a sentence. */
  readonly fetchText: (url: string) => Promise<string>;
  readonly monotonicMs: () => number;
  readonly warn: (message: string, facts: Record<string, unknown>) => void;
}

/** After this the keys are read again, so that a key that was withdrawn is noticed. */
const FRESH_MS = 5 * 60_000;
/** While they cannot be read, the last ones are used for this long and no longer. */
const STALE_MS = 60 * 60_000;
/** Whatever tokens ask for, an issuer is asked no more often than this. */
const COOL_DOWN_MS = 30_000;

interface Held {
  readonly revision: string;
  set: KeySet | null;
  text: string | null;
  readAtMs: number;
  triedAtMs: number;
  reading: Promise<void> | null;
}

/** The public keys of issuers: pasted ones as they are, fetched ones kept, renewed and let go of. */
export class JwksSource {
  private readonly held = new Map<string, Held>();
  private generations = 0;

  constructor(private readonly options: JwksSourceOptions) {}

  /** The keys now; null when there are none that may be used. Waits only for the first reading. */
  async current(issuer: JwtIssuer): Promise<KeySet | null> {
    const held = this.heldOf(issuer);
    const now = this.options.monotonicMs();
    if (issuer.jwksUrl !== null && now - held.readAtMs > FRESH_MS) {
      const reading = this.refresh(issuer, held);
      if (held.set === null || now - held.readAtMs > STALE_MS) await reading;
    }
    return issuer.jwksUrl === null || this.options.monotonicMs() - held.readAtMs <= STALE_MS ? held.set : null;
  }

  /** For a key that is not there: the keys as they are after one more reading, or the same ones during the cool-down. */
  async renewed(issuer: JwtIssuer): Promise<KeySet | null> {
    const held = this.heldOf(issuer);
    if (issuer.jwksUrl !== null) await this.refresh(issuer, held);
    return held.set;
  }

  /** The generation that tokens verified before must have been verified with. */
  generation(issuer: JwtIssuer): number | null {
    const held = this.held.get(issuer.id);
    if (held === undefined || held.revision !== issuer.revision || held.set === null) return null;
    if (issuer.jwksUrl !== null && this.options.monotonicMs() - held.readAtMs > FRESH_MS) return null;
    return held.set.generation;
  }

  private heldOf(issuer: JwtIssuer): Held {
    const known = this.held.get(issuer.id);
    if (known !== undefined && known.revision === issuer.revision) return known;
    const never = Number.NEGATIVE_INFINITY;
    const held: Held = { revision: issuer.revision, set: null, text: null, readAtMs: never, triedAtMs: never, reading: null };
    this.held.set(issuer.id, held);
    try {
      if (issuer.jwks !== null) this.take(held, issuer.jwks);
    } catch (error) {
      this.options.warn('the keys of a token issuer cannot be used', { issuer: issuer.issuer, error: (error as Error).message });
    }
    return held;
  }

  private refresh(issuer: JwtIssuer, held: Held): Promise<void> {
    if (held.reading !== null) return held.reading;
    const now = this.options.monotonicMs();
    if (now - held.triedAtMs < COOL_DOWN_MS) return Promise.resolve();
    held.triedAtMs = now;
    held.reading = this.options
      .fetchText(issuer.jwksUrl ?? '')
      .then((text) => this.take(held, text))
      .catch((error: unknown) =>
        this.options.warn('the keys of a token issuer could not be read', { issuer: issuer.issuer, error: (error as Error).message }),
      )
      .finally(() => {
        held.reading = null;
      });
    return held.reading;
  }

  private take(held: Held, text: string): void {
    if (held.text !== text) {
      const keys = readJwks(text);
      if (!keys.ok) throw new Error(keys.error);
      held.text = text;
      held.set = { generation: ++this.generations, keys: keys.value };
    }
    held.readAtMs = this.options.monotonicMs();
  }
}
