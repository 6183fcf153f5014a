import type { GatewayLog } from '@/lib/gateway/ports';
import { type ClientProfile, UpstreamFailure } from '@/lib/gateway/upstream-port';
import type { JsonObject } from '@/lib/kernel/json';
import { Channel, type ChannelLimits } from './channel';
import { discoverHandshake, type Handshake, initializeHandshake } from './handshakes';
import type { OpenWire, Wire } from './wire';

export interface HostLimits extends ChannelLimits {
  readonly initializeTimeoutMs: number;
  /** First and longest pause before a start after a failure; doubles in between. */
  readonly backoffFirstMs: number;
  readonly backoffMostMs: number;
  /** A connection that lived this long was healthy: its end starts the pauses anew. */
  readonly healthyAfterMs: number;
  /** A pause up to this long is waited for; a longer one fails the call at once. */
  readonly backoffWaitMs: number;
}

/** A failure of a channel, with the last words of the server for people (never for agents). */
export class ChannelFailure extends UpstreamFailure {
  constructor(
    message: string,
    sent: boolean,
    readonly diagnostics: string,
    options?: { cause?: unknown },
  ) {
    super(message, sent, options);
  }
}

interface Running {
  readonly wire: Wire;
  readonly channel: Channel;
  readonly initialized: JsonObject;
  readonly since: number;
}

/**
 * One connection to a server, opened and initialised on demand. It is never reopened by itself: the next request does
 * that, after a pause that grows with each failure, so that a broken server costs one attempt at a time.
 */
export class ChannelHost {
  private running: Running | null = null;
  private starting: Promise<Running> | null = null;
  private failures = 0;
  private notBefore = 0;
  private stopped = false;
  private wire: Wire | null = null;
  lastFailure: string | null = null;
  lastUsed = performance.now();

  constructor(
    private readonly open: OpenWire,
    private readonly profile: ClientProfile,
    private readonly limits: HostLimits,
    private readonly log: GatewayLog,
    private readonly name: string,
    private readonly handshake: Handshake = initializeHandshake,
  ) {}

  get state(): 'running' | 'starting' | 'paused' | 'idle' {
    if (this.running !== null) return 'running';
    if (this.starting !== null) return 'starting';
    return this.notBefore > performance.now() ? 'paused' : 'idle';
  }

  get inUse(): boolean {
    return this.starting !== null || this.running?.channel.inUse === true;
  }

  get hasCalls(): boolean {
    return this.starting !== null || this.running?.channel.hasCalls === true;
  }

  /** The open, initialised channel. Rejects with `ChannelFailure` or `UpstreamFailure`, nothing sent. */
  ready(): Promise<Running> {
    this.lastUsed = performance.now();
    if (this.stopped)
      return Promise.reject(new UpstreamFailure('The connection was closed because the server changed or Callgate is stopping.', false));
    if (this.running !== null) return Promise.resolve(this.running);
    this.starting ??= this.start().finally(() => {
      this.starting = null;
    });
    return this.starting;
  }

  /** The channel if there is one now; nothing is started for it. */
  get current(): Channel | null {
    return this.running?.channel ?? null;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.running?.channel.end('The connection was closed because the server changed or Callgate is stopping.');
    await this.wire?.close();
    // A start in progress notices `stopped` and closes what it opened.
    await this.starting?.catch(() => undefined);
    this.running = null;
  }

  stopNow(): void {
    this.stopped = true;
    this.wire?.closeNow();
  }

  private async start(): Promise<Running> {
    const pause = this.notBefore - performance.now();
    if (pause > this.limits.backoffWaitMs)
      throw new UpstreamFailure(
        `${this.lastFailure ?? 'The server failed.'} The next attempt is made in ${Math.ceil(pause / 1000)} s.`,
        false,
      );
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    if (this.stopped) throw new UpstreamFailure('The connection was closed.', false);
    let channel: Channel | null = null;
    let early: string | null = null;
    const startedAt = performance.now();
    try {
      const wire = await this.open({
        message: (value, text) => channel?.receive(value, text),
        closed: (sentence) => {
          early = sentence;
          channel?.end(sentence);
          this.onClosed(sentence);
        },
      });
      this.wire = wire;
      if (this.stopped) throw new UpstreamFailure('The connection was closed.', false);
      channel = new Channel(wire, this.profile.capabilities, this.limits, this.log, this.handshake === discoverHandshake);
      if (early !== null) channel.end(early);
      const initialized = await this.handshake(channel, this.profile, this.limits.initializeTimeoutMs);
      this.running = { wire, channel, initialized, since: startedAt };
      this.lastFailure = null;
      return this.running;
    } catch (error) {
      throw await this.failedStart(error);
    }
  }

  /** Nothing of the caller's was sent, whatever became of our own handshake. */
  private async failedStart(error: unknown): Promise<ChannelFailure> {
    const message = error instanceof Error ? error.message : String(error);
    const wire = this.wire;
    await wire?.close();
    this.wire = null;
    this.noteFailure(message);
    return new ChannelFailure(message, false, wire?.diagnostics() ?? '', {
      cause: error instanceof Error ? (error.cause ?? error) : error,
    });
  }

  private onClosed(sentence: string): void {
    const running = this.running;
    if (running === null) return;
    this.running = null;
    this.wire = null;
    if (this.stopped) return;
    if (performance.now() - running.since >= this.limits.healthyAfterMs) this.failures = 0;
    this.noteFailure(sentence);
    this.log.warn('an upstream connection ended', {
      upstream: this.name,
      reason: sentence,
      diagnostics: running.wire.diagnostics().slice(-1_000),
    });
  }

  private noteFailure(message: string): void {
    this.lastFailure = message;
    this.notBefore = performance.now() + Math.min(this.limits.backoffFirstMs * 2 ** this.failures, this.limits.backoffMostMs);
    this.failures += 1;
  }
}
