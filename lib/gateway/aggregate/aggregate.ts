import { killOf } from '@/lib/domain/kill-switch';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, type Refused, refuse, refuseKilled } from '../denial';
import { JSON_HEADERS } from '../exchange';
import type { RequestFacts } from '../facts';
import type { GatewayResponse } from '../request';
import type { SessionStore } from '../sessions';
import { checkGrant } from '../stages/check-grant';
import { type Decoded, decode } from '../stages/decode';
import type { Identified } from '../stages/identify';
import type { AggregateCall, AggregateContext, AggregateStream, Asked } from './aggregate-call';
import { AggregateSessions } from './aggregate-sessions';
import { discover, initialize } from './introduce';
import { Legs } from './legs';
import { isList, list } from './lists';
import { createOpenLeg, tell } from './open-leg';
import { pass } from './pass';
import { reachOf } from './reach';
import { listen } from './session-stream';
import { subscribe } from './subscription-stream';
import { notify, openLegs, respond } from './told';
import { answerText } from './unavailable';

/**
 * `/mcp`: every server that the grants of an agent reach behind one address. It decides nothing: what is for one server goes the
 * whole walk of that server's own endpoint, under the name that it has there, and lists are put together of such walks.
 */
export class Aggregate {
  private readonly context: AggregateContext;

  /** `inner` are the sessions with the servers. */
  constructor({ inner, ...parts }: Omit<AggregateContext, 'legs' | 'sessions'> & { readonly inner: SessionStore }) {
    const { ports, handle, waitMs } = parts;
    this.context = {
      ...parts,
      legs: new Legs(createOpenLeg(handle, inner), () => ports.clock.monotonicMs(), waitMs),
      sessions: new AggregateSessions(ports, inner),
    };
  }

  async answer(call: Identified): Promise<Result<GatewayResponse, Denial>> {
    const refused = checkGrant(call.grant, this.context.ports.clock.nowMs());
    if (refused !== null) return refused;
    if (call.request.method === 'POST') {
      const decoded = decode(call);
      if (!decoded.ok) return decoded;
      const found = this.found(decoded.value);
      return found.ok ? this.dispatch(found.value) : found;
    }
    const found = this.found(call);
    if (!found.ok) return found;
    return call.request.method === 'GET' ? listen(found.value, this.context) : this.end(found.value);
  }

  private found<F extends Identified>(facts: F): Result<AggregateStream & { readonly facts: F }, Denial> {
    const kill = killOf(facts.snapshot.kills, { agentId: facts.grant.agent.id, serverId: '', tools: [] });
    // The walk to the server knows better what a call would run, and answers lists with nothing.
    const { method = '' } = facts.message ?? {};
    if (kill !== null && method !== 'tools/list' && method !== 'tools/call') return refuseKilled(kill);
    const unknown = this.findSession(facts);
    if (!unknown.ok) return unknown;
    const reached = reachOf(facts.grant, facts.snapshot, this.context.ports.clock.nowMs());
    if (unknown.value !== null) this.context.sessions.prune(unknown.value, reached);
    return ok({ facts, session: unknown.value, reached });
  }

  private findSession(call: Identified): { readonly ok: true; readonly value: AggregateStream['session'] } | Refused {
    const id = call.headers.sessionId;
    if (id === null || call.era === 'modern' || call.message?.method === 'initialize') return ok(null);
    const session = this.context.sessions.find(id, call.grant.agent.id);
    if (session === null) return refuse('request.unknown_session');
    (call as RequestFacts).client = session.client;
    return ok(session);
  }

  private async dispatch(call: AggregateStream & { readonly facts: Decoded }): Promise<Result<GatewayResponse, Denial>> {
    const { context } = this;
    const { message } = call.facts;
    if (message.kind === 'response') return respond(call, context);
    if (message.kind === 'notification') return notify(call, context);
    const asked: Asked = { ...call, message, params: message.params ?? {} };
    if (isList(message.method)) return list(asked, context);
    switch (message.method) {
      case 'initialize':
        return initialize(asked, context);
      case 'server/discover':
        return discover(asked, context);
      case 'subscriptions/listen':
        return subscribe(asked, context);
      case 'logging/setLevel':
        return this.setLevel(asked, call);
      case 'ping':
        return nothing(asked);
      default:
        return pass(asked, context);
    }
  }

  /** To all servers that log; those that are opened later are told then. */
  private async setLevel(asked: Asked, call: AggregateCall): Promise<Result<GatewayResponse, Denial>> {
    const { level } = asked.params;
    if (typeof level !== 'string') return refuse('request.invalid_params', { http: 200, message: 'Name the level in params.level.' });
    const { session, facts } = call;
    if (session === null) return nothing(asked);
    session.level = level;
    const logging = new Set(
      call.reached.flatMap(({ server }) => ('logging' in (session.legs.get(server.id)?.opened?.capabilities ?? {}) ? [server.slug] : [])),
    );
    const legs = openLegs(call).filter(({ slug }) => logging.has(slug));
    const message = { id: 'callgate-level', method: 'logging/setLevel', params: { level } };
    await Promise.all(legs.map((leg) => tell(facts, leg, message, this.context.handle)));
    return nothing(asked);
  }

  private end({ session }: AggregateStream): Result<GatewayResponse, Denial> {
    if (session === null) return refuse('request.invalid', { message: 'Name the session to end: send Mcp-Session-Id.' });
    this.context.sessions.end(session);
    return ok({ status: 200, headers: {}, body: null });
  }
}

const nothing = (asked: Asked): Result<GatewayResponse, Denial> =>
  ok({ status: 200, headers: JSON_HEADERS, body: answerText(asked.message.id, {}) });
