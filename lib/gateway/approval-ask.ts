import { type ApprovalBinding, bindingText, scopeText, subjectText } from '@/lib/domain/approval/approval-binding';
import type { ApprovalDemand } from '@/lib/domain/decision';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { JsonObject } from '@/lib/kernel/json';
import { askedIntent } from './audit';
import { undeclaredParams } from './mirrored-params';
import type { ApprovalAsk, GatewayPorts } from './ports';
import type { Decided } from './stages/decide';

/** What a person is asked about: the call as it was decided on, and the digest that everything afterwards is compared with. */
export function askOf(call: Decided, demand: ApprovalDemand, ports: GatewayPorts): ApprovalAsk {
  const inputs = inputsOf(call);
  const binding = bindingOf(call, demand, inputs, ports);
  return {
    digest: ports.tokens.hash(bindingText(binding)),
    subject: ports.tokens.hash(subjectText(binding)),
    scopeDigest: ports.tokens.hash(scopeText(binding)),
    binding,
    demand,
    intent: askedIntent(call),
    inputs,
    owner: call.grant.agent.owner,
  };
}

/**
 * What the server would get beside name, arguments and `_meta`: other members of the params, and headers that the tool does not
 * declare as repeating an argument. null without any.
 */
function inputsOf(call: Decided): JsonObject | null {
  const { name: _name, arguments: _arguments, _meta, ...params } = call.message.params ?? {};
  const headers = undeclaredParams(call);
  const inputs: JsonObject = headers === null ? params : { ...params, 'Mcp-Param headers': headers };
  return Object.keys(inputs).length === 0 ? null : inputs;
}

function bindingOf(
  call: Decided,
  { rule, approvers, count }: ApprovalDemand,
  inputs: JsonObject | null,
  { approvals }: GatewayPorts,
): ApprovalBinding {
  const { grant, server, policy, decision, args } = call;
  return {
    agent: grant.agent.id,
    server: server.id,
    tools: decision.tools,
    arguments: approvals.argumentsDigest(canonicalJson(args)),
    inputs: inputs === null ? null : approvals.argumentsDigest(canonicalJson(inputs)),
    definitions: decision.tools.map((name) => server.catalogue.get(name)?.digest ?? null),
    policy: { id: policy.id, version: policy.version },
    grant: { id: grant.id, scopes: grant.scopes, purpose: grant.purpose },
    demand: { rule, approvers, count },
    risk: { category: decision.category, level: decision.risk },
  };
}
