import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from '../denial';
import type { RequestFacts } from '../facts';
import { placeOf } from '../http-sse/place';
import type { GatewayOptions } from '../request';
import { readHeaders, type WireHeaders } from '../wire/headers';

declare const received: unique symbol;
/** A request of acceptable outer form, from a host and an origin that may talk to us. Nothing of the body was read. */
export interface Received extends RequestFacts {
  readonly headers: WireHeaders;
  readonly [received]: true;
}

/** The options in the form the stage looks things up in. */
export interface Edge {
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
}

export function edgeOf(options: GatewayOptions): Edge {
  return {
    hosts: new Set(options.allowedHosts.map((host) => host.toLowerCase())),
    origins: new Set(options.allowedOrigins.map((origin) => origin.toLowerCase())),
  };
}

const SLUG = /^\/[A-Za-z0-9][A-Za-z0-9_-]{0,63}\/?$/;
const CREDENTIAL_IN_QUERY = /(?:^|[&?])(?:access_token|token|api_?key|key|auth|authorization|bearer|jwt)=|cg_live_/i;
const MEDIA_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i;

/** Refuses what can be told from the outside: cheap enough to do for strangers. */
export function receive(facts: RequestFacts, edge: Edge): Result<Received, Denial> {
  const headers = readHeaders(facts.request.headers);
  if ('ok' in headers) return headers;
  facts.headers = headers;
  if (SLUG.test(facts.request.path)) facts.slug = facts.request.path.replaceAll('/', '');
  const refused = checkSource(headers, edge) ?? checkQuery(facts) ?? checkPlace(facts) ?? checkForm(facts.request.method, headers);
  return refused ?? ok(facts as Received);
}

function checkSource(headers: WireHeaders, edge: Edge) {
  const host = headers.host?.toLowerCase() ?? '';
  // A page on a hostile site can make its own name resolve to us; it cannot make the browser name us in Host.
  if (!edge.hosts.has(host) && !edge.hosts.has(host.replace(/:\d+$/, ''))) return refuse('request.host');
  if (headers.origin !== null && !edge.origins.has(headers.origin.toLowerCase())) return refuse('request.origin');
  return null;
}

function checkQuery(facts: RequestFacts) {
  const { query } = facts.request;
  return query !== '' && CREDENTIAL_IN_QUERY.test(query) ? refuse('identity.in_url') : null;
}

/** What HTTP+SSE has there came under the path of the server; a client that tries the newer transport first learns to go on. */
function checkPlace({ request }: RequestFacts) {
  if (placeOf(request) === null) return null;
  return refuse('request.unknown_method', { http: 405, message: 'HTTP+SSE has GET for /sse and POST for /messages.' });
}

function checkForm(method: string, headers: WireHeaders) {
  if (method !== 'POST' && method !== 'GET' && method !== 'DELETE') {
    return refuse('request.unknown_method', { http: 405, message: 'Use POST, GET or DELETE.' });
  }
  if (method !== 'POST') {
    return method === 'GET' && !accepts(headers.accept, 'text/event-stream', 'text/*')
      ? refuse('request.not_acceptable', { message: 'Accept text/event-stream.' })
      : null;
  }
  if (headers.contentEncoding !== null && headers.contentEncoding.toLowerCase() !== 'identity') return refuse('request.media_type');
  if (headers.contentType === null || !MEDIA_TYPE.test(headers.contentType)) return refuse('request.media_type');
  const acceptable = accepts(headers.accept, 'application/json', 'application/*') && accepts(headers.accept, 'text/event-stream', 'text/*');
  return acceptable ? null : refuse('request.not_acceptable');
}

function accepts(accept: string | null, type: string, range: string): boolean {
  if (accept === null || accept === '') return true;
  const lower = accept.toLowerCase();
  return lower.includes(type) || lower.includes('*/*') || lower.includes(range);
}
