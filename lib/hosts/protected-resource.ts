import type { ServerResponse } from 'node:http';

const MOUNT = '/.well-known/oauth-protected-resource';

/**
 * RFC 9728 metadata of a gateway endpoint, which `WWW-Authenticate` points at. Callgate issues grant tokens itself, so
 * there is no authorization server to name.
 */
export function protectedResource(res: ServerResponse, path: string, publicUrl: string): void {
  const below = path.slice(MOUNT.length);
  if (below !== '' && !/^\/mcp(\/[a-z0-9-]{1,63})?$/.test(below)) {
    res.writeHead(404).end();
    return;
  }
  const metadata = {
    resource: `${publicUrl}${below || '/mcp'}`,
    authorization_servers: [],
    bearer_methods_supported: ['header'],
    resource_name: 'Callgate',
  };
  res.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(metadata));
}
