import type { RequestFacts } from './facts';
import { traceHeaders } from './trace';
import { encodeMirror, lastEventHeader, type WireHeaders } from './wire/headers';
import { namedBy } from './wire/methods';

/**
 * Headers for the upstream hop, built anew: none of the caller's but tracing, and mirrors written from the body that was
 * decided on. Credentials, cookies and forwarding headers never pass.
 */
export function upstreamHeaders(facts: RequestFacts, accept = 'application/json, text/event-stream'): Record<string, string> {
  const headers: Record<string, string> = { ...traceHeaders(facts), ...lastEventHeader(facts.headers as WireHeaders) };
  headers.accept = accept;
  const { message } = facts;
  const version = facts.headers?.protocolVersion ?? facts.session?.version ?? null;
  if (version !== null && message?.method !== 'initialize') headers['mcp-protocol-version'] = version;
  if (message === null) return headers;
  headers['content-type'] = 'application/json';
  if (facts.era !== 'modern') return headers;
  headers['mcp-method'] = message.method;
  const member = namedBy(message.method);
  const name = member === null ? undefined : message.params?.[member];
  if (typeof name === 'string') headers['mcp-name'] = encodeMirror(name);
  // Unknown Mcp-Param headers have to be forwarded; the upstream, which declared them, compares them with the arguments.
  for (const [param, value] of Object.entries(facts.headers?.params ?? {})) headers[param] = value;
  return headers;
}
