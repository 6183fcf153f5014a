/** The signature algorithms that may be allowed: asymmetric ones only, so that no key that verifies can also sign. */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

/**
 * What the scopes of a token do: `intersect` leaves those of the grant that the token has too, `provide` takes those of
 * the token in place of the grant's, `ignore` leaves the grant's as they are.
 */
export const SCOPE_MODES = ['intersect', 'provide', 'ignore'] as const;
export type ScopeMode = (typeof SCOPE_MODES)[number];

/** Whose tokens are believed, with which keys, and which agent they speak for. Durations in seconds. */
export interface JwtIssuer {
  readonly id: string;
  /** Changes with everything that decides, so that nothing verified before outlives the change. */
  readonly revision: string;
  /** The exact `iss`. */
  readonly issuer: string;
  /** Where the keys are; null when they are kept here. */
  readonly jwksUrl: string | null;
  /** The public keys themselves, a JWK Set as JSON text; null when they are fetched. */
  readonly jwks: string | null;
  /** Accepted values of `aud`; empty: the address of the endpoint that is called, and nothing else. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly JwtAlgorithm[];
  readonly toleranceSeconds: number;
  /** Longest accepted time from `iat` to `exp`. */
  readonly lifetimeSeconds: number;
  /** The required `typ` of the header, compared without case; null: any. */
  readonly typ: string | null;
  /** The claim that names the agent. */
  readonly agentClaim: string;
  /** Agent slugs by value of the claim; null: the value is the slug. */
  readonly agentMap: Readonly<Record<string, string>> | null;
  /** A space-separated text or a list of texts. */
  readonly scopeClaim: string;
  readonly scopeMode: ScopeMode;
  /** Scopes without which a token may do nothing. */
  readonly requiredScopes: readonly string[];
  /** Each token is good for one request, by its `jti`, whichever node gets it. */
  readonly oneTime: boolean;
}

export const TOLERANCE_SECONDS_MAX = 300;
export const LIFETIME_SECONDS_MAX = 86_400;
export const TOKEN_CHARACTERS_MAX = 8 * 1024;
