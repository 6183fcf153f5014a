import type { ServerResponse } from 'node:http';

/** The issuers of the tokens that the gateway takes besides its own, and the scopes that they have to give. */
export interface AcceptedTokens {
  readonly issuers: readonly string[];
  readonly scopes: readonly string[];
}

const MOUNT = '/.well-known/oauth-protected-resource';

/**
 * RFC 9728 metadata of a gateway endpoint, which `WWW-Authenticate` points at: whose tokens it takes. Callgate issues grant
 * tokens itself, and is no authorization server for that.
 */
export function protectedResource(res: ServerResponse, path: string, publicUrl: string, accepted: AcceptedTokens): void {
  const below = path.slice(MOUNT.length);
  if (below !== '' && !/^\/mcp(\/[a-z0-9-]{1,63})?$/.test(below)) {
    res.writeHead(404).end();
    return;
  }
  const metadata = {
    resource: `${publicUrl}${below || '/mcp'}`,
    authorization_servers: accepted.issuers,
    ...(accepted.scopes.length > 0 ? { scopes_supported: accepted.scopes } : null),
    bearer_methods_supported: ['header'],
    resource_name: 'Callgate',
  };
  res.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(metadata));
}
