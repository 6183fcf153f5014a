import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SOURCE_HEADER } from '@/lib/auth/source-header';

/**
 * The console's security headers, set where the port is owned, so that no page can forget them.
 *
 * Next reads the nonce for its own inline scripts from the `content-security-policy` header of the *request*, and pages
 * read it from `x-nonce`; whatever a caller sent under these names is overwritten here. Monaco writes style elements,
 * hence 'unsafe-inline' for styles; scripts have no such hole.
 */
export function setConsoleHeaders(req: IncomingMessage, res: ServerResponse, options: { secure: boolean; dev: boolean }): void {
  const nonce = randomBytes(16).toString('base64');
  const policy = contentSecurityPolicy(nonce, options.dev);
  req.headers['x-nonce'] = nonce;
  // Where sign-in leads back to; `_rsc` is Next's own mark on a navigation.
  req.headers['x-console-path'] = (req.url ?? '/').replace(/([?&])_rsc=[^&]*&?/, '$1').replace(/[?&]$/, '');
  req.headers['content-security-policy'] = policy;
  // Sign-in throttles by it; only the socket knows.
  req.headers[SOURCE_HEADER] = req.socket.remoteAddress ?? '';
  // Next trusts this one to skip work; nobody outside may set it.
  delete req.headers['x-middleware-subrequest'];
  res.setHeader('Content-Security-Policy', policy);
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Referrer-Policy', 'no-referrer');
  res.setHeader('X-Frame-Options', 'DENY');
  res.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  res.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  res.setHeader('Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()');
  if (options.secure) res.setHeader('Strict-Transport-Security', 'max-age=63072000; includeSubDomains');
}

function contentSecurityPolicy(nonce: string, dev: boolean): string {
  return [
    "default-src 'none'",
    // React's development build evaluates code to rebuild stacks; the production build never does.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "worker-src 'self'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    `connect-src 'self'${dev ? ' ws:' : ''}`,
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
  ].join('; ');
}
