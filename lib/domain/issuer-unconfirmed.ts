/** A server names an authorization server that nobody has confirmed for this connection. Nothing was told to it. */
export class IssuerUnconfirmed extends Error {
  override readonly name = 'IssuerUnconfirmed';
  constructor(
    readonly named: string,
    /** The one that was confirmed; null when none was. */
    readonly confirmed: string | null,
  ) {
    super(
      confirmed === null
        ? `The server names the authorization server ${named}. Confirm that this client is registered there.`
        : `The server names another authorization server than before: ${named}, and it was ${confirmed}. Confirm it if the server has moved; else somebody may be after the tokens.`,
    );
  }
}
