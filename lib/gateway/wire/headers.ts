import { type Refused, refuse } from '../denial';

/** The request headers that mean something to the gateway; nothing else of the caller's headers is ever looked at or sent on. */
export interface WireHeaders {
  host: string | null;
  origin: string | null;
  authorization: string | null;
  contentType: string | null;
  contentEncoding: string | null;
  accept: string | null;
  protocolVersion: string | null;
  sessionId: string | null;
  mcpMethod: string | null;
  mcpName: string | null;
  lastEventId: string | null;
  traceparent: string | null;
  tracestate: string | null;
  /** `mcp-param-*` by lower-case name; null without any. */
  params: Record<string, string> | null;
}

const VISIBLE = /^[\x20-\x7e]{1,1024}$/;

type Field = Exclude<keyof WireHeaders, 'params'>;

const FIELDS = new Map<string, Field>([
  ['host', 'host'],
  ['origin', 'origin'],
  ['authorization', 'authorization'],
  ['content-type', 'contentType'],
  ['content-encoding', 'contentEncoding'],
  ['accept', 'accept'],
  ['mcp-protocol-version', 'protocolVersion'],
  ['mcp-session-id', 'sessionId'],
  ['mcp-method', 'mcpMethod'],
  ['mcp-name', 'mcpName'],
  ['last-event-id', 'lastEventId'],
  ['traceparent', 'traceparent'],
  ['tracestate', 'tracestate'],
]);

/**
 * Reads the raw header list. A header that decides something and stands there twice is refused: two readers would take
 * different ones (Node keeps the first `Host` and joins `Mcp-Name`).
 */
export function readHeaders(raw: readonly string[]): WireHeaders | Refused {
  const headers: WireHeaders = {
    host: null,
    origin: null,
    authorization: null,
    contentType: null,
    contentEncoding: null,
    accept: null,
    protocolVersion: null,
    sessionId: null,
    mcpMethod: null,
    mcpName: null,
    lastEventId: null,
    traceparent: null,
    tracestate: null,
    params: null,
  };
  let framing = 0;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase();
    const value = raw[at + 1] as string;
    const field = FIELDS.get(name);
    if (field !== undefined) {
      if (headers[field] === null) headers[field] = value.trim();
      // Both are lists, which the standards let a sender spread over several headers.
      else if (field === 'accept' || field === 'tracestate') headers[field] += `,${value}`;
      else return refuseDuplicate(field);
    } else if (name.startsWith('mcp-param-')) {
      headers.params ??= {};
      if (Object.hasOwn(headers.params, name)) return refuseDuplicate('mcpName');
      // Sent on as it is, so it has to be something that can be sent: other text comes as a base64 sentinel.
      if (!VISIBLE.test(value)) return refuse('request.header_mismatch', { message: 'An Mcp-Param header is not visible ASCII.' });
      headers.params[name] = value.trim();
    } else if (name === 'content-length' || name === 'transfer-encoding') {
      // Both at once is how requests are smuggled past a proxy; the HTTP parser should have refused it already.
      if (++framing > 1) return refuse('request.invalid', { message: 'The request frames its body twice.' });
    }
  }
  return headers;
}

function refuseDuplicate(field: Field): Refused {
  switch (field) {
    case 'host':
      return refuse('request.host', { http: 400, message: 'The Host header stands there twice.' });
    case 'origin':
      return refuse('request.origin');
    case 'authorization':
      return refuse('identity.malformed', { message: 'The Authorization header stands there twice.' });
    case 'contentType':
    case 'contentEncoding':
      return refuse('request.media_type');
    case 'protocolVersion':
    case 'mcpMethod':
    case 'mcpName':
      return refuse('request.header_mismatch', { message: 'An MCP header stands there twice.' });
    default:
      return refuse('request.invalid', { message: 'A header stands there twice.' });
  }
}

/** The place to resume a stream at, for a GET; malformed, it is left out. */
export function lastEventHeader({ lastEventId }: WireHeaders): Record<string, string> {
  return lastEventId !== null && VISIBLE.test(lastEventId) ? { 'last-event-id': lastEventId } : {};
}
