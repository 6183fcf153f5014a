import { type AuditIntent, type EventDecision, PASSED_DECISIONS } from '@/lib/domain/audit-event';
import type { Charge, TargetDecision, TraceStep } from '@/lib/domain/decision';
import { REASONS, type Reason } from '@/lib/domain/reasons';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { type Denial, wordsOf } from './denial';
import { type RequestFacts, rpcIdOf, toolOf } from './facts';
import type { ApprovalPass, KeptAnswer } from './ports';
import type { Decided } from './stages/decide';
import type { GovernedTarget } from './target';

/** A call that may go on, by itself or because a person let it. */
type LetThrough = Decided & { readonly pass: { readonly found: ApprovalPass } | null };

/** The intent of a call about to be forwarded. With a pass the record says which, given by whom, for which digest. */
export function allowedIntent(call: LetThrough): AuditIntent {
  const { decision, pass } = call;
  if (pass !== null) {
    const { kind, id, approval, by, digest, scoped } = pass.found;
    const standing = kind === 'exception' ? `exception ${id} of ${approval}` : approval;
    const what = scoped ? `within its scope, for the digest ${digest} without arguments` : `for the digest ${digest}`;
    const step: TraceStep = {
      stage: 'approval',
      rule: decision.rule,
      tool: decision.tools[decision.tools.length - 1] ?? call.tool.name,
      result: 'pass',
      note: `${standing}, approved by ${by} ${what}`,
    };
    const intent = intentOf(call, 'allowed', 'approval.granted', decision.rule, `Approved by ${by} (${standing}).`);
    return { ...intent, trace: [...intent.trace, step] };
  }
  return intentOf(call, passedDecision(call), decision.reason, decision.rule, decision.message);
}

/** What a call that goes on is called in the trail. */
export function passedDecision({ decision, pass }: LetThrough): EventDecision {
  return pass === null && decision.observed ? (`observed_${decision.outcome}` as EventDecision) : 'allowed';
}

/** The intent of another request that goes on. */
export function allowedTargetIntent(facts: RequestFacts, target: GovernedTarget): AuditIntent {
  const { decision } = target;
  const passed = decision === null ? SILENT : passedDecisionOf(decision);
  return intentOf(facts, passed.decision, passed.reason, decision?.rule ?? '(not governed)', decision?.message ?? null);
}

/** What another request that goes on is called in the trail, and what it was charged. */
export function passedTarget({ target }: { readonly target: GovernedTarget }): {
  decision: EventDecision;
  reason: Reason;
  charges: readonly Charge[];
} {
  const { decision, charged } = target;
  if (decision === null) return SILENT;
  return { ...passedDecisionOf(decision), charges: charged ? decision.charges : [] };
}

const SILENT = { decision: 'allowed', reason: 'request.ungoverned', charges: [] as readonly Charge[] } as const;

function passedDecisionOf({ observed, outcome, reason }: TargetDecision): { decision: EventDecision; reason: Reason } {
  return { decision: observed ? (`observed_${outcome}` as EventDecision) : 'allowed', reason };
}

/** A retry that is given the answer of a call that ran before: which one, and for which approval. */
export function replayedIntent(call: Decided, { event, approval }: KeptAnswer): AuditIntent {
  const { rule } = call.decision;
  const message = `The answer of ${event} (${approval}) was delivered; nothing was executed.`;
  const tool = call.decision.tools[call.decision.tools.length - 1] ?? call.tool.name;
  const step: TraceStep = {
    stage: 'approval',
    rule,
    tool,
    result: 'pass',
    note: `the answer of ${event}, which used ${approval}, once more`,
  };
  const intent = intentOf(call, 'allowed', 'approval.replayed', rule, message);
  return { ...intent, charges: [], trace: [...intent.trace, step] };
}

/** What a call that needs a person would be recorded as, for the request that people see. */
export function askedIntent(call: Decided): AuditIntent {
  const { decision } = call;
  return intentOf(call, 'needs_approval', decision.reason, decision.rule, decision.message);
}

/** The record of a refusal, from whatever was known when it was made. */
export function refusedIntent(facts: RequestFacts, denial: Denial): AuditIntent {
  const rule = denial.rule ?? ruleOf(facts, denial);
  return intentOf(facts, refusedDecision(facts, denial), denial.reason, rule, wordsOf(denial));
}

/** Where the refusal comes from when no rule of a policy made it: `(no policy)`, `(quarantined)`, `(gateway)`. */
export function ruleOf(facts: RequestFacts, denial: Denial): string {
  if (facts.decision !== null && facts.decision.reason === denial.reason) return facts.decision.rule;
  if (denial.reason === 'policy.none') return '(no policy)';
  if (denial.reason.startsWith('approval.') && facts.decision !== null) return facts.decision.rule;
  if (denial.reason === 'tool.quarantined' || denial.reason === 'tool.pending') return '(quarantined)';
  return '(gateway)';
}

/** What a refusal is called in the trail. */
export function refusedDecision(facts: RequestFacts, denial: Denial): EventDecision {
  const decision = facts.target?.decision ?? facts.decision;
  if (denial.reason === 'limit.exhausted' || denial.reason.startsWith('anomaly.')) return 'limited';
  if (denial.reason === 'approval.needed') return 'needs_approval';
  if (denial.reason.startsWith('approval.') || denial.reason.startsWith('kill.')) return 'denied';
  if (decision !== null && decision.reason === denial.reason && decision.outcome !== 'allowed') return decision.outcome;
  if (REASONS[denial.reason].owner === 'upstream') return 'unavailable';
  if (denial.reason === 'policy.none') return 'denied';
  if (denial.reason === 'tool.pending' || denial.reason === 'tool.quarantined') return 'denied';
  return REASONS[denial.reason].wire === 'unknown_tool' ? 'hidden' : 'refused';
}

function intentOf(facts: RequestFacts, decision: EventDecision, reason: Reason, rule: string, message: string | null): AuditIntent {
  const { server, grant, policy, session } = facts;
  const name = toolOf(facts);
  const tool = name === null ? undefined : server?.catalogue.get(name);
  const said = facts.decision;
  const about = facts.target;
  const chain = said?.tools;
  return {
    method: facts.message?.method || facts.request.method,
    decision,
    reason,
    rule,
    message,
    server: server === null ? null : { id: server.id, slug: server.slug },
    agent: grant === null ? null : { id: grant.agent.id, slug: grant.agent.slug },
    grant: grant?.id ?? null,
    policy: policy === null ? null : { id: policy.id, slug: policy.slug, version: policy.version },
    tool: name,
    ...(about === null ? null : { target: about.shown }),
    innerTool: chain !== undefined && chain.length > 1 ? (chain[chain.length - 1] as string) : null,
    category: said?.category ?? tool?.category ?? null,
    risk: said?.risk ?? tool?.risk ?? null,
    definitionDigest: tool?.digest ?? null,
    args: argsOf(facts),
    ...(about === null && PASSED_DECISIONS.includes(decision) ? { declaredArguments: declaredBy(tool?.inputSchema) } : null),
    redact: said?.redact ?? about?.decision?.redact ?? [],
    keepArguments: server?.keepArguments ?? false,
    session: session?.id ?? null,
    client: facts.client,
    sourceIp: facts.request.sourceIp,
    rpcId: rpcIdOf(facts),
    trace: [...identityStep(facts), ...(said?.trace ?? about?.decision?.trace ?? [])],
    charges: said?.charges ?? about?.decision?.charges ?? [],
  };
}

/** The names of arguments that a schema declares at its top. */
function declaredBy(schema: JsonObject | null | undefined): readonly string[] {
  return isJsonObject(schema?.properties) ? Object.keys(schema.properties) : [];
}

/** Whose token it was; a grant token is its grant, which the event names anyway. */
function identityStep(facts: RequestFacts): TraceStep[] {
  const { jwt } = facts;
  if (jwt === null) return [];
  const subject = jwt.subject === null ? 'without a subject' : `subject ${jwt.subject}`;
  return [
    { stage: 'identity', rule: '(token issuer)', tool: toolOf(facts) ?? '', result: 'pass', note: `JWT of ${jwt.issuer}, ${subject}` },
  ];
}

/** Arguments are kept only once the policy looked at them: before, nobody said what in them has to be redacted. */
function argsOf(facts: RequestFacts): JsonObject | null {
  // The address of a resource is its target already.
  if (facts.target !== null) return facts.target.kind === 'resources' ? null : facts.target.args;
  if (facts.decision === null || facts.forbiddenKey !== null) return null;
  const args = facts.message?.params?.arguments;
  return isJsonObject(args) ? args : {};
}
