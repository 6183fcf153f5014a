import { isKnownRequest } from '@/lib/domain/mcp/methods';
import { UpstreamFailure } from '@/lib/gateway/upstream-port';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import type { Wire, WireEvents } from '../wire';
import { ChangeStream } from './change-stream';
import { type BridgedClient, initializeResult, statefulNotification, statelessHeaders, statelessParams } from './legacy-shape';
import { failed, type Outcome, Rounds, type StatelessCall } from './rounds';
import type { PostStateless } from './stateless-post';

const LOG_LEVELS: ReadonlySet<string> = new Set(['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']);
const NO_HEADERS: Readonly<Record<string, string>> = {};

/**
 * The bridge: one session of a client of the stateful revisions, with a server that speaks only the stateless one (2026-07-28). To
 * its channel it is a connection like that to a child process; every request goes out on its own. What the client says once
 * (`initialize`, `logging/setLevel`, `resources/subscribe`) is kept and said again with each request.
 */
export function openBridgeWire(post: PostStateless, events: WireEvents): Wire {
  return new BridgeWire(post, events);
}

class BridgeWire implements Wire {
  private readonly stop = new AbortController();
  private readonly running = new Map<Json, AbortController>();
  private readonly subscribed = new Set<string>();
  private readonly rounds: Rounds;
  private readonly changes: ChangeStream;
  private client: BridgedClient = { clientInfo: {}, capabilities: {}, logLevel: null };
  private capabilities: JsonObject = {};
  private nextId = 1;

  constructor(
    private readonly out: PostStateless,
    private readonly events: WireEvents,
  ) {
    this.rounds = new Rounds({ post: (call) => this.post(call, false), deliver: (message) => this.deliver(message) });
    this.changes = new ChangeStream(
      (notifications, signal) => this.post(this.own('subscriptions/listen', { notifications }, this.untilStop(signal)), true),
      (message) => this.deliver(statefulNotification(message)),
    );
  }

  /** Of a request it resolves with the end of its answer: until then a failure is that of the request. */
  async send(text: string, sending: () => boolean, headers = NO_HEADERS): Promise<void> {
    if (this.stop.signal.aborted) throw new UpstreamFailure('The session with the upstream was closed.', false);
    const message = JSON.parse(text) as JsonObject;
    const { id, method } = message;
    const params = isJsonObject(message.params) ? message.params : {};
    if (typeof method !== 'string') this.rounds.answered(message);
    else if (id === undefined) this.notice(method, params);
    else if (sending()) {
      const outcome = await this.request(id, method, params, headers);
      if (outcome !== null) this.deliver({ jsonrpc: '2.0', id, ...outcome });
    }
  }

  async close(): Promise<void> {
    this.closeNow();
  }

  closeNow(): void {
    if (this.stop.signal.aborted) return;
    this.stop.abort();
    this.changes.close();
    this.events.closed('The session with the upstream was closed.');
  }

  diagnostics(): string {
    return '';
  }

  /** null when the call was cancelled and nobody waits. */
  private async request(id: Json, method: string, params: JsonObject, headers: Readonly<Record<string, string>>): Promise<Outcome | null> {
    if (method === 'initialize') return this.initialize(params);
    if (method === 'ping') return { result: {} };
    if (method === 'logging/setLevel') return this.setLevel(params.level);
    if (method === 'resources/subscribe' || method === 'resources/unsubscribe')
      return this.subscribe(params.uri, method === 'resources/subscribe');
    // Tasks are another thing in this revision.
    if (!isKnownRequest(method, 'modern') || method.startsWith('tasks/')) return failed(-32601, `${method} cannot be bridged.`);
    const cancel = new AbortController();
    this.running.set(id, cancel);
    try {
      return await this.rounds.call({ id, method, params, headers, signal: this.untilStop(cancel.signal) });
    } catch (error) {
      if (cancel.signal.aborted) return null;
      throw error;
    } finally {
      this.running.delete(id);
    }
  }

  private async initialize({ clientInfo, capabilities }: JsonObject): Promise<Outcome> {
    this.client = {
      ...this.client,
      clientInfo: isJsonObject(clientInfo) ? clientInfo : {},
      capabilities: isJsonObject(capabilities) ? capabilities : {},
    };
    const outcome = await this.rounds.once(this.own('server/discover', {}, this.stop.signal));
    if ('error' in outcome) return outcome;
    const result = initializeResult(outcome.result);
    if (typeof result === 'string') return failed(-32603, result);
    this.capabilities = isJsonObject(result.capabilities) ? result.capabilities : {};
    return { result };
  }

  private setLevel(level: Json | undefined): Outcome {
    if (this.capabilities.logging === undefined) return failed(-32601, 'The server has no log lines.');
    if (typeof level !== 'string' || !LOG_LEVELS.has(level)) return failed(-32602, 'That is no level of log lines.');
    this.client = { ...this.client, logLevel: level };
    return { result: {} };
  }

  private subscribe(uri: Json | undefined, wanted: boolean): Outcome {
    const { resources } = this.capabilities;
    if (!isJsonObject(resources) || resources.subscribe !== true) return failed(-32601, 'The server has no subscriptions.');
    if (typeof uri !== 'string') return failed(-32602, 'A subscription needs the uri of a resource.');
    if (wanted) this.subscribed.add(uri);
    else this.subscribed.delete(uri);
    this.follow();
    return { result: {} };
  }

  private notice(method: string, params: JsonObject): void {
    if (method === 'notifications/initialized') this.follow();
    if (method === 'notifications/cancelled') this.running.get(params.requestId ?? null)?.abort();
  }

  private follow(): void {
    const tells = (name: string): boolean => {
      const capability = this.capabilities[name];
      return isJsonObject(capability) && capability.listChanged === true;
    };
    this.changes.follow({
      ...(tells('tools') ? { toolsListChanged: true } : {}),
      ...(tells('prompts') ? { promptsListChanged: true } : {}),
      ...(tells('resources') ? { resourcesListChanged: true } : {}),
      ...(this.subscribed.size > 0 ? { resourceSubscriptions: [...this.subscribed] } : {}),
    });
  }

  private post({ id, method, params: given, headers, signal }: StatelessCall, lasts: boolean): AsyncIterable<JsonObject> {
    const params = statelessParams(given, this.client);
    const message = { jsonrpc: '2.0', id, method, params };
    return this.out({ message, headers: statelessHeaders(method, params, headers), signal, lasts });
  }

  private own(method: string, params: JsonObject, signal: AbortSignal): StatelessCall {
    return { id: `callgate-${this.nextId++}`, method, params, headers: NO_HEADERS, signal };
  }

  private deliver(message: JsonObject): void {
    if (!this.stop.signal.aborted) this.events.message(message, JSON.stringify(message));
  }

  private untilStop(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([this.stop.signal, signal]);
  }
}
