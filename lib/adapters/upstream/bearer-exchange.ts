import type { Dispatcher } from 'undici';
import { type ExchangeReply, type ExchangeRequest, exchange } from './http-exchange';
import { readChallenge } from './oauth/challenge';
import type { UpstreamSecrets } from './secret-source';
import type { TokenSource } from './token-source';

/** Where the token of one connection comes from. */
export interface Bearer {
  token(): Promise<string>;
  replace(refused: string): Promise<string>;
  needsScopes(scopes: string | null): Promise<void>;
}

/** The bearer of a server's secrets, or null when they are headers alone. */
export function bearerOf({ connection }: UpstreamSecrets, tokens: TokenSource | null): Bearer | null {
  if (connection === undefined || tokens === null) return null;
  return {
    token: () => tokens.tokenOf(connection),
    replace: (refused) => tokens.replace(connection, refused),
    needsScopes: (scopes) => tokens.needsScopes(connection, scopes),
  };
}

/**
 * One exchange with the token of the moment. A 401 means that nothing was done, so the request goes out once more with a
 * renewed token; the second 401 is the answer. That more scopes are wanted is noted for people.
 */
export async function exchangeWithBearer(bearer: Bearer | null, pool: Dispatcher, request: ExchangeRequest): Promise<ExchangeReply> {
  if (bearer === null) return exchange(pool, request);
  const send = (token: string): Promise<ExchangeReply> =>
    exchange(pool, { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } });
  const token = await bearer.token();
  let reply = await send(token);
  if (reply.status === 401) {
    await drain(reply);
    reply = await send(await bearer.replace(token));
  }
  if (reply.status === 403) {
    const challenge = readChallenge(String(reply.headers['www-authenticate'] ?? ''));
    if (challenge.error === 'insufficient_scope') await bearer.needsScopes(challenge.scope);
  }
  return reply;
}

/** Reads a reply whose body does not matter to its end, so that its connection can be used again. */
export async function drain(reply: ExchangeReply): Promise<void> {
  try {
    for await (const _chunk of reply.body);
  } catch {
    // The status was received; what became of the rest changes nothing.
  }
}
