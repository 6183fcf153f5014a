import { isJsonObject, type Json } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, type Refused, refuse } from './denial';
import { exchange, JSON_HEADERS, STREAM_HEADERS } from './exchange';
import type { RequestFacts } from './facts';
import type { ForwardContext } from './forward-context';
import { GuardedTap } from './guarded-tap';
import { LedgerUnavailable } from './ports';
import { blindTap, RelayedBody } from './relayed-body';
import type { GatewayResponse } from './request';
import { decideTarget } from './stages/decide-target';
import type { Granted } from './stages/grant';
import { encodeEvent } from './wire/sse';

/**
 * `subscriptions/listen`: the upstream's stream of changes, for as long as the grant lasts; what the GET stream of a session
 * is in the older revisions. It ends here as a server ends it: with its result. Modern only.
 */
export async function subscribe(call: Granted, context: ForwardContext, open: Set<() => void>): Promise<Result<GatewayResponse, Denial>> {
  withoutDenied(call, context);
  const foreign = await withoutForeign(call, context);
  if (foreign !== null) return foreign;
  const answered = await exchange(call, context, null);
  if (!answered.ok) return answered;
  const { reply, kind, abort } = answered.value;
  const { status, body } = reply;
  if (body === null) return ok({ status, headers: {}, body: null });
  if (kind !== 'stream') return ok({ status, headers: JSON_HEADERS, body: new RelayedBody(body, blindTap, abort) });
  const tap: SubscriptionTap = new SubscriptionTap(call, context, () => open.delete(tap.close), abort);
  open.add(tap.close);
  return ok({ status, headers: STREAM_HEADERS, body: new RelayedBody(body, tap, abort) });
}

/** Subscribes to no resource that the policy would not let the agent read; the server says itself what it has taken. */
function withoutDenied(call: Granted, context: ForwardContext): void {
  const { message } = call;
  const filter = message.params?.notifications;
  if (message.kind !== 'request' || !isJsonObject(filter) || !Array.isArray(filter.resourceSubscriptions)) return;
  const at = context.ports.clock.nowMs();
  const all = filter.resourceSubscriptions as readonly Json[];
  const may = all.filter((uri) => {
    const decision = decideTarget(call, { kind: 'resources', name: typeof uri === 'string' ? uri : '', args: { uri }, charged: false }, at);
    return decision === null || decision.passes;
  });
  if (may.length === all.length) return;
  const facts: RequestFacts = call;
  facts.message = { ...message, params: { ...message.params, notifications: { ...filter, resourceSubscriptions: may } } };
}

/** Hears of no task that was made under another grant: the news of a task may carry its result. */
async function withoutForeign(call: Granted, { tasks }: ForwardContext): Promise<Refused | null> {
  const { message } = call;
  const filter = message.params?.notifications;
  if (message.kind !== 'request' || !isJsonObject(filter) || !Array.isArray(filter.taskIds)) return null;
  try {
    const taskIds = await tasks.ownOf(call, filter.taskIds as readonly Json[]);
    if (taskIds.length === filter.taskIds.length) return null;
    const facts: RequestFacts = call;
    facts.message = { ...message, params: { ...message.params, notifications: { ...filter, taskIds } } };
    return null;
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
    return refuse('audit.unavailable', { message: 'Whose these tasks are cannot be looked up at the moment. Nothing was sent.' });
  }
}

class SubscriptionTap extends GuardedTap {
  private closing = false;

  constructor(
    private readonly listening: Granted,
    context: ForwardContext,
    onEnd: () => void,
    private readonly abort: () => void,
  ) {
    super(listening, context, onEnd);
  }

  /** Ends the stream from here. */
  readonly close = (): void => {
    this.closing = true;
    this.abort();
  };

  override observe(chunk: Uint8Array): boolean {
    const wanted = super.observe(chunk);
    if (!wanted) this.closing = true;
    return wanted;
  }

  override finish(how: 'ended' | 'broken'): Uint8Array | null {
    super.finish(how);
    if (!this.closing || !this.mayAppend) return null;
    const { id } = this.listening.message;
    const result = { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': id } };
    return encodeEvent(JSON.stringify({ jsonrpc: '2.0', id, result }));
  }
}
