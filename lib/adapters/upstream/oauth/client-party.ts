import type { OAuthParty, OAuthSettings } from '@/lib/domain/upstream-auth';
import { givenClient, requireIssuer } from './client-registration';
import { discover } from './discover';
import type { OAuthFetch } from './oauth-fetch';
import { OAuthProblem, problemOf } from './oauth-problem';

/** Whom to ask for tokens of a client of its own, from what the server says of itself. Rejects with `OAuthProblem`. */
export async function discoverClientParty(
  serverUrl: string,
  settings: OAuthSettings,
  fetch: OAuthFetch,
): Promise<{ readonly party: OAuthParty; readonly scopes: string | null }> {
  if (settings.clientId === null) throw new OAuthProblem('Client credentials take a client id.', true);
  try {
    const { as, resource } = await discover(serverUrl, fetch);
    requireIssuer(as, settings);
    const { clientId, registration, authMethod } = givenClient(as, settings.clientId, settings.clientSecret);
    const party = {
      issuer: as.issuer,
      resource,
      tokenEndpoint: as.token_endpoint as string,
      revocationEndpoint: as.revocation_endpoint ?? null,
      clientId,
      registration,
      authMethod,
    };
    return { party, scopes: settings.scopes };
  } catch (error) {
    throw problemOf(error, 'to find out whom to ask');
  }
}
