import { ok, type Result } from '@/lib/kernel/result';
import { allowedTargetIntent } from '../audit';
import { clocked, clockedAsync } from '../clocked';
import { type Denial, refuse } from '../denial';
import type { RequestFacts } from '../facts';
import { type GatewayPorts, LedgerUnavailable } from '../ports';
import type { GovernedTarget, NamedTarget } from '../target';
import { traceFacts } from '../trace';
import type { Message } from '../wire/json-rpc';
import { decideTarget } from './decide-target';
import type { Granted } from './grant';

declare const admitted: unique symbol;
/** A request that is no tool call, let through by the policy and in the record: like an admitted call, it can be forwarded. */
export type AdmittedTarget = Granted & {
  readonly message: Message & { readonly kind: 'request' };
  readonly target: GovernedTarget;
  readonly event: string;
  readonly [admitted]: true;
};

/** Decides the request, charges its limits and writes it down in one transaction, or refuses it. */
export async function admitTarget(call: Granted, target: NamedTarget, ports: GatewayPorts): Promise<Result<AdmittedTarget, Denial>> {
  const facts: RequestFacts = call;
  const admission = await decideAndAdmit(facts, target, target.name, ports);
  return admission.ok ? ok(Object.assign(call, { event: admission.value }) as unknown as AdmittedTarget) : admission;
}

/** The same for any facts; gives the id of the event. `shown` is what the record calls the target. */
export async function decideAndAdmit(
  facts: RequestFacts,
  target: NamedTarget,
  shown: string,
  ports: GatewayPorts,
): Promise<Result<string, Denial>> {
  const decision = clocked(facts, 'policyMs', ports, () => decideTarget(facts, target, ports.clock.nowMs()));
  const governed: GovernedTarget = { ...target, decision, shown };
  facts.target = governed;
  if (decision !== null && !decision.passes) return refuse(decision.reason, { message: decision.message, rule: decision.rule });
  try {
    const charges = target.charged ? (decision?.charges ?? []) : [];
    const request = { intent: allowedTargetIntent(facts, governed), charges };
    const admission = await clockedAsync(facts, 'admissionMs', ports, () => ports.ledger.admit(request));
    if (admission.admitted) return ok(admission.event);
    const { charge, resetsAtMs } = admission.exhausted;
    return refuse('limit.exhausted', {
      message: charge.onDeny,
      rule: charge.rule,
      retryAfterMs: Math.max(0, resetsAtMs - admission.at),
      event: admission.event,
    });
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) ports.log.error('admission failed', { error: String(error), ...traceFacts(facts) });
    return refuse('audit.unavailable');
  }
}
