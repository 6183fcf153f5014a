import type { AuthorizationServer } from 'oauth4webapi';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { type Challenge, readChallenge } from './challenge';
import type { OAuthFetch } from './oauth-fetch';
import { OAuthProblem } from './oauth-problem';

/** What a server and its authorization server say of themselves. */
export interface Discovered {
  readonly as: AuthorizationServer;
  /** RFC 8707: what tokens are asked for. */
  readonly resource: string;
  /** The scopes that the server asks for, separated by spaces; null when it does not say. */
  readonly scopes: string | null;
}

const PROTOCOL_VERSION = '2025-11-25';

/**
 * RFC 9728, then RFC 8414 or OpenID Connect discovery. What an answer says about itself must be what it was asked for,
 * character by character: a resource that names another one, or an issuer that calls itself something else, is a mix-up.
 */
export async function discover(serverUrl: string, fetch: OAuthFetch): Promise<Discovered> {
  const challenge = await challengeOf(serverUrl, fetch);
  const metadata = await resourceMetadata(serverUrl, challenge, fetch);
  const scopes = challenge.scope ?? words(metadata?.scopes_supported);
  if (metadata === null) {
    // Servers of the revision 2025-03-26 are their own authorization server.
    return { as: await authorizationServer(new URL(serverUrl).origin, fetch), resource: resourceOf(serverUrl), scopes };
  }
  const [issuer] = Array.isArray(metadata.authorization_servers) ? metadata.authorization_servers : [];
  if (typeof issuer !== 'string')
    throw new OAuthProblem('The metadata of the server names no authorization server, so there is nobody to ask for a token.', true);
  return { as: await authorizationServer(issuer, fetch), resource: metadata.resource as string, scopes };
}

/** Metadata of the authorization server with this very issuer. */
export async function authorizationServer(issuer: string, fetch: OAuthFetch): Promise<AuthorizationServer> {
  if (!URL.canParse(issuer)) throw new OAuthProblem('The authorization server has no usable address.', true);
  for (const place of metadataPlaces(new URL(issuer))) {
    const found = await document(place, fetch);
    if (found === null) continue;
    if (found.issuer !== issuer)
      throw new OAuthProblem(`The metadata at ${place.host} belongs to another issuer than ${place.host} was named as.`, true);
    if (typeof found.token_endpoint !== 'string') throw new OAuthProblem('The authorization server names no token endpoint.', true);
    return found as unknown as AuthorizationServer;
  }
  throw new OAuthProblem(`No metadata of the authorization server is at ${new URL(issuer).host}.`, true);
}

function metadataPlaces(issuer: URL): URL[] {
  const path = issuer.pathname.replace(/\/$/, '');
  const at = (pathname: string): URL => new URL(pathname, issuer.origin);
  const places = [at(`/.well-known/oauth-authorization-server${path}`), at(`/.well-known/openid-configuration${path}`)];
  return path === '' ? places : [...places, at(`${path}/.well-known/openid-configuration`)];
}

/** Asks the server without a credential: its refusal says where its metadata is. */
async function challengeOf(serverUrl: string, fetch: OAuthFetch): Promise<Challenge> {
  const params = { protocolVersion: PROTOCOL_VERSION, capabilities: {}, clientInfo: { name: 'callgate', version: '0.1.0' } };
  const response = await fetch(serverUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  });
  return readChallenge(response.headers.get('www-authenticate'));
}

async function resourceMetadata(serverUrl: string, challenge: Challenge, fetch: OAuthFetch): Promise<JsonObject | null> {
  const url = new URL(serverUrl);
  const path = url.pathname.replace(/\/$/, '');
  const known = '/.well-known/oauth-protected-resource';
  const places = [...new Set([`${url.origin}${known}${path}`, `${url.origin}${known}`])].map((place) => new URL(place));
  const named = challenge.resourceMetadata;
  if (named !== null && URL.canParse(named)) places.unshift(new URL(named));
  for (const place of places) {
    const found = await document(place, fetch);
    if (found === null) continue;
    if (typeof found.resource !== 'string' || !covers(found.resource, url))
      throw new OAuthProblem('The metadata of the server describes another resource, so a token for it would be for somebody else.', true);
    return found;
  }
  return null;
}

/** The resource is the endpoint itself, or a path above it on the same origin. */
function covers(resource: string, server: URL): boolean {
  if (!URL.canParse(resource)) return false;
  const { origin, pathname, hash } = new URL(resource);
  const above = pathname.endsWith('/') ? pathname : `${pathname}/`;
  return origin === server.origin && hash === '' && (pathname === server.pathname || `${server.pathname}/`.startsWith(above));
}

function resourceOf(serverUrl: string): string {
  const url = new URL(serverUrl);
  url.hash = '';
  return url.href;
}

/** A document, or null when there is none at this place. Rejects for everything that is no answer. */
async function document(place: URL, fetch: OAuthFetch): Promise<JsonObject | null> {
  const response = await fetch(place, { headers: { accept: 'application/json', 'mcp-protocol-version': PROTOCOL_VERSION } });
  if (response.status >= 400 && response.status < 500) return null;
  if (response.status !== 200)
    throw new OAuthProblem(`${place.host} answers HTTP ${response.status} to a request for its metadata.`, false);
  const found: unknown = await response.json().catch(() => null);
  if (!isJsonObject(found)) throw new OAuthProblem(`The metadata at ${place.host} is not a JSON object.`, true);
  return found;
}

function words(list: unknown): string | null {
  const scopes = Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string' && /^[\x21-\x7e]+$/.test(one)) : [];
  return scopes.length === 0 ? null : scopes.join(' ');
}
