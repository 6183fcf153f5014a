/** How one exchange went. `unreachable`: nothing was sent; `broken`: sent, and no answer came. */
export type ExchangeResult = 'answered' | 'server_error' | 'unreachable' | 'broken' | 'cancelled';

/** How an upstream has been doing, for people. */
export interface UpstreamHealth {
  readonly state: 'unknown' | 'ok' | 'failing';
  /** Epoch milliseconds of the last answer and the last failure. */
  readonly lastOkAt: number | null;
  readonly lastFailureAt: number | null;
  readonly lastFailure: string | null;
  readonly consecutiveFailures: number;
  /** Open channel connections (children or event streams). */
  readonly connections: number;
}

const UNKNOWN: Omit<UpstreamHealth, 'connections'> = {
  state: 'unknown',
  lastOkAt: null,
  lastFailureAt: null,
  lastFailure: null,
  consecutiveFailures: 0,
};

/** Remembers of each server how its last exchanges went. The node's own clock is good enough for what people look at. */
export class HealthBook {
  private readonly byServer = new Map<string, Omit<UpstreamHealth, 'connections'>>();

  of(serverId: string): Omit<UpstreamHealth, 'connections'> {
    return this.byServer.get(serverId) ?? UNKNOWN;
  }

  noteOk(serverId: string): void {
    this.byServer.set(serverId, { ...this.of(serverId), state: 'ok', lastOkAt: Date.now(), consecutiveFailures: 0 });
  }

  noteFailure(serverId: string, sentence: string): void {
    const before = this.of(serverId);
    const consecutiveFailures = before.consecutiveFailures + 1;
    this.byServer.set(serverId, { ...before, state: 'failing', lastFailureAt: Date.now(), lastFailure: sentence, consecutiveFailures });
  }
}
