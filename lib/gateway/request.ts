import type { HoldTimes } from './held-calls';

/** What a host hands over: one HTTP request to the gateway's mount point, nothing interpreted. */
export interface GatewayRequest {
  /** Upper-case. */
  readonly method: string;
  /** What follows `/mcp`, percent-encoding untouched: `/github`, or empty. */
  readonly path: string;
  /** Without the question mark; empty without a query. */
  readonly query: string;
  /** Name, value, name, value: as received, so that a header sent twice is seen twice. */
  readonly headers: readonly string[];
  /** At most `bodyBytesMax` bytes; the host stops reading beyond that. */
  readonly body: Uint8Array | { readonly tooLarge: true } | null;
  /** The socket's peer, or what a configured proxy says of it. */
  readonly sourceIp: string | null;
  /** Aborts when the client goes away before the answer was complete. */
  readonly signal: AbortSignal;
  /**
   * Only on requests that the aggregate endpoint makes of a client's: it goes to one of the servers of the agent that the
   * credential stands for, whichever grant the credential itself is of. Hosts never set it.
   */
  readonly leg?: Leg;
}

export interface Leg {
  /** `signal` cancels what was asked of the server, in every revision. */
  readonly cancels: boolean;
}

export interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * A host must call the iterator's `return` when it stops early, even before the first `next`: the call behind it is
   * settled there.
   */
  readonly body: string | AsyncIterable<Uint8Array> | null;
}

export interface GatewayOptions {
  /** Origin of the gateway for clients, no trailing slash, e.g. `https://gate.example.com`. */
  readonly publicUrl: string;
  /** `host` (any port) or `host:port`, lower-case; requests for other hosts are refused (DNS rebinding). */
  readonly allowedHosts: readonly string[];
  /** Browser origins that may call; a request without `Origin` is no browser's and passes. */
  readonly allowedOrigins: readonly string[];
  /** Largest request body in bytes; 1 MiB unless told. Hosts are told the same figure. */
  readonly bodyBytesMax?: number;
  /** Sessions one grant may hold on this node; the longest unused one makes room. 256 unless told. It may have twice as many open streams. */
  readonly sessionsPerGrantMax?: number;
  /** How long the aggregate endpoint waits for one of its servers before it answers without it. 8 s unless told. */
  readonly aggregateWaitMs?: number;
  /** What the aggregate endpoint calls itself a version of. */
  readonly productVersion?: string;
  /** How long a call that needs a person is held; see `HOLD_TIMES`. */
  readonly holdTimes?: Partial<HoldTimes>;
}
