/** How a server's credential comes about when it is more than fixed headers. */
export const CONNECTION_KINDS = ['oauth', 'client_credentials', 'headers'] as const;
export type ConnectionKind = (typeof CONNECTION_KINDS)[number];

/** `needs_reconnect`: it worked once, and only a person can make it work again. */
export const CONNECTION_STATES = ['disconnected', 'connected', 'needs_reconnect'] as const;
export type ConnectionState = (typeof CONNECTION_STATES)[number];

export const REGISTRATIONS = ['given', 'metadata_document', 'dynamic'] as const;
export const CLIENT_AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const;

/** An authorization server as far as tokens are asked of it, and who we are there. Everything is bound to this issuer and resource. */
export interface OAuthParty {
  readonly issuer: string;
  /** RFC 8707: what the tokens are for. */
  readonly resource: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string | null;
  readonly clientId: string;
  readonly registration: (typeof REGISTRATIONS)[number];
  readonly authMethod: (typeof CLIENT_AUTH_METHODS)[number];
}

/** What a connection keeps sealed. */
export interface OAuthSecrets {
  readonly clientSecret: string | null;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
}

/** An answer of a token endpoint. */
export interface IssuedTokens {
  readonly accessToken: string;
  /** null: none was given, or the one that was used stays good. */
  readonly refreshToken: string | null;
  readonly expiresInSeconds: number | null;
  /** Separated by spaces; null when the server did not say, which means as asked. */
  readonly scopes: string | null;
}

/** What an administrator may say about an authorization; everything that is left out is discovered. */
export interface OAuthSettings {
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  /** Separated by spaces. */
  readonly scopes: string | null;
  /** The authorization server that was confirmed; null before the first. */
  readonly issuer: string | null;
}

/** An authorization that waits for a person to come back from the authorization server. */
export interface OAuthAttempt {
  readonly party: OAuthParty;
  readonly clientSecret: string | null;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly scopes: string | null;
  /** RFC 9207: the answer must name its issuer. */
  readonly namesIssuer: boolean;
}

/** Where the sealed part of a connection belongs: tokens of one issuer and resource never open under another. */
export function connectionAad(id: string, issuer: string, resource: string): string {
  return `upstream_connections|${id}|${JSON.stringify([issuer, resource])}|1`;
}

/** The client secret that an administrator typed; there is no issuer yet. */
export function givenClientAad(id: string): string {
  return `upstream_connections|${id}|given client|1`;
}

/** The headers of a connection of kind `headers`. */
export function connectionHeadersAad(id: string): string {
  return `upstream_connections|${id}|headers|1`;
}

export function attemptAad(stateHash: string): string {
  return `upstream_attempts|${stateHash}|attempt|1`;
}

/** What authorization servers are told of us, in the metadata document and at registration alike. */
export function clientMetadata(redirectUri: string) {
  return {
    client_name: 'Callgate',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none' as const,
    application_type: 'web' as const,
  };
}
