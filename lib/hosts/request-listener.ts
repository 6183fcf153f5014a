import type { IncomingMessage, ServerResponse } from 'node:http';
import { SOURCE_HEADER } from '@/lib/auth/source-header';
import { setConsoleHeaders } from './console-headers';
import { sendFetchResponse, toFetchRequest } from './fetch-bridge';
import { createGatewayHttpListener } from './gateway-http';
import { allowedHosts, hostIsAllowed } from './own-address';
import { protectedResource } from './protected-resource';
import type { Runtime } from './runtime-parts';

type Listener = (req: IncomingMessage, res: ServerResponse) => void;
type PageHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

const HEALTH_PATHS = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * Sends each request where it belongs: `/mcp` straight to the gateway, the management API and health to its router,
 * the rest to the console. Decides nothing but whose host name it is.
 */
export function createRequestListener(runtime: Runtime, options: { readonly page: PageHandler | null; readonly dev: boolean }): Listener {
  const gateway = createGatewayHttpListener(runtime.gateway, { trustProxy: false });
  const hosts = allowedHosts(runtime.env, runtime.publicUrl);
  const secure = runtime.publicUrl.startsWith('https:');
  return (req, res) => {
    const path = pathOf(req.url);
    if (path === '/mcp' || path.startsWith('/mcp/')) return gateway(req, res);
    if (!hostIsAllowed(req.rawHeaders, hosts)) return refuseHost(res, runtime.publicUrl);
    if (path.startsWith('/.well-known/oauth-protected-resource'))
      return protectedResource(res, path, runtime.publicUrl, runtime.acceptedTokens());
    if (path === '/api/v1' || path.startsWith('/api/v1/') || HEALTH_PATHS.has(path)) return void api(runtime, req, res);
    if (!options.page) {
      res
        .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
        .end('This node serves the gateway alone; the console runs elsewhere.\n');
      return;
    }
    // Pages and next-auth see no socket; what a caller sent under this name is overwritten.
    req.headers[SOURCE_HEADER] = req.socket.remoteAddress ?? '';
    setConsoleHeaders(req, res, { secure, dev: options.dev });
    options.page(req, res).catch((error: Error) => {
      runtime.log.error('a page failed', { path, error });
      if (!res.headersSent) res.writeHead(500);
      res.end();
    });
  };
}

function pathOf(url: string | undefined): string {
  const text = url ?? '/';
  const cut = text.indexOf('?');
  return cut < 0 ? text : text.slice(0, cut);
}

async function api(runtime: Runtime, req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    const request = toFetchRequest(req, res, runtime.publicUrl);
    await sendFetchResponse(res, await runtime.api.handle(request, { sourceIp: req.socket.remoteAddress ?? '' }));
  } catch (error) {
    runtime.log.error('the management API failed', { error: error as Error });
    if (!res.headersSent) res.writeHead(500, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ error: { code: 'internal', message: 'Callgate failed to answer; its log says why.' } }));
  }
}

function refuseHost(res: ServerResponse, publicUrl: string): void {
  res.writeHead(421, { 'content-type': 'text/plain; charset=utf-8' });
  res.end(
    `This is ${publicUrl}. Requests for other host names are refused; set PUBLIC_URL when people reach Callgate under another address.\n`,
  );
}
