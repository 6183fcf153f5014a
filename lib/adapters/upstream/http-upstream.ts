import { Pool } from 'undici';
import type { GatewayLog } from '@/lib/gateway/ports';
import {
  UpstreamFailure,
  type UpstreamReply,
  type UpstreamRequest,
  type UpstreamSession,
  type UpstreamTarget,
} from '@/lib/gateway/upstream-port';
import { type Bearer, bearerOf, drain, exchangeWithBearer } from './bearer-exchange';
import type { EgressGuard } from './egress-guard';
import type { ExchangeReply } from './http-exchange';
import { createPinnedConnector } from './pinned-connector';
import { type CachedSecrets, credentialHeaders } from './secret-source';
import type { TokenSource } from './token-source';

export interface HttpLimits {
  readonly connectTimeoutMs: number;
  /** Longest silence of an upstream during a call. */
  readonly callIdleMs: number;
  readonly bodyBytesMax: number;
  /** Connections for calls to one server; further calls wait. Event streams of sessions have their own, unbounded. */
  readonly connectionsMax: number;
}

/** A place that HTTP can be spoken to, with the credentials of its server. */
export interface HttpRoute {
  readonly calls: Pool;
  readonly streams: Pool;
  readonly url: URL;
  readonly credentials: Readonly<Record<string, string>>;
  /** Where the token comes from that goes along beside them; null without one. */
  readonly bearer: Bearer | null;
  /** Requests are waiting, running or being answered, or streams are open. */
  readonly busy: boolean;
  close(): Promise<void>;
}

/** Opens the pools of one revision of a server. Throws `UpstreamFailure` (not sent) when the URL or the secrets are unusable. */
export async function openHttpRoute(
  target: UpstreamTarget,
  guard: EgressGuard,
  secrets: CachedSecrets,
  tokens: TokenSource | null,
  limits: HttpLimits,
  log: GatewayLog,
): Promise<HttpRoute> {
  let url: URL;
  try {
    url = new URL(target.url ?? '');
  } catch {
    throw new UpstreamFailure('The server has no usable URL.', false);
  }
  const opened = await secretsOf(target, secrets);
  const { headers, refused } = credentialHeaders(opened);
  if (refused.length > 0)
    log.warn('configured headers are not sent because they belong to the protocol', { server: target.slug, headers: refused });
  const connect = createPinnedConnector(guard, url, limits.connectTimeoutMs);
  const timeouts = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 4_000 };
  const calls = new Pool(url.origin, { connect, connections: limits.connectionsMax, ...timeouts });
  const streams = new Pool(url.origin, { connect, ...timeouts });
  return {
    calls,
    streams,
    url,
    credentials: headers,
    bearer: bearerOf(opened, tokens),
    get busy() {
      return [calls, streams].some(({ stats }) => stats.running + stats.pending + stats.queued > 0);
    },
    close: async () => {
      await Promise.all([calls.destroy(), streams.destroy()]);
    },
  };
}

/** Reads the secrets, or fails without anything sent. */
export async function secretsOf(target: UpstreamTarget, secrets: CachedSecrets): ReturnType<CachedSecrets['of']> {
  try {
    return await secrets.of(target);
  } catch (error) {
    throw new UpstreamFailure('The secrets of the server cannot be read.', false, { cause: error });
  }
}

/** POST of Streamable HTTP. The body goes out byte for byte. */
export async function postHttp(route: HttpRoute, request: UpstreamRequest, limits: HttpLimits): Promise<UpstreamReply> {
  const headers = {
    accept: 'application/json, text/event-stream',
    ...hopHeaders(route, request.headers, request.session),
    'content-type': 'application/json',
  };
  // A subscription lasts, may be silent for as long as it likes, and must not take a connection away from calls.
  const lasts = request.method === 'subscriptions/listen';
  const reply = await exchangeWithBearer(route.bearer, lasts ? route.streams : route.calls, {
    method: 'POST',
    path: pathOf(route),
    headers,
    body: request.body,
    signal: request.signal,
    idleMs: lasts ? null : limits.callIdleMs,
    bodyBytesMax: limits.bodyBytesMax,
  });
  return shape(reply);
}

/** GET of Streamable HTTP: the stream of a session, which may be silent for as long as it likes once it has begun. */
export async function listenHttp(
  route: HttpRoute,
  request: Omit<UpstreamRequest, 'body' | 'method' | 'rpcId'>,
  limits: HttpLimits,
): Promise<UpstreamReply> {
  const headers = { ...hopHeaders(route, request.headers, request.session), accept: 'text/event-stream' };
  // An upstream may also hold the response headers back until the first event, so there is no deadline at all here.
  const reply = await exchangeWithBearer(route.bearer, route.streams, {
    method: 'GET',
    path: pathOf(route),
    headers,
    body: null,
    signal: request.signal,
    idleMs: null,
    bodyBytesMax: limits.bodyBytesMax,
  });
  return shape(reply);
}

/** DELETE of Streamable HTTP; the status of the upstream. */
export async function endHttp(route: HttpRoute, session: UpstreamSession, limits: HttpLimits): Promise<number> {
  const headers = hopHeaders(route, { 'mcp-protocol-version': session.profile.protocolVersion }, session);
  const reply = await exchangeWithBearer(route.bearer, route.calls, {
    method: 'DELETE',
    path: pathOf(route),
    headers,
    body: null,
    signal: AbortSignal.timeout(10_000),
    idleMs: 10_000,
    bodyBytesMax: limits.bodyBytesMax,
  });
  await drain(reply);
  return reply.status;
}

export function pathOf(route: HttpRoute): string {
  return route.url.pathname + route.url.search;
}

function hopHeaders(route: HttpRoute, given: Readonly<Record<string, string>>, session: UpstreamSession | null): Record<string, string> {
  const headers: Record<string, string> = { ...given, 'accept-encoding': 'identity', ...route.credentials };
  // The id that the upstream gave, never ours and never the caller's.
  delete headers['mcp-session-id'];
  if (session?.upstreamId != null) headers['mcp-session-id'] = session.upstreamId;
  return headers;
}

async function shape(reply: ExchangeReply): Promise<UpstreamReply> {
  const contentType = reply.headers['content-type'] ?? null;
  const sessionId = reply.headers['mcp-session-id'];
  const empty = reply.status === 202 || reply.status === 204 || reply.headers['content-length'] === '0';
  if (empty) await drain(reply);
  return {
    status: reply.status,
    contentType,
    sessionId: typeof sessionId === 'string' ? sessionId : null,
    body: empty ? null : reply.body,
  };
}
