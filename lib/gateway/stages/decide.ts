import { restrictionOf } from '@/lib/domain/anomaly/agent-restriction';
import type { CallFacts, CatalogueTool, Decision } from '@/lib/domain/decision';
import { killOf } from '@/lib/domain/kill-switch';
import type { Reason } from '@/lib/domain/reasons';
import type { JsonObject } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import { undeclaredArgument } from '@/lib/policy/declared-arguments';
import { clocked } from '../clocked';
import { type Denial, type Refused, refuse, refuseKilled } from '../denial';
import type { RequestFacts } from '../facts';
import { subjectOf } from '../live-calls';
import { checkMirroredParams } from '../mirrored-params';
import type { GatewayPorts } from '../ports';
import type { LivePolicy } from '../snapshot-port';
import type { Message } from '../wire/json-rpc';
import type { Granted } from './grant';

declare const decided: unique symbol;
/** A call that the policy lets go on, by permission or because the rule only observes; perhaps not without a person. */
export interface Decided extends Granted {
  readonly message: Message & { readonly kind: 'request' };
  readonly tool: CatalogueTool;
  readonly args: JsonObject;
  readonly policy: LivePolicy;
  readonly decision: Decision;
  readonly [decided]: true;
}

const NO_ARGUMENTS: JsonObject = Object.freeze({});

/** Asks the policy of this snapshot. No policy, no tool of that name, not an active tool: no. */
export function decide(call: Granted, ports: GatewayPorts): Result<Decided, Denial> {
  return clocked(call, 'policyMs', ports, () => decideNow(call, ports));
}

function decideNow(call: Granted, ports: GatewayPorts): Result<Decided, Denial> {
  const params = call.message.params as JsonObject;
  const name = params.name as string;
  const tool = call.server.catalogue.get(name);
  if (call.forbiddenKey !== null) return refuseForbiddenKey(tool);
  const absent = absence(tool);
  if (call.policy === null || tool === undefined) return refuse(absent ?? 'policy.none');
  const args = (params.arguments as JsonObject | undefined) ?? NO_ARGUMENTS;
  const decision = call.policy.compiled.decide(factsOf(call, name, args, ports.clock.nowMs()), call.server.catalogue);
  const facts: RequestFacts = call;
  facts.decision = decision;
  // An observing policy lets its own refusals pass, never a tool that nobody approved.
  if (absent !== null) return refuse(absent);
  const asked = askingOf(call, decision, ports.clock.nowMs());
  if (asked !== null) facts.decision = asked;
  const kill = decision.outcome === 'hidden' && !decision.passes ? null : killOf(call.snapshot.kills, subjectOf(call));
  if (kill !== null) return refuseKilled(kill);
  if (asked === null && !decision.passes && decision.outcome !== 'needs_approval')
    return refuse(decision.reason, { message: decision.message });
  const mismatch = checkMirroredParams(call);
  if (mismatch !== null) return mismatch;
  if (undeclaredArgument(args, tool.inputSchema) !== null) return refuse('argument.undeclared', { message: null });
  return ok(Object.assign(call, { tool, args }) as unknown as Decided);
}

/** How long a request waits that an anomaly asks for. */
const ASKED_FOR_MS = 10 * 60_000;

/** A call that passes, of an agent whose calls need a person for a while: the decision that asks for one. Otherwise null. */
function askingOf(call: Granted, decision: Decision, nowMs: number): Decision | null {
  const { restrictions } = call.snapshot;
  if (restrictions.length === 0 || !decision.passes) return null;
  const subject = { agentId: call.grant.agent.id, serverId: call.server.id, tools: decision.tools };
  const asking = restrictionOf(restrictions, 'approval', subject, nowMs);
  if (asking === null) return null;
  const rule = '(anomaly)';
  const note = `unusual calls of this agent: a person is asked until ${new Date(asking.untilMs).toISOString()} (${asking.id})`;
  const tool = decision.tools[decision.tools.length - 1] ?? '';
  return {
    ...decision,
    outcome: 'needs_approval',
    passes: false,
    observed: false,
    reason: 'approval.needed',
    rule,
    message: 'Calls of this agent were unusual, so a person has to approve them for a while.',
    approval: { rule, approvers: ['role:approver'], count: 1, expiresMs: ASKED_FOR_MS, reuse: 'once' },
    trace: [...decision.trace, { stage: 'approval', rule, tool, result: 'fail', decided: true, note }],
  };
}

function absence(tool: CatalogueTool | undefined): Reason | null {
  if (tool === undefined) return 'tool.unknown';
  if (tool.status === 'active') return null;
  return tool.status === 'pending' ? 'tool.pending' : 'tool.quarantined';
}

/** A key like `__proto__` is malformed JSON to us; a dispatcher reads what it runs from its arguments, so there it is a malformed dispatch. */
function refuseForbiddenKey(tool: CatalogueTool | undefined): Refused {
  const dispatches = tool?.dispatch != null;
  return dispatches ? refuse('dispatch.malformed') : refuse('request.malformed', { data: { problem: 'forbidden_key' } });
}

function factsOf(call: Granted, tool: string, args: JsonObject, at: number): CallFacts {
  const { agent, scopes, purpose, id } = call.grant;
  return {
    tool,
    args,
    at,
    server: call.server,
    agent,
    grant: { id, scopes, purpose },
    client: call.client,
    session: call.session?.id ?? null,
  };
}
