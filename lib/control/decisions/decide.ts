import type { CallFacts, Catalogue, Decision } from '@/lib/domain/decision';
import type { JsonObject } from '@/lib/kernel/json';
import { type AnyDecision, decideRequest, targetFacts } from '@/lib/policy/decide-request';
import { applyCounters } from '@/lib/policy/decide-with-counters';
import { withDeclaredArguments } from '@/lib/policy/declared-arguments';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf, BodyOf } from '../define-contract';
import { policyInForce } from '../elevations/current-elevation';
import { locateAgent, locatePolicy, locateServer } from '../locate';
import { type CompiledText, compileText } from '../policies/compile-text';
import { catalogueOf } from '../tools/catalogue';
import type { decide as contract } from './contract';
import { raised, usedOf } from './counters-used';
import { requestOf } from './request-of';

type Classes = Pick<Decision, 'category' | 'risk'>;

interface ChosenPolicy {
  readonly compiled: NonNullable<CompiledText['compiled']>['policy'] | null;
  readonly reference: { readonly id: string; readonly slug: string; readonly version: number } | null;
  readonly policyId: string | null;
}

/** What would be decided, by the gateway's own engine. Reads everything, charges and sends nothing. */
export async function decide(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  if (body.policy !== undefined && body.text !== undefined)
    throw new ControlError(400, 'decision.two_policies', 'Give either `policy` or `text`, not both.', [
      { path: '/text', message: 'given together with policy' },
    ]);
  const { method, name } = requestOf(body);
  const server = await locateServer(ctx.prisma, body.server);
  const { facts, policyId } = await whoCalls(ctx, server, body);
  const catalogue = await catalogueOf(ctx.prisma, server.id);
  const chosen = await choosePolicy(ctx, server.id, catalogue, body, policyId);
  const described: CallFacts = {
    ...facts,
    tool: name,
    args: body.arguments as JsonObject,
    at: body.at ? Date.parse(body.at) : ctx.now.getTime(),
    server: { id: server.id, slug: server.slug },
    client: null,
    session: null,
  };
  const call = method === 'tools/call' ? described : targetFacts(method, described);
  const decided: AnyDecision & Partial<Classes> = !chosen.compiled
    ? withoutPolicy(call)
    : method === 'tools/call'
      ? chosen.compiled.decide(call, catalogue)
      : decideRequest(chosen.compiled, method, call);
  const decision = method === 'tools/call' ? withDeclaredArguments(decided, call.args, catalogue.get(name)) : decided;
  const { used, raises } = await usedOf(ctx.prisma, chosen.policyId, decision.charges, call.at, body.counters, body.grant !== undefined);
  return answer(
    applyCounters(raised(decision, raises), (key) => used.get(key)),
    method === 'tools/call' ? decision : null,
    used,
    chosen.reference,
  );
}

async function whoCalls(
  ctx: ControlContext,
  server: { id: string; slug: string },
  body: BodyOf<typeof contract>,
): Promise<{ facts: Pick<CallFacts, 'agent' | 'grant'>; policyId: string | null }> {
  const grant =
    body.grant === undefined ? null : await ctx.prisma.grant.findUnique({ where: { id: body.grant }, include: { agent: true } });
  if (body.grant !== undefined && !grant)
    throw new ControlError(404, 'grant.not_found', `There is no grant \`${body.grant}\`. Check the id.`);
  if (grant && grant.serverId !== server.id)
    throw new ControlError(422, 'decision.other_server', `The grant \`${grant.id}\` is for another server than \`${server.slug}\`.`, [
      { path: '/grant', message: 'of another server' },
    ]);
  const agent = grant?.agent ?? (body.agent === undefined ? null : await locateAgent(ctx.prisma, body.agent));
  return {
    policyId: grant === null ? null : await policyInForce(ctx.prisma, grant, body.at ? new Date(body.at) : ctx.now),
    facts: {
      agent: agent
        ? {
            id: agent.id,
            slug: agent.slug,
            name: agent.name,
            owner: agent.owner,
            environment: agent.environment,
            labels: agent.labels as JsonObject,
          }
        : { id: '(none)', slug: '(none)', name: '(none)', owner: '(none)', environment: null, labels: {} },
      grant: { id: grant?.id ?? '(none)', scopes: (grant?.scopes as string[] | undefined) ?? [], purpose: grant?.purpose ?? null },
    },
  };
}

async function choosePolicy(
  ctx: ControlContext,
  serverId: string,
  catalogue: Catalogue,
  body: BodyOf<typeof contract>,
  grantPolicyId: string | null,
): Promise<ChosenPolicy> {
  if (body.text !== undefined) {
    const { compiled, problems } = compileText(body.text, catalogue);
    if (!compiled) throw new ControlError(422, 'policy.invalid', 'The text does not compile, so it decides nothing.', problems);
    return { compiled: compiled.policy, reference: null, policyId: grantPolicyId };
  }
  const row =
    body.policy !== undefined
      ? await locatePolicy(ctx.prisma, serverId, body.policy)
      : grantPolicyId === null
        ? null
        : await ctx.prisma.policy.findUnique({ where: { id: grantPolicyId } });
  if (!row || row.liveVersion === null) return { compiled: null, reference: null, policyId: null };
  const live = await ctx.prisma.policyVersion.findUniqueOrThrow({
    where: { policyId_version: { policyId: row.id, version: row.liveVersion } },
  });
  // A version that no longer compiles decides nothing at the gateway either.
  return {
    compiled: compileText(live.text, catalogue).compiled?.policy ?? null,
    reference: { id: row.id, slug: row.slug, version: row.liveVersion },
    policyId: row.id,
  };
}

function withoutPolicy(call: CallFacts): Decision {
  const message = 'This grant has no published policy, and without a policy everything is denied.';
  return {
    outcome: 'denied',
    passes: false,
    observed: false,
    reason: 'policy.none',
    rule: '(no policy)',
    message,
    tools: [call.tool],
    charges: [],
    approval: null,
    redact: [],
    category: 'execute',
    risk: 'high',
    trace: [{ stage: 'default', rule: '(no policy)', tool: call.tool, result: 'fail', decided: true, note: message }],
  };
}

function answer(
  decision: AnyDecision,
  classes: Partial<Classes> | null,
  used: ReadonlyMap<string, number>,
  policy: ChosenPolicy['reference'],
): AnswerOf<typeof contract> {
  const { outcome, passes, observed, reason, rule, message } = decision;
  return {
    outcome,
    passes,
    observed,
    reason,
    rule,
    message,
    category: classes?.category ?? null,
    risk: classes?.risk ?? null,
    policy,
    tools: [...decision.tools],
    charges: decision.charges.map((charge) => ({
      rule: charge.rule,
      counter: charge.counter,
      scope: charge.scope,
      scopeKey: charge.scopeKey,
      amount: charge.amount,
      used: used.get(charge.key) ?? 0,
      max: charge.max,
      enforced: charge.enforced,
    })),
    approval: decision.approval === null ? null : { ...decision.approval, approvers: [...decision.approval.approvers] },
    redact: [...decision.redact],
    trace: JSON.parse(JSON.stringify(decision.trace)) as AnswerOf<typeof contract>['trace'],
  };
}
