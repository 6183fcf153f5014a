import type { GatewayRequest } from '../request';

/** What belongs to Streamable HTTP, and what a client of HTTP+SSE has no say in. */
const OF_STREAMABLE = new Set(['mcp-session-id', 'last-event-id']);

/** The GET that opens a stream, as a request to the endpoint of the server itself: every check of that endpoint is one of this. */
export function openingOf(request: GatewayRequest, slug: string): GatewayRequest {
  const { query, sourceIp, signal } = request;
  return { method: 'GET', path: `/${slug}`, query, headers: without(request.headers, OF_STREAMABLE), body: null, sourceIp, signal };
}

/**
 * A posted message as the Streamable HTTP request that it would be. `session` is the session at the endpoint, once there is
 * one; `signal` lasts as long as the stream, because the answer goes there.
 */
export function messageOf(request: GatewayRequest, slug: string, session: string | null, signal: AbortSignal): GatewayRequest {
  // Clients of HTTP+SSE accept nothing in the answer to a POST; what they read is the stream.
  const headers = without(request.headers, new Set([...OF_STREAMABLE, 'accept']));
  headers.push('accept', 'application/json, text/event-stream');
  if (session !== null) headers.push('mcp-session-id', session);
  const { query, body, sourceIp } = request;
  return { method: 'POST', path: `/${slug}`, query, headers, body, sourceIp, signal };
}

function without(headers: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] as string;
    if (!names.has(name.toLowerCase())) kept.push(name, headers[at + 1] as string);
  }
  return kept;
}
