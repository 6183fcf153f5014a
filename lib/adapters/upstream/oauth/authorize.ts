import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  customFetch,
  generateRandomCodeVerifier,
  processAuthorizationCodeResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import type { IssuedTokens, OAuthAttempt, OAuthSettings } from '@/lib/domain/upstream-auth';
import { type OwnClient, registerClient, requireIssuer } from './client-registration';
import { discover } from './discover';
import type { OAuthFetch } from './oauth-fetch';
import { OAuthProblem, problemOf } from './oauth-problem';
import { clientAuthOf, issued, serverOf } from './token-requests';

/** Finds out whom to ask, who we are there, and the address that a person has to open. `state` is the caller's, single-use. */
export async function beginAuthorization(
  input: { readonly serverUrl: string; readonly settings: OAuthSettings; readonly neededScopes: string | null; readonly state: string },
  own: OwnClient,
  fetch: OAuthFetch,
): Promise<{ readonly url: string; readonly attempt: OAuthAttempt }> {
  try {
    const { as, resource, scopes: announced } = await discover(input.serverUrl, fetch);
    requireIssuer(as, input.settings);
    requirePkce(as);
    const client = await registerClient(as, input.settings, own, fetch);
    const scopes = union(input.settings.scopes ?? announced, input.neededScopes);
    const codeVerifier = generateRandomCodeVerifier();
    const url = new URL(as.authorization_endpoint as string);
    const parameters = {
      response_type: 'code',
      client_id: client.clientId,
      redirect_uri: own.redirectUri,
      state: input.state,
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      resource,
      ...(scopes === null ? {} : { scope: scopes }),
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const { clientSecret, ...known } = client;
    const party = {
      issuer: as.issuer,
      resource,
      tokenEndpoint: as.token_endpoint as string,
      revocationEndpoint: as.revocation_endpoint ?? null,
      ...known,
    };
    const namesIssuer = as.authorization_response_iss_parameter_supported === true;
    return { url: url.href, attempt: { party, clientSecret, codeVerifier, redirectUri: own.redirectUri, scopes, namesIssuer } };
  } catch (error) {
    throw problemOf(error, 'to prepare the authorization');
  }
}

/** The person came back: checks who answers (RFC 9207) and turns the code into tokens. */
export async function completeAuthorization(
  attempt: OAuthAttempt,
  answer: URLSearchParams,
  state: string,
  fetch: OAuthFetch,
): Promise<IssuedTokens> {
  const { party } = attempt;
  const as = { ...serverOf(party), authorization_response_iss_parameter_supported: attempt.namesIssuer };
  const client = { client_id: party.clientId };
  try {
    const parameters = validateAuthResponse(as, client, answer, state);
    const response = await authorizationCodeGrantRequest(
      as,
      client,
      clientAuthOf(party, attempt.clientSecret),
      parameters,
      attempt.redirectUri,
      attempt.codeVerifier,
      { [customFetch]: fetch, [allowInsecureRequests]: true, additionalParameters: { resource: party.resource } },
    );
    return issued(await processAuthorizationCodeResponse(as, client, response));
  } catch (error) {
    throw problemOf(error, 'to complete the authorization');
  }
}

function requirePkce(as: AuthorizationServer): void {
  if (typeof as.authorization_endpoint !== 'string' || !/^https?:$/.test(protocolOf(as.authorization_endpoint)))
    throw new OAuthProblem('The authorization server names no address for people to authorize at.', true);
  if (as.code_challenge_methods_supported?.includes('S256') !== true)
    throw new OAuthProblem('The authorization server does not say that it supports PKCE with S256, which the protocol demands.', true);
}

const protocolOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : '');

function union(...lists: readonly (string | null)[]): string | null {
  const scopes = new Set(lists.flatMap((list) => list?.split(' ').filter(Boolean) ?? []));
  return scopes.size === 0 ? null : [...scopes].join(' ');
}
