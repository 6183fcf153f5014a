import { UpstreamFailure, type UpstreamReply, type UpstreamTarget } from '@/lib/gateway/upstream-port';
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

/** Told of an exchange with its server's slug and the time until the answer began; must not throw. */
export type OnExchange = (slug: string, result: ExchangeResult, ms: number) => void;

/** Does an exchange and notes how it went. Whatever is thrown is an `UpstreamFailure`. */
export async function observed(
  healths: HealthBook,
  target: UpstreamTarget,
  signal: AbortSignal,
  work: () => Promise<UpstreamReply>,
  onExchange?: OnExchange,
): Promise<UpstreamReply> {
  const begunMs = performance.now();
  const tell = (result: ExchangeResult): void => onExchange?.(target.slug, result, performance.now() - begunMs);
  try {
    const reply = await work();
    tell(reply.status >= 500 ? 'server_error' : 'answered');
    if (reply.status >= 500) healths.noteFailure(target.serverId, `The upstream answers ${reply.status}.`);
    else healths.noteOk(target.serverId);
    return reply;
  } catch (error) {
    const failure =
      error instanceof UpstreamFailure
        ? error
        : new UpstreamFailure(error instanceof Error ? error.message : String(error), true, { cause: error });
    tell(signal.aborted ? 'cancelled' : failure.sent ? 'broken' : 'unreachable');
    // A caller that left says nothing about the upstream.
    if (!signal.aborted) healths.noteFailure(target.serverId, failure.message);
    throw failure;
  }
}
