import type { PostgresUpstreamTokens, UpstreamTokensOptions } from '@/lib/adapters/postgres/upstream-tokens';
import type { EgressGuard } from '@/lib/adapters/upstream/egress-guard';
import { beginAuthorization, completeAuthorization } from '@/lib/adapters/upstream/oauth/authorize';
import { discoverClientParty } from '@/lib/adapters/upstream/oauth/client-party';
import { createOAuthFetch } from '@/lib/adapters/upstream/oauth/oauth-fetch';
import { clientCredentialsTokens, refreshTokens, revokeTokens } from '@/lib/adapters/upstream/oauth/token-requests';
import type { UpstreamAuthServices } from '@/lib/control/services';

/** What the control plane asks of authorization servers; our own addresses come from the configuration, never from a request. */
export function createUpstreamAuthServices(guard: EgressGuard, publicUrl: string, tokens: PostgresUpstreamTokens): UpstreamAuthServices {
  const fetch = createOAuthFetch(guard);
  const own = {
    redirectUri: `${publicUrl}/api/v1/oauth/callback`,
    metadataUrl: publicUrl.startsWith('https:') ? `${publicUrl}/api/v1/oauth/client.json` : null,
  };
  return {
    begin: (input) => beginAuthorization(input, own, fetch),
    complete: (attempt, answer, state) => completeAuthorization(attempt, answer, state, fetch),
    async clientCredentials(serverUrl, settings) {
      const { party, scopes } = await discoverClientParty(serverUrl, settings, fetch);
      return { party, tokens: await clientCredentialsTokens(party, settings.clientSecret, scopes, fetch) };
    },
    revoke: (party, secrets) => revokeTokens(party, secrets, fetch),
    token: (connection) => tokens.tokenOf(connection),
  };
}

/** How the tokens of a connection are renewed. */
export function renewTokens(guard: EgressGuard): UpstreamTokensOptions['renew'] {
  const fetch = createOAuthFetch(guard);
  return ({ kind, party, secrets, askedScopes }) =>
    kind === 'oauth' ? refreshTokens(party, secrets, fetch) : clientCredentialsTokens(party, secrets.clientSecret, askedScopes, fetch);
}
