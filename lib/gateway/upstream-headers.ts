import { namedBy } from '@/lib/domain/mcp/methods';
import { encodeMirror } from '@/lib/domain/mcp/mirrored-text';
import type { RequestFacts } from './facts';
import { declaredParams, upstreamParams } from './mirrored-params';
import { traceHeaders } from './trace';
import { lastEventHeader, type WireHeaders } from './wire/headers';

/**
 * Headers for the upstream hop, built anew: none of the caller's but tracing, mirrors written from the body that was decided
 * on, and `Mcp-Param` headers that the tool does not declare, which the protocol wants passed on. Credentials, cookies and forwarding headers never pass.
 */
export function upstreamHeaders(facts: RequestFacts, accept = 'application/json, text/event-stream'): Record<string, string> {
  const resumed = facts.request.method === 'GET' ? lastEventHeader(facts.headers as WireHeaders) : {};
  const headers: Record<string, string> = { ...traceHeaders(facts), ...resumed };
  headers.accept = accept;
  const { message } = facts;
  const version = facts.headers?.protocolVersion ?? facts.session?.version ?? null;
  if (version !== null && message?.method !== 'initialize') headers['mcp-protocol-version'] = version;
  if (message === null) return headers;
  headers['content-type'] = 'application/json';
  // Over the bridge it is we who speak the revision that repeats arguments.
  if (facts.era !== 'modern') return facts.server?.target.bridge === true ? Object.assign(headers, declaredParams(facts)) : headers;
  headers['mcp-method'] = message.method;
  const member = namedBy(message.method);
  const name = member === null ? undefined : message.params?.[member];
  if (typeof name === 'string') headers['mcp-name'] = encodeMirror(name);
  return Object.assign(headers, upstreamParams(facts));
}
