import type { GatewayLog } from '@/lib/gateway/ports';
import {
  isByChannel,
  UpstreamFailure,
  type UpstreamReply,
  type UpstreamSession,
  type Upstreams,
  type UpstreamTarget,
} from '@/lib/gateway/upstream-port';
import type { JsonObject } from '@/lib/kernel/json';
import type { SecretFilter } from '@/lib/kernel/secret-filter';
import { openBridgeWire } from './bridge/bridge-wire';
import { eraOfHop } from './bridge/legacy-shape';
import { postStateless, type StatelessRequest } from './bridge/stateless-post';
import { ChannelHost } from './channel-host';
import { channelKey, type Held, ownerOf, profileOf, sharesChildren, statelessKey } from './channel-keys';
import { askStatelessChannel, endChannel, listenChannel, postChannel, postStatelessChannel } from './channel-upstream';
import type { EgressGuard } from './egress-guard';
import { discoverHandshake } from './handshakes';
import { endHttp, type HttpRoute, listenHttp, openHttpRoute, postHttp, secretsOf } from './http-upstream';
import { CachedSecrets, type SecretSource } from './secret-source';
import { openSseWire } from './sse-wire';
import { openStdioWire } from './stdio-wire';
import type { TokenSource } from './token-source';
import { TurnedAway } from './turned-away';
import { HealthBook, type OnExchange, observed, type UpstreamHealth } from './upstream-health';
import { UPSTREAM_LIMITS, type UpstreamLimits } from './upstream-limits';
import type { Wire, WireEvents } from './wire';

export interface UpstreamsOptions {
  readonly secrets: SecretSource;
  /** Gives tokens where a server's credential is one that ends. */
  readonly tokens?: TokenSource;
  readonly guard: EgressGuard;
  readonly log: GatewayLog;
  /** Who shared connections say they are. */
  readonly clientInfo?: JsonObject;
  readonly limits?: Partial<UpstreamLimits>;
  /** Told of every exchange with its server's slug and the time until the answer began; must not throw. */
  readonly onExchange?: OnExchange;
}

export interface ManagedUpstreams extends Upstreams {
  health(serverId: string): UpstreamHealth;
  /** Ends the connections and children of one server, because it was switched off, changed or deleted; the next call opens new ones. */
  stopServer(serverId: string): Promise<void>;
  /** Ends every connection and child; calls in flight fail, later ones are refused. Idempotent. */
  stopAll(): Promise<void>;
}

const SWEEP_MS = 15_000;
/** How long a stdio server has to say that it speaks the stateless revision, its start included. */
const DISCOVER_MS_MAX = 10_000;

/** Makes the one thing that reaches upstreams. Connections and children are opened on demand and shared. */
export function createUpstreams(options: UpstreamsOptions): ManagedUpstreams {
  return new UpstreamRegistry(options);
}

class UpstreamRegistry implements ManagedUpstreams {
  private readonly routes = new Map<string, Held<Promise<HttpRoute>>>();
  private readonly hosts = new Map<string, Held<ChannelHost>>();
  private readonly ending = new Map<ChannelHost, Promise<void>>();
  private readonly healths = new HealthBook();
  private readonly newest = new Map<string, string>();
  private readonly turnedAway = new TurnedAway();
  private readonly secrets: CachedSecrets;
  private readonly limits: UpstreamLimits;
  private readonly clientInfo: JsonObject;
  private readonly sweeper: NodeJS.Timeout;
  private stopping = false;
  // The last line against orphans, for an exit that waits for nothing.
  private readonly onExit = (): void => {
    for (const { value } of this.hosts.values()) value.stopNow();
    for (const host of this.ending.keys()) host.stopNow();
  };

  constructor(private readonly options: UpstreamsOptions) {
    this.limits = { ...UPSTREAM_LIMITS, ...options.limits };
    this.secrets = new CachedSecrets(options.secrets);
    this.clientInfo = options.clientInfo ?? { name: 'callgate', version: '0.1.0' };
    this.sweeper = setInterval(() => this.sweep(), Math.min(SWEEP_MS, this.limits.idleStopMs)).unref();
    process.once('exit', this.onExit);
  }

  post(target: UpstreamTarget, request: Parameters<Upstreams['post']>[1]): Promise<UpstreamReply> {
    const work = async (): Promise<UpstreamReply> => {
      const era = eraOfHop(request.headers);
      if (!isByChannel(target, era)) return this.onRoute(target, (route) => postHttp(route, request, this.limits));
      if (era === 'modern' && target.transport === 'stdio') return postStatelessChannel(this.statelessHost(target), request);
      return postChannel(this.hostFor(target, request.session), request);
    };
    return observed(this.healths, target, request.signal, work, this.options.onExchange);
  }

  listen(target: UpstreamTarget, request: Parameters<Upstreams['listen']>[1]): Promise<UpstreamReply> {
    const work = async (): Promise<UpstreamReply> => {
      if (!isByChannel(target, 'legacy')) return this.onRoute(target, (route) => listenHttp(route, request, this.limits));
      return listenChannel(this.hostFor(target, request.session), request);
    };
    return observed(this.healths, target, request.signal, work, this.options.onExchange);
  }

  async end(target: UpstreamTarget, session: UpstreamSession): Promise<number> {
    if (!isByChannel(target, 'legacy')) {
      // Without an id of its own the upstream holds nothing for this session.
      if (session.upstreamId === null) return 200;
      return this.onRoute(target, (route) => endHttp(route, session, this.limits));
    }
    const key = channelKey(target, session);
    const held = this.hosts.get(key);
    const status = endChannel(held?.value, session);
    if (!sharesChildren(target) && held !== undefined) await this.dropHost(key, held);
    return status;
  }

  secretsIn(target: UpstreamTarget): Promise<SecretFilter | null> {
    return this.secrets.filterOf(target, this.options.tokens ?? null);
  }

  /** Asked of a process of its own: one of the stateful revisions may end, or never answer, when it is spoken to otherwise. */
  async speaksStateless(target: UpstreamTarget): Promise<boolean> {
    if (target.transport !== 'stdio' || target.bridge) return target.transport !== 'sse';
    if (this.turnedAway.has(target)) return false;
    try {
      await this.statelessHost(target).ready();
      return true;
    } catch {
      if (!this.stopping) this.turnedAway.note(target);
      const key = statelessKey(target);
      const held = this.hosts.get(key);
      if (held !== undefined) await this.dropHost(key, held);
      return false;
    }
  }

  health(serverId: string): UpstreamHealth {
    const connections = [...this.hosts.values()].filter((held) => held.serverId === serverId && held.value.state === 'running').length;
    return { ...this.healths.of(serverId), connections };
  }

  async stopServer(serverId: string): Promise<void> {
    const hosts = [...this.hosts].filter(([, held]) => held.serverId === serverId);
    const routes = [...this.routes].filter(([, held]) => held.serverId === serverId);
    for (const [key] of routes) this.routes.delete(key);
    await Promise.all([
      ...hosts.map(([key, held]) => this.dropHost(key, held)),
      ...routes.map(([, held]) =>
        held.value.then(
          (route) => route.close(),
          () => undefined,
        ),
      ),
    ]);
    this.turnedAway.forget(serverId);
    for (const owner of this.newest.keys()) if (owner.split('\n')[0] === serverId) this.newest.delete(owner);
  }

  async stopAll(): Promise<void> {
    this.stopping = true;
    clearInterval(this.sweeper);
    for (const [key, held] of this.hosts) void this.dropHost(key, held);
    await Promise.all(this.ending.values());
    await Promise.all(
      [...this.routes.values()].map(({ value }) =>
        value.then(
          (route) => route.close(),
          () => undefined,
        ),
      ),
    );
    this.routes.clear();
    process.removeListener('exit', this.onExit);
  }

  // ------------------------------------------------------------ connections

  private async onRoute<T>(target: UpstreamTarget, use: (route: HttpRoute) => Promise<T>): Promise<T> {
    const held = this.routeFor(target);
    held.lastUsed = performance.now();
    return use(await held.value);
  }

  private routeFor(target: UpstreamTarget): Held<Promise<HttpRoute>> {
    this.refuseWhenStopping();
    const owner = ownerOf(target);
    const key = `${owner}\n${target.revision}`;
    const known = this.routes.get(key);
    if (known !== undefined) return known;
    this.newest.set(owner, target.revision);
    const value = openHttpRoute(target, this.options.guard, this.secrets, this.options.tokens ?? null, this.limits, this.options.log);
    const held = { serverId: target.serverId, owner, revision: target.revision, value, lastUsed: performance.now() };
    this.routes.set(key, held);
    value.catch(() => this.routes.delete(key));
    return held;
  }

  private hostFor(target: UpstreamTarget, session: UpstreamSession | null): ChannelHost {
    return this.held(channelKey(target, session), target, () => {
      if (sharesChildren(target)) this.makeRoom(target);
      const profile = profileOf(target, session, this.clientInfo);
      return new ChannelHost((events) => this.openWire(target, events), profile, this.limits, this.options.log, target.slug);
    });
  }

  /** Of a stdio server: the child that speaks the stateless revision. */
  private statelessHost(target: UpstreamTarget): ChannelHost {
    return this.held(statelessKey(target), target, () => {
      const { limits } = this;
      // Whoever may be of the other era is not waited for as long as a server that is known to be of this one.
      const initializeTimeoutMs = target.bridge ? limits.initializeTimeoutMs : Math.min(limits.initializeTimeoutMs, DISCOVER_MS_MAX);
      const profile = profileOf(target, null, this.clientInfo);
      const open = (events: WireEvents): Promise<Wire> => this.openCommand(target, events);
      return new ChannelHost(open, profile, { ...limits, initializeTimeoutMs }, this.options.log, target.slug, discoverHandshake);
    });
  }

  private held(key: string, target: UpstreamTarget, make: () => ChannelHost): ChannelHost {
    this.refuseWhenStopping();
    const known = this.hosts.get(key);
    if (known !== undefined) {
      known.lastUsed = performance.now();
      return known.value;
    }
    this.newest.set(ownerOf(target), target.revision);
    const value = make();
    const { serverId, revision } = target;
    this.hosts.set(key, { serverId, owner: ownerOf(target), revision, value, lastUsed: performance.now() });
    return value;
  }

  private async openWire(target: UpstreamTarget, events: WireEvents): Promise<Wire> {
    if (target.transport === 'sse') return this.onRoute(target, (route) => openSseWire(route, events, this.limits));
    if (sharesChildren(target)) return this.openCommand(target, events);
    // A session may be silent for longer than connections and children are kept: each request finds its own.
    const post =
      target.transport === 'stdio'
        ? (request: StatelessRequest) => askStatelessChannel(this.statelessHost(target), request)
        : (request: StatelessRequest) => postStateless(() => this.onRoute(target, async (route) => route), request, this.limits);
    return openBridgeWire(post, events);
  }

  private async openCommand(target: UpstreamTarget, events: WireEvents): Promise<Wire> {
    if (target.command === null || target.command === '') throw new UpstreamFailure('The server has no command.', false);
    const secrets = await secretsOf(target, this.secrets);
    return openStdioWire({ command: target.command, args: target.args, secrets }, events, this.limits.stdio);
  }

  /** Capabilities are free text to a client; without a bound it could start a child for each thing it thinks of. */
  private makeRoom(target: UpstreamTarget): void {
    const mine = [...this.hosts].filter(([, held]) => held.owner === ownerOf(target) && held.revision === target.revision);
    if (mine.length < this.limits.hostsPerServerMax) return;
    const idle = mine.filter(([, { value }]) => !value.hasCalls).sort(([, a], [, b]) => a.lastUsed - b.lastUsed)[0];
    if (idle === undefined)
      throw new UpstreamFailure(
        `The server already runs ${mine.length} times, for clients with different capabilities, and all of them are busy.`,
        false,
      );
    void this.dropHost(idle[0], idle[1]);
  }

  private async dropHost(key: string, held: Held<ChannelHost>): Promise<void> {
    if (this.hosts.get(key) === held) this.hosts.delete(key);
    const ended = held.value.stop().finally(() => this.ending.delete(held.value));
    this.ending.set(held.value, ended);
    await ended;
  }

  /** Lets go of what nobody uses: at once when a newer revision of the server is in use, else after the idle time. */
  private sweep(): void {
    const now = performance.now();
    for (const [key, held] of this.hosts) {
      const old = this.newest.get(held.owner) !== held.revision;
      if ((old && !held.value.hasCalls) || (!held.value.inUse && now - held.lastUsed > this.limits.idleStopMs))
        void this.dropHost(key, held);
    }
    for (const [key, held] of this.routes) {
      const old = this.newest.get(held.owner) !== held.revision;
      if (old || now - held.lastUsed > this.limits.idleStopMs) void this.dropRouteUnlessBusy(key, held, old ? now : held.lastUsed);
    }
  }

  private async dropRouteUnlessBusy(key: string, held: Held<Promise<HttpRoute>>, seen: number): Promise<void> {
    const route = await held.value.catch(() => null);
    if (route === null || route.busy || held.lastUsed > seen) return;
    if (this.routes.get(key) !== held) return;
    this.routes.delete(key);
    await route.close();
  }

  private refuseWhenStopping(): void {
    if (this.stopping) throw new UpstreamFailure('Callgate is stopping.', false);
  }
}
