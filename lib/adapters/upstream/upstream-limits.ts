import type { HostLimits } from './channel-host';
import type { HttpLimits } from './http-upstream';
import type { StdioLimits } from './stdio-wire';

export interface UpstreamLimits extends HttpLimits, HostLimits {
  readonly stdio: StdioLimits;
  /** A connection that nobody used for this long is closed. */
  readonly idleStopMs: number;
  /** Children of one stdio server: one for each set of client capabilities. */
  readonly hostsPerServerMax: number;
}

/** The limits that hold when nothing else is asked for. */
export const UPSTREAM_LIMITS: UpstreamLimits = {
  connectTimeoutMs: 10_000,
  callIdleMs: 300_000,
  bodyBytesMax: 16 * 1024 * 1024,
  connectionsMax: 256,
  waitingBytesMax: 16 * 1024 * 1024,
  askHoldMs: 5_000,
  initializeTimeoutMs: 60_000,
  backoffFirstMs: 250,
  backoffMostMs: 30_000,
  healthyAfterMs: 60_000,
  backoffWaitMs: 2_000,
  stdio: { lineBytesMax: 16 * 1024 * 1024, waitingBytesMax: 64 * 1024 * 1024, killAfterMs: 2_000 },
  idleStopMs: 600_000,
  hostsPerServerMax: 8,
};
