import {
  type AuthorizationServer,
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  None,
  processClientCredentialsResponse,
  processRefreshTokenResponse,
  processRevocationResponse,
  refreshTokenGrantRequest,
  revocationRequest,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import type { IssuedTokens, OAuthParty, OAuthSecrets } from '@/lib/domain/upstream-auth';
import type { OAuthFetch } from './oauth-fetch';
import { OAuthProblem, problemOf } from './oauth-problem';

const VISIBLE = /^[\x21-\x7e]{1,16384}$/;

export function serverOf(party: OAuthParty): AuthorizationServer {
  const { issuer, tokenEndpoint, revocationEndpoint } = party;
  return { issuer, token_endpoint: tokenEndpoint, ...(revocationEndpoint === null ? {} : { revocation_endpoint: revocationEndpoint }) };
}

export function clientAuthOf({ authMethod }: OAuthParty, clientSecret: string | null): ClientAuth {
  if (clientSecret === null || authMethod === 'none') return None();
  return authMethod === 'client_secret_basic' ? ClientSecretBasic(clientSecret) : ClientSecretPost(clientSecret);
}

/** New tokens for the refresh token; a rotated one is in the answer. */
export async function refreshTokens(party: OAuthParty, secrets: OAuthSecrets, fetch: OAuthFetch): Promise<IssuedTokens> {
  if (secrets.refreshToken === null)
    throw new OAuthProblem('The token has ended and the authorization server gave none to renew it with.', true);
  const as = serverOf(party);
  const client = { client_id: party.clientId };
  try {
    const response = await refreshTokenGrantRequest(as, client, clientAuthOf(party, secrets.clientSecret), secrets.refreshToken, {
      ...through(fetch),
      additionalParameters: { resource: party.resource },
    });
    return issued(await processRefreshTokenResponse(as, client, response));
  } catch (error) {
    throw problemOf(error, 'for a new token');
  }
}

/** A token for the client itself; there is no person. */
export async function clientCredentialsTokens(
  party: OAuthParty,
  clientSecret: string | null,
  scopes: string | null,
  fetch: OAuthFetch,
): Promise<IssuedTokens> {
  const as = serverOf(party);
  const client = { client_id: party.clientId };
  const parameters = { resource: party.resource, ...(scopes === null ? {} : { scope: scopes }) };
  try {
    const response = await clientCredentialsGrantRequest(as, client, clientAuthOf(party, clientSecret), parameters, through(fetch));
    return { ...issued(await processClientCredentialsResponse(as, client, response)), refreshToken: null };
  } catch (error) {
    throw problemOf(error, 'for a token');
  }
}

/** Gives the tokens back, when the server takes them back. Rejects with `OAuthProblem`. */
export async function revokeTokens(party: OAuthParty, secrets: OAuthSecrets, fetch: OAuthFetch): Promise<boolean> {
  const token = secrets.refreshToken ?? secrets.accessToken;
  if (party.revocationEndpoint === null || token === null) return false;
  try {
    const auth = clientAuthOf(party, secrets.clientSecret);
    await processRevocationResponse(await revocationRequest(serverOf(party), { client_id: party.clientId }, auth, token, through(fetch)));
    return true;
  } catch (error) {
    throw problemOf(error, 'to revoke the token');
  }
}

export function issued(answer: TokenEndpointResponse): IssuedTokens {
  // It will be a header: anything but visible ASCII would end or forge one.
  if (!VISIBLE.test(answer.access_token) || answer.token_type !== 'bearer')
    throw new OAuthProblem('The authorization server gave a token that cannot be sent as a bearer token.', true);
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    expiresInSeconds: typeof answer.expires_in === 'number' && answer.expires_in > 0 ? Math.min(answer.expires_in, 31_536_000) : null,
    scopes: answer.scope ?? null,
  };
}

// Whether plain http is permitted is the guard's to say, which permits it for hosts of the operator alone.
const through = (fetch: OAuthFetch) => ({ [customFetch]: fetch, [allowInsecureRequests]: true as const });
