/** A connection as it was when the secrets of its server were read; another revision is another credential. */
export interface ConnectionRef {
  readonly id: string;
  readonly revision: string;
}

/** Gives the tokens of connections, renewed once wherever they are asked for. Rejects with `UpstreamFailure`, nothing sent. */
export interface TokenSource {
  /** A token that is good now. */
  tokenOf(connection: ConnectionRef): Promise<string>;
  /** The server refused this token: gives another one to try, or rejects. */
  replace(connection: ConnectionRef, refused: string): Promise<string>;
  /** The server asks for scopes that the token does not have. Never rejects. */
  needsScopes(connection: ConnectionRef, scopes: string | null): Promise<void>;
}
