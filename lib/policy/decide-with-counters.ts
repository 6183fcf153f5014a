import type { Charge, TraceStep } from '@/lib/domain/decision';
import { REASONS } from '@/lib/domain/reasons';
import type { AnyDecision } from './decide-request';

/**
 * A decision as it would be with these counters, for trying a call: nothing is charged. `used` gives what a counter
 * (by `Charge.key`) has used in its current window; undefined is 0. Precedence as in the language: what is denied or
 * hidden stays so, a used-up limit comes before a question to a person, and a limit that only observes never refuses.
 */
export function applyCounters<D extends AnyDecision>(decision: D, used: (key: string) => number | undefined): D {
  if (decision.charges.length === 0) return decision;
  const spent = new Map<string, number>();
  const exhausted: Charge[] = [];
  for (const charge of decision.charges) {
    const total = (spent.get(charge.key) ?? used(charge.key) ?? 0) + charge.amount;
    spent.set(charge.key, total);
    if (total > charge.max) exhausted.push(charge);
  }
  const enforced = exhausted.find((charge) => charge.enforced);
  if (enforced !== undefined) return limited(decision, enforced, false);
  const observed = exhausted[0];
  const milder = decision.outcome === 'allowed' || (decision.outcome === 'needs_approval' && decision.observed);
  return observed !== undefined && decision.passes && milder ? limited(decision, observed, true) : decision;
}

function limited<D extends AnyDecision>(decision: D, charge: Charge, observed: boolean): D {
  return {
    ...decision,
    outcome: 'limited',
    passes: observed,
    observed,
    reason: 'limit.exhausted',
    rule: charge.rule,
    message: charge.onDeny ?? REASONS['limit.exhausted'].words,
    approval: null,
    trace: decision.trace.map((step) => retold(step, charge)),
  };
}

function retold(step: TraceStep, charge: Charge): TraceStep {
  if (step.stage === 'limit' && step.rule === charge.rule) return { ...step, result: 'fail', decided: true };
  const { decided: _, ...rest } = step;
  return rest;
}
