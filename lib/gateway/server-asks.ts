import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import type { ServerAsk } from '@/lib/policy/document';
import { refusedIntent } from './audit';
import { type Denial, type RpcId, refuse, wordsOf } from './denial';
import type { RequestFacts } from './facts';
import type { ForwardContext } from './forward-context';
import { discard } from './relayed-body';
import type { Screened } from './results/message-screen';
import { decideAndAdmit } from './stages/admit-target';
import type { Granted, GrantedStream } from './stages/grant';
import { policyOf } from './stages/grant';
import type { NamedTarget } from './target';
import { upstreamHeaders } from './upstream-headers';

const ASKS: ReadonlyMap<string, ServerAsk> = new Map([
  ['sampling/createMessage', 'sampling'],
  ['elicitation/create', 'elicitation'],
  ['roots/list', 'roots'],
]);
/** What a client says that turns such a request down: of roots that it has none, of the others that the person said no. */
const CODES: Readonly<Record<ServerAsk, number>> = { sampling: -1, elicitation: -1, roots: -32601 };
/** The server gets this long to take a refusal; nobody waits for it. */
const TOLD_MS_MAX = 5_000;
const NOTHING: JsonObject = Object.freeze({});

/** What servers ask of a client: decided, written down, and passed on or answered in the client's place. */
export class ServerAsks {
  constructor(
    private readonly call: Granted | GrantedStream,
    private readonly context: ForwardContext,
    /** The text in place of a result that asks for nothing but what is denied; null where there is no call to answer. */
    private readonly insteadOf: (denial: Denial) => string | null,
  ) {}

  readonly screen = async (message: JsonObject): Promise<Screened> => {
    const { id, method, result } = message;
    if (typeof method === 'string') {
      const ask = ASKS.get(method);
      if (ask === undefined || (typeof id !== 'string' && typeof id !== 'number')) return null;
      const denial = await this.denialOf(ask, method, message.params, id);
      if (denial === null) return null;
      this.answer(id, CODES[ask], wordsOf(denial));
      return 'drop';
    }
    return isJsonObject(result) && isJsonObject(result.inputRequests) ? this.screenInputs(message, result, result.inputRequests) : null;
  };

  /** A result that asks: what is denied is taken out, and without anything left the call ends here. */
  private async screenInputs(message: JsonObject, result: JsonObject, inputs: JsonObject): Promise<Screened> {
    const kept: Record<string, Json> = {};
    let last: Denial | null = null;
    for (const [key, input] of Object.entries(inputs)) {
      const method = isJsonObject(input) && typeof input.method === 'string' ? input.method : '';
      const ask = ASKS.get(method);
      const denial = ask === undefined ? null : await this.denialOf(ask, method, (input as JsonObject).params, key);
      if (denial === null) kept[key] = input as Json;
      else last = denial;
    }
    if (last === null) return null;
    const instead = Object.keys(kept).length === 0 ? this.insteadOf(last) : null;
    return { text: instead ?? JSON.stringify({ ...message, result: { ...result, inputRequests: kept } }) };
  }

  /** null: it may ask, and the record says so. */
  private async denialOf(ask: ServerAsk, method: string, params: Json | undefined, id: RpcId): Promise<Denial | null> {
    const { ports } = this.context;
    const args = isJsonObject(params) ? params : NOTHING;
    const facts: RequestFacts = {
      ...this.call,
      message: { kind: 'request', id, method, params: args },
      decision: null,
      target: null,
      policyMs: null,
      admissionMs: null,
      hop: null,
      span: null,
    };
    if (!this.renew(facts)) return refuse('policy.stale').error;
    const target: NamedTarget = { kind: 'server', name: ask, args, charged: true };
    const shown = ask === 'elicitation' && typeof args.url === 'string' ? args.url : ask;
    const begunMs = ports.clock.monotonicMs();
    const admission = await decideAndAdmit(facts, target, shown, ports);
    if (admission.ok) {
      const gatewayMs = ports.clock.monotonicMs() - begunMs;
      const note = 'The request was given to the client.';
      const { policyMs, admissionMs } = facts;
      const times = { upstreamMs: null, gatewayMs, policyMs, admissionMs };
      const settlement = { outcome: 'ok' as const, httpStatus: null, ...times, resultBytes: null, note };
      ports.ledger.settle({ event: admission.value, ...settlement }, [], facts.policy?.id ?? null);
      return null;
    }
    const { error } = admission;
    if (error.event === null && error.reason !== 'audit.unavailable')
      await ports.ledger.record(refusedIntent(facts, error)).catch((cause: unknown) => {
        ports.log.warn('refusals were not recorded', { count: 1, error: String(cause) });
      });
    return error;
  }

  /** A stream may be open for days: what counts is the policy now. */
  private renew(facts: RequestFacts): boolean {
    const { snapshots, clock } = this.context.ports;
    const snapshot = snapshots.current();
    const server = snapshot?.serverById(this.call.server.id);
    if (snapshot == null || server === undefined) return false;
    const grants = snapshot.grantsFor(this.call.grant.agent.id, server.id);
    facts.policy = policyOf(grants.find((grant) => grant.id === this.call.grant.id) ?? this.call.grant, server, clock.nowMs());
    return true;
  }

  private answer(id: RpcId, code: number, message: string): void {
    const { call } = this;
    const { ports } = this.context;
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), TOLD_MS_MAX);
    (timer as { unref?: () => void }).unref?.();
    const request = {
      body: JSON.stringify({ jsonrpc: '2.0', id, error: { code, message: `Denied by policy: ${message}` } }),
      method: '',
      rpcId: null,
      headers: upstreamHeaders(call),
      session: call.session?.upstream ?? null,
      signal: controller.signal,
    };
    ports.upstreams
      .post(call.server.target, request)
      .then((reply) => discard(reply.body))
      .catch((error: unknown) => ports.log.warn('a server could not be told that its request is denied', { error: String(error) }))
      .finally(() => clearTimeout(timer));
  }
}
