import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  customFetch,
  dynamicClientRegistrationRequest,
  processDynamicClientRegistrationResponse,
} from 'oauth4webapi';
import { IssuerUnconfirmed } from '@/lib/domain/issuer-unconfirmed';
import { CLIENT_AUTH_METHODS, clientMetadata, type OAuthParty, type OAuthSettings } from '@/lib/domain/upstream-auth';
import type { OAuthFetch } from './oauth-fetch';
import { OAuthProblem, problemOf } from './oauth-problem';

export interface RegisteredClient {
  readonly clientId: string;
  readonly clientSecret: string | null;
  readonly registration: OAuthParty['registration'];
  readonly authMethod: OAuthParty['authMethod'];
}

/** How this installation introduces itself to authorization servers. */
export interface OwnClient {
  readonly redirectUri: string;
  /** Where our metadata document is, when that is an address that the world can read. */
  readonly metadataUrl: string | null;
}

/** Who we are at this authorization server: as given, by our metadata document, or registered for this connection alone. */
export async function registerClient(
  as: AuthorizationServer,
  settings: OAuthSettings,
  own: OwnClient,
  fetch: OAuthFetch,
): Promise<RegisteredClient> {
  if (settings.clientId !== null) return givenClient(as, settings.clientId, settings.clientSecret);
  if (as.client_id_metadata_document_supported === true && own.metadataUrl !== null)
    return { clientId: own.metadataUrl, clientSecret: null, registration: 'metadata_document', authMethod: 'none' };
  if (typeof as.registration_endpoint !== 'string')
    throw new OAuthProblem('The authorization server registers no clients by itself. Register one there and enter its client id.', true);
  try {
    const options = { [customFetch]: fetch, [allowInsecureRequests]: true };
    const response = await dynamicClientRegistrationRequest(as, clientMetadata(own.redirectUri), options);
    return registered(await processDynamicClientRegistrationResponse(response));
  } catch (error) {
    throw problemOf(error, 'to register a client');
  }
}

/**
 * Throws `IssuerUnconfirmed` unless people know whom they deal with: a server names its authorization server anew each time, and would get a
 * client's secret, or a person's consent, by naming another. A client that is registered for the connection has nothing to lose the first time.
 */
export function requireIssuer({ issuer }: AuthorizationServer, settings: OAuthSettings): void {
  const known = settings.issuer === null ? settings.clientId === null : settings.issuer === issuer;
  if (!known) throw new IssuerUnconfirmed(issuer, settings.issuer);
}

/** A client that an administrator registered. */
export function givenClient(as: AuthorizationServer, clientId: string, clientSecret: string | null): RegisteredClient {
  if (clientSecret === null) return { clientId, clientSecret, registration: 'given', authMethod: 'none' };
  // RFC 8414: what is not said means client_secret_basic.
  const methods = as.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const authMethod = methods.includes('client_secret_basic') ? 'client_secret_basic' : 'client_secret_post';
  return { clientId, clientSecret, registration: 'given', authMethod };
}

function registered(client: Omit<Client, symbol>): RegisteredClient {
  const clientSecret = typeof client.client_secret === 'string' ? client.client_secret : null;
  const said = CLIENT_AUTH_METHODS.find((method) => method === client.token_endpoint_auth_method);
  const authMethod = clientSecret === null ? 'none' : (said ?? 'client_secret_basic');
  return { clientId: String(client.client_id), clientSecret, registration: 'dynamic', authMethod };
}
