import type { JsonObject } from '@/lib/kernel/json';
import type { SecretFilter } from '@/lib/kernel/secret-filter';

/** Everything needed to reach an upstream; secrets stay behind the adapter, found by `secretsRef`. */
export interface UpstreamTarget {
  readonly serverId: string;
  readonly slug: string;
  readonly transport: 'http' | 'sse' | 'stdio';
  readonly url: string | null;
  readonly command: string | null;
  readonly args: readonly string[];
  /** The server speaks only the stateless revision, and clients of the stateful ones reach it by the bridge. http and stdio. */
  readonly bridge?: boolean;
  /** Changes whenever address or secrets change, so that pools and children of the old ones are let go. */
  readonly revision: string;
  /** The agent whose own credential this is; absent for the server's. Connections of one are never used for the other. */
  readonly credentialOf?: string;
}

/** Whether messages of this era go by a channel, which has its own ways to cancel, to hold sessions and to carry a trace. */
export function isByChannel({ transport, bridge }: UpstreamTarget, era: 'legacy' | 'modern' | null): boolean {
  return transport !== 'http' || (bridge === true && era !== 'modern');
}

/** What the client declared at `initialize`; an upstream is never told more, never less. */
export interface ClientProfile {
  readonly protocolVersion: string;
  readonly capabilities: JsonObject;
  readonly clientInfo: JsonObject;
}

/** A gateway session's hold on an upstream: the upstream's own session id, or the channel of a shared child. */
export interface UpstreamSession {
  /** Our session id; channels address it. */
  readonly id: string;
  readonly profile: ClientProfile;
  /** The upstream's `Mcp-Session-Id`, when it gave one. */
  upstreamId: string | null;
}

export interface UpstreamRequest {
  /** The canonical text that was decided on; exactly these bytes go out. */
  readonly body: string;
  readonly method: string;
  readonly rpcId: string | number | null;
  /** Headers for the hop (protocol version, accept, last-event-id, traceparent), lower-case; never the caller's credentials. */
  readonly headers: Readonly<Record<string, string>>;
  readonly session: UpstreamSession | null;
  readonly signal: AbortSignal;
}

export interface UpstreamReply {
  readonly status: number;
  readonly contentType: string | null;
  /** The upstream's session id, when this reply opened one. */
  readonly sessionId: string | null;
  /** Raw bytes as they come; null without a body. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Failed before a single byte of the request could have been acted on (`sent: false`), or perhaps after (`sent: true`). */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';
  constructor(
    message: string,
    readonly sent: boolean,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** There is no usable credential for the server: nothing was sent, and only an operator can help. The message is fit for callers. */
export class CredentialFailure extends UpstreamFailure {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, false, options);
  }
}

/**
 * Reaches upstreams. Channel transports (stdio, sse) answer in the same shape as HTTP: one `application/json` body when
 * the final response is the first message for the request, `text/event-stream` otherwise.
 */
export interface Upstreams {
  /** POST: one request, notification or response. Throws `UpstreamFailure`. */
  post(target: UpstreamTarget, request: UpstreamRequest): Promise<UpstreamReply>;
  /** Whether a request of the stateless revision may be sent: over HTTP the server says it itself, a pipe has to be asked before. Absent as yes over HTTP alone. */
  speaksStateless?(target: UpstreamTarget): Promise<boolean>;
  /** GET: the server's own stream of a session. Status 405 when the upstream has none. */
  listen(target: UpstreamTarget, request: Omit<UpstreamRequest, 'body' | 'method' | 'rpcId'>): Promise<UpstreamReply>;
  /** What finds the secrets that this server is given, so that they never come back from it; null when it is given none. May reject. */
  secretsIn?(target: UpstreamTarget): Promise<SecretFilter | null>;
  /** DELETE: the session ends; returns the upstream's status (200, 405, …). */
  end(target: UpstreamTarget, session: UpstreamSession): Promise<number>;
}
