import type pg from 'pg';
import { connectionAad, type IssuedTokens, type OAuthParty, type OAuthSecrets } from '@/lib/domain/upstream-auth';
import type { GatewayLog } from '@/lib/gateway/ports';
import { CredentialFailure, UpstreamFailure } from '@/lib/gateway/upstream-port';
import type { TextSealer } from './argument-store';
import { safeText } from './safe-text';
import { type ConnectionRow, GIVE_BACK, KEEP_TOKENS, NOTE_SCOPES, READ, TAKE_LEASE } from './upstream-token-rows';

interface Ref {
  readonly id: string;
  readonly revision: string;
}

export interface UpstreamTokensOptions {
  readonly pool: pg.Pool;
  readonly sealer: TextSealer;
  readonly log: GatewayLog;
  /** Asks the authorization server for new tokens. Rejects with an error whose `final` says that asking again cannot help. */
  renew(connection: {
    readonly kind: 'oauth' | 'client_credentials';
    readonly party: OAuthParty;
    readonly secrets: OAuthSecrets;
    readonly askedScopes: string | null;
  }): Promise<IssuedTokens>;
}

interface Token {
  readonly text: string;
  readonly version: number;
  /** performance.now() from which on it is renewed before use; null never. */
  readonly renewAtMs: number | null;
  readonly endsAtMs: number | null;
}

const PATIENCE_MS = 25_000;
const LOOK_EVERY_MS = 100;
/** Renewed this long before its end, or in the last tenth of its life when that is shorter. */
const AHEAD_MS = 60_000;
const KEPT_MAX = 10_000;

const RECONNECT = "The gateway's connection to this server has ended; an operator has to reconnect it. The call was not made.";
const NOT_YET = 'The gateway is not connected to this server yet; an operator has to connect it. The call was not made.';
const UNREACHABLE = 'The authorization server of this server cannot be asked for a new token now. The call was not made.';

/** Tokens of connections, kept sealed in the database and renewed by one node at a time. */
export class PostgresUpstreamTokens {
  readonly #known = new Map<string, Token>();
  readonly #running = new Map<string, Promise<Token>>();

  constructor(private readonly options: UpstreamTokensOptions) {}

  /** A token that is good now. Rejects with `CredentialFailure` when only an operator can help. */
  async tokenOf(ref: Ref): Promise<string> {
    const known = this.#known.get(keyOf(ref)) ?? (await this.#once(ref, () => this.#read(ref)));
    const nowMs = performance.now();
    if (known.renewAtMs === null || nowMs < known.renewAtMs) return known.text;
    try {
      return (await this.#renewed(ref, known.version)).text;
    } catch (error) {
      // Asked ahead of time: until its end the old token is as good as any.
      if (!(error instanceof CredentialFailure) && known.endsAtMs !== null && performance.now() < known.endsAtMs) return known.text;
      throw error;
    }
  }

  /** The server refused this token. Another one, which may have been there already. */
  async replace(ref: Ref, refused: string): Promise<string> {
    const known = this.#known.get(keyOf(ref));
    if (known !== undefined && known.text !== refused) return known.text;
    const stored = await this.#once(ref, () => this.#read(ref));
    return stored.text === refused ? (await this.#renewed(ref, stored.version)).text : stored.text;
  }

  async needsScopes(ref: Ref, scopes: string | null): Promise<void> {
    const text = scopes === null ? '' : safeText(scopes, 2_000);
    await this.options.pool
      .query(NOTE_SCOPES, [ref.id, ref.revision, text])
      .catch((error: Error) => this.options.log.warn('that a server wants more scopes could not be noted', { error: error.message }));
  }

  #renewed(ref: Ref, seen: number): Promise<Token> {
    return this.#once(ref, () => this.#renew(ref, seen));
  }

  /** All who ask on this node at one time share one answer. */
  #once(ref: Ref, work: () => Promise<Token>): Promise<Token> {
    const key = keyOf(ref);
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const started = work()
      .then((token) => {
        if (this.#known.size >= KEPT_MAX) this.#known.clear();
        this.#known.set(key, token);
        return token;
      })
      .catch((error: unknown) => {
        if (error instanceof CredentialFailure) this.#known.delete(key);
        throw error instanceof UpstreamFailure
          ? error
          : new UpstreamFailure('The token of the server cannot be read.', false, { cause: error });
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }

  async #read(ref: Ref): Promise<Token> {
    const row = usable(await this.#rows(READ, [ref.id]), ref);
    const token = this.#tokenIn(row);
    return token ?? this.#renew(ref, row.token_version);
  }

  /** Takes the lease and asks, or waits for whoever has it. */
  async #renew(ref: Ref, seen: number): Promise<Token> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const [leased] = await this.#rows(TAKE_LEASE, [ref.id, ref.revision, seen]);
      if (leased !== undefined) return this.#ask(ref, leased);
      const row = usable(await this.#rows(READ, [ref.id]), ref);
      const token = row.token_version === seen ? null : this.#tokenIn(row);
      if (token !== null) return token;
      if (performance.now() > until) throw new UpstreamFailure(UNREACHABLE, false);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  async #ask(ref: Ref, row: ConnectionRow): Promise<Token> {
    const { pool, sealer } = this.options;
    const { party } = row;
    const secrets = this.#secretsIn(row);
    let tokens: IssuedTokens;
    try {
      tokens = await this.options.renew({ kind: row.kind, party, secrets, askedScopes: row.asked_scopes });
    } catch (error) {
      const { message, final } = error as Error & { final?: boolean };
      await pool.query(GIVE_BACK, [ref.id, ref.revision, row.token_version, safeText(message, 1_000), final === true]);
      this.options.log.warn('the token of a server could not be renewed', { connection: ref.id, final: final === true, error: message });
      throw final === true ? new CredentialFailure(RECONNECT, { cause: error }) : new CredentialUnavailable(error);
    }
    // Without a new refresh token the old one stays good; with one it is over.
    const kept: OAuthSecrets = { ...secrets, accessToken: tokens.accessToken, refreshToken: tokens.refreshToken ?? secrets.refreshToken };
    const envelope = sealer.seal(JSON.stringify(kept), connectionAad(ref.id, party.issuer, party.resource));
    const stored = await this.#rows(KEEP_TOKENS, [
      ref.id,
      ref.revision,
      row.token_version,
      envelope,
      tokens.expiresInSeconds,
      tokens.scopes === null ? null : safeText(tokens.scopes, 2_000),
    ]);
    const token = this.#tokenIn(usable(stored, ref));
    if (token === null) throw new UpstreamFailure(UNREACHABLE, false);
    return token;
  }

  #secretsIn(row: ConnectionRow): OAuthSecrets {
    if (row.envelope === null) return { clientSecret: null, accessToken: null, refreshToken: null };
    return JSON.parse(this.options.sealer.open(row.envelope, connectionAad(row.id, row.party.issuer, row.party.resource)));
  }

  /** null when there is none, or none that lasts long enough to be sent. */
  #tokenIn(row: ConnectionRow): Token | null {
    const { accessToken } = this.#secretsIn(row);
    if (accessToken === null) return null;
    const { left_ms: leftMs, life_ms: lifeMs, token_version: version } = row;
    if (leftMs === null) return { text: accessToken, version, renewAtMs: null, endsAtMs: null };
    if (leftMs <= 0) return null;
    const nowMs = performance.now();
    const ahead = Math.min(AHEAD_MS, (lifeMs ?? leftMs) / 10);
    return { text: accessToken, version, renewAtMs: nowMs + leftMs - ahead, endsAtMs: nowMs + leftMs };
  }

  async #rows(text: string, values: readonly unknown[]): Promise<ConnectionRow[]> {
    return (await this.options.pool.query<ConnectionRow>(text, [...values])).rows;
  }
}

/** The authorization server is away: the next call asks again. */
class CredentialUnavailable extends UpstreamFailure {
  constructor(cause: unknown) {
    super(UNREACHABLE, false, { cause });
  }
}

const keyOf = ({ id, revision }: Ref): string => `${id}\n${revision}`;

/** The row when it may be used: still this revision, connected, and bound to where the server is. */
function usable([row]: readonly ConnectionRow[], ref: Ref): ConnectionRow {
  if (row === undefined || row.revision !== ref.revision)
    throw new UpstreamFailure('The credential of the server was changed a moment ago.', false);
  if (row.status === 'disconnected') throw new CredentialFailure(NOT_YET);
  if (row.status !== 'connected' || row.party === null) throw new CredentialFailure(RECONNECT);
  // A token never goes to an origin that it was not asked for.
  if (row.url === null || new URL(row.url).origin !== new URL(row.party.resource).origin) throw new CredentialFailure(RECONNECT);
  return row;
}
