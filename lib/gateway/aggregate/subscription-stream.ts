import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import type { Denial } from '../denial';
import { STREAM_HEADERS } from '../exchange';
import { FilteredEvents } from '../filtered-events';
import { discard } from '../relayed-body';
import type { GatewayResponse } from '../request';
import { encodeEvent, type SseEvent } from '../wire/sse';
import type { AggregateContext, Asked } from './aggregate-call';
import { legRequest, openBefore } from './leg-request';
import type { Leg } from './legs';
import { MergedBody } from './merged-body';
import { innerTask, unwrapUri } from './names';
import type { Reached } from './reach';
import { parseObject, rewriteMessage } from './rewrite';
import { joinedTasks } from './tasks';
import { CHANGES, watchReach } from './watch';

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const AGAIN_MS = 1_000;
const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);

/** `subscriptions/listen`: the changes of all servers that speak this revision, and those of what the agent reaches. */
export async function subscribe(asked: Asked, context: AggregateContext): Promise<Result<GatewayResponse, Denial>> {
  const found = await Promise.all(asked.reached.map((one) => context.legs.soon(asked.facts, one, null)));
  const legs = found.filter((leg) => leg !== null);
  return ok({ status: 200, headers: STREAM_HEADERS, body: new Subscription(asked, context, legs).body });
}

class Subscription {
  readonly body: MergedBody;
  private readonly filter: JsonObject;
  private readonly ids = new Set<string>();
  /** What the agent reaches now. */
  private reached: readonly Reached[];

  constructor(
    private readonly asked: Asked,
    private readonly context: AggregateContext,
    legs: readonly Leg[],
  ) {
    this.reached = asked.reached;
    this.filter = isJsonObject(asked.params.notifications) ? asked.params.notifications : {};
    const stop = watchReach(asked, context, { changed: (reached) => void this.changed(reached), ended: () => this.end() });
    const end = (): void => this.end();
    this.body = new MergedBody(() => {
      stop();
      context.open.delete(end);
    });
    context.open.add(end);
    this.say({ method: ACKNOWLEDGED, params: { notifications: this.honoured(legs) } });
    for (const leg of legs) void this.follow(leg);
  }

  /** The lists change with the agent's grants whatever the servers say; a resource or task has to be of a server that tells of it. */
  private honoured(legs: readonly Leg[]): JsonObject {
    const flags = Object.entries(this.filter).filter(([, value]) => value === true);
    const subscribed = textsIn(this.filter.resourceSubscriptions).filter((uri) => {
      const slug = unwrapUri(uri)?.slug;
      const resources = legs.find((leg) => leg.slug === slug && leg.era === 'modern')?.opened.capabilities.resources;
      return isJsonObject(resources) && resources.subscribe === true;
    });
    const tasks = textsIn(this.filter.taskIds).filter((id) => {
      const slug = innerTask(id)?.slug;
      return legs.some((leg) => leg.slug === slug && 'extensions' in joinedTasks([leg.opened], 'modern'));
    });
    return {
      ...Object.fromEntries(flags),
      ...(subscribed.length > 0 ? { resourceSubscriptions: subscribed } : null),
      ...(tasks.length > 0 ? { taskIds: tasks } : null),
    };
  }

  /** It ends as a server ends it: with its result. */
  private end(): void {
    const { id } = this.asked.message;
    const result = { resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: id } };
    this.body.push(encodeEvent(JSON.stringify({ jsonrpc: '2.0', id, result })));
    this.body.close();
  }

  private say({ method, params }: { readonly method: string; readonly params?: JsonObject }): void {
    const meta = { _meta: { [SUBSCRIPTION_ID]: this.asked.message.id } };
    this.body.push(encodeEvent(JSON.stringify({ jsonrpc: '2.0', method, params: { ...params, ...meta } })));
  }

  private async changed(reached: readonly Reached[]): Promise<void> {
    this.reached = reached;
    for (const method of CHANGES) {
      const list = method.split('/')[1] as string;
      if (this.filter[`${list}ListChanged`] === true) this.say({ method });
    }
    for (const one of reached) {
      if (this.ids.has(one.server.id)) continue;
      const leg = await this.context.legs.leg(this.asked.facts, one, null);
      if (!this.body.isOver && !this.ids.has(one.server.id)) void this.follow(leg);
    }
  }

  private async follow(leg: Leg): Promise<void> {
    const notifications = filterFor(leg.slug, this.filter);
    if (leg.era !== 'modern' || leg.opened.failure !== null || notifications === null) return;
    const serverId = leg.reached.server.id;
    this.ids.add(serverId);
    const { message, params, facts } = this.asked;
    // Under the same id, so that what the server says of its subscription is true of the client's.
    const listening = { id: message.id, method: message.method, params: { ...params, notifications } };
    const { response, abort } = await openBefore(this.body.signal, (signal) =>
      this.context.handle(legRequest(facts, leg, listening, { signal, cancels: true })),
    );
    const { body } = response;
    if (response.status !== 200 || body === null || typeof body === 'string' || response.headers['content-type'] !== 'text/event-stream') {
      if (body !== null && typeof body !== 'string') discard(body);
      this.ids.delete(serverId);
      return;
    }
    this.body.add(new FilteredEvents(body, (event) => withoutFrame(event, leg.slug), abort), () => {
      this.ids.delete(serverId);
      const timer = setTimeout(() => (this.body.isOver ? undefined : void this.again(serverId)), AGAIN_MS);
      (timer as { unref?: () => void }).unref?.();
    });
  }

  /** A server that ended its part is asked once more, if the agent still reaches it. */
  private async again(serverId: string): Promise<void> {
    const one = this.reached.find(({ server }) => server.id === serverId);
    if (one !== undefined && !this.ids.has(serverId)) await this.follow(await this.context.legs.leg(this.asked.facts, one, null));
  }
}

/** The beginning and the end of the subscription at one server are not those of the whole. */
function withoutFrame(event: SseEvent, slug: string): Uint8Array {
  if (event.data === null || event.data === '') return encoder.encode(event.raw);
  const message = parseObject(event.data);
  if (message === null || message.method === ACKNOWLEDGED || !('method' in message)) return NOTHING;
  const data = rewriteMessage(event.data, slug);
  return data === null ? encoder.encode(event.raw) : encodeEvent(data, event);
}

/** What of the filter is for one server, under its own names; null when nothing is. */
function filterFor(slug: string, { resourceSubscriptions, taskIds, ...flags }: JsonObject): JsonObject | null {
  const uris = textsIn(resourceSubscriptions).map(unwrapUri);
  const tasks = textsIn(taskIds).map(innerTask);
  const ownUris = uris.flatMap((found) => (found?.slug === slug ? [found.uri] : []));
  const ownTasks = tasks.flatMap((found) => (found?.slug === slug ? [found.id] : []));
  if (ownUris.length + ownTasks.length === 0 && !Object.values(flags).includes(true)) return null;
  return {
    ...flags,
    ...(ownUris.length > 0 ? { resourceSubscriptions: ownUris } : null),
    ...(ownTasks.length > 0 ? { taskIds: ownTasks } : null),
  };
}

function textsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((one): one is string => typeof one === 'string') : [];
}
