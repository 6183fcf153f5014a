import type { GatewayRequest } from '../request';

/** One of the two addresses of a server for clients of HTTP+SSE, the transport of 2024-11-05. */
export interface Place {
  readonly slug: string;
  /** `sse` is opened with GET, `messages` takes POST. */
  readonly kind: 'sse' | 'messages';
}

const PLACE = /^\/([A-Za-z0-9][A-Za-z0-9_-]{0,63})\/(sse|messages)\/?$/;

/** null for every address of Streamable HTTP. A server with the slug `sse` is at `/sse`, which is none of these. */
export function placeOf({ path }: Pick<GatewayRequest, 'path'>): Place | null {
  const found = PLACE.exec(path);
  return found === null ? null : { slug: found[1] as string, kind: found[2] as Place['kind'] };
}

/** Where the client of a stream posts its messages, relative to the origin that it opened the stream at. */
export function endpointOf(slug: string, id: string): string {
  return `/mcp/${slug}/messages?session=${id}`;
}

/** The stream that a message is for; null when the address names none, or several. */
export function streamIn(query: string): string | null {
  const named = new URLSearchParams(query).getAll('session');
  return named.length === 1 ? (named[0] as string) : null;
}
