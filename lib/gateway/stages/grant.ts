import { restrictionOf } from '@/lib/domain/anomaly/agent-restriction';
import { killOf } from '@/lib/domain/kill-switch';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, type Refused, refuse, refuseKilled, refusePaused } from '../denial';
import type { RequestFacts } from '../facts';
import type { GatewayPorts } from '../ports';
import type { SessionStore } from '../sessions';
import type { GrantView, LivePolicy, ServerView } from '../snapshot-port';
import { checkGrant } from './check-grant';
import type { Decoded } from './decode';
import type { Identified } from './identify';
import { unknownServer } from './present-grant';

declare const granted: unique symbol;
interface GrantedFacts {
  readonly server: ServerView;
  readonly [granted]: true;
}
/** A message of an agent that may use this server now. */
export type Granted = Decoded & GrantedFacts;
/** The same for requests without a body (GET, DELETE). */
export type GrantedStream = Identified & GrantedFacts;

/**
 * May this agent use this server at all, now? Everything is asked again on every request: a session proves nothing.
 * The clock is the database's.
 */
export function grant<C extends Identified>(call: C, ports: GatewayPorts, sessions: SessionStore): Result<C & GrantedFacts, Denial> {
  const now = ports.clock.nowMs();
  const refused =
    checkGrant(call.grant, now) ?? findServer(call, now) ?? checkKill(call) ?? checkPause(call, now) ?? findSession(call, sessions, now);
  return refused ?? ok(call as C & GrantedFacts);
}

function findServer(call: Identified, nowMs: number): Refused | null {
  const server = call.slug === '' ? undefined : call.snapshot.serverBySlug(call.slug);
  if (server === undefined) return unknownServer(call.slug);
  if (server.id !== call.grant.serverId) return refuse('grant.other_server');
  if (server.status !== 'active') return refuse('server.disabled');
  const facts: RequestFacts = call;
  // The credential follows from the grant alone; nothing that a caller sends can choose another.
  const own = server.agentTargets?.get(call.grant.agent.id);
  facts.server = own === undefined ? server : { ...server, target: own };
  facts.policy = policyOf(call.grant, server, nowMs);
  return null;
}

/** A kill switch on tools is the decision's to see, which knows what would run. Lists are answered: with nothing. */
function checkKill(call: Identified): Refused | null {
  if (call.message?.method === 'tools/list') return null;
  const kill = killOf(call.snapshot.kills, { agentId: call.grant.agent.id, serverId: call.grant.serverId, tools: [] });
  return kill === null ? null : refuseKilled(kill);
}

/** What has an effect or gives something away. */
const ACTS: ReadonlySet<string> = new Set(['tools/call', 'resources/read', 'prompts/get', 'completion/complete']);

/** A paused agent may go on listing, and may end what it began; it calls and reads nothing. */
function checkPause(call: Identified, nowMs: number): Refused | null {
  const { restrictions } = call.snapshot;
  if (restrictions.length === 0 || !ACTS.has(call.message?.method ?? '')) return null;
  const pause = restrictionOf(restrictions, 'pause', { agentId: call.grant.agent.id, serverId: call.grant.serverId, tools: [] }, nowMs);
  return pause === null ? null : refusePaused(pause, nowMs);
}

/** The policy of an elevation while it lasts, else the grant's own. One that is not published denies everything, elevated or not. */
export function policyOf({ elevation, policyId }: GrantView, server: ServerView, nowMs: number): LivePolicy | null {
  const id = elevation !== null && nowMs < elevation.untilMs ? elevation.policyId : policyId;
  return id === null ? null : (server.policies.get(id) ?? null);
}

/** A session is bound to its grant and server; another's is as unknown as one that never was. Modern requests have none. */
function findSession(call: Identified, sessions: SessionStore, nowMs: number): Refused | null {
  const id = call.headers.sessionId;
  if (id === null || call.era === 'modern' || call.message?.method === 'initialize') return null;
  const session = sessions.find(id, call.grant.id, call.server?.id ?? '', nowMs);
  if (session === null) return refuse('request.unknown_session');
  const facts: RequestFacts = call;
  facts.session = session;
  facts.client = session.client;
  return null;
}
