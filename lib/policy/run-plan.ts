import { type Charge, OUTCOMES } from '@/lib/domain/decision';
import { REASONS } from '@/lib/domain/reasons';
import type { Plan } from './plan';
import { type Level, type Refusal, writeStep } from './walk';

/** Looks at everything a plan says, in its order, and writes it down. Gives the charges of a level that does not deny. */
export function runPlan(plan: Plan, level: Level, inner: boolean): readonly Charge[] {
  const { denial } = plan;
  const stage = plan.origin === 'default' ? 'default' : 'action';
  const step = writeStep(
    level,
    level.facts.toolName,
    { stage, rule: denial?.rule ?? plan.pointer },
    denial === null ? 'pass' : 'fail',
    plan.note,
  );
  let denied: 'no' | 'in observation' | 'yes' = 'no';
  if (denial !== null) {
    const reason = inner && plan.origin === 'default' ? 'dispatch.unknown_tool' : denial.reason;
    const message = reason === denial.reason ? denial.message : REASONS[reason].words;
    level.refusals.push({ outcome: 'denied', reason, rule: denial.rule, message, enforced: level.enforced, step, approval: null });
    denied = level.enforced ? 'yes' : 'in observation';
  }
  // A refusal that only observes does not end the looking for rules that enforce: the call goes on, so they still bind it.
  for (const check of plan.checks) {
    if (denied === 'yes' || (denied === 'in observation' && check.mode === null)) check.skip(level);
    else if (check.run(level) && check.mode !== 'observe') denied = level.enforced || check.mode === 'enforce' ? 'yes' : 'in observation';
  }
  if (denied === 'no') return level.charges;
  return denied === 'in observation' ? level.charges.filter((charge) => charge.enforced) : [];
}

/** What is enforced goes before what only observes; then the strictest outcome, the most approvers, the outermost tool. */
export function strictest(refusals: readonly Refusal[]): Refusal | null {
  let best: Refusal | null = null;
  for (const refusal of refusals) if (best === null || stricter(refusal, best)) best = refusal;
  return best;
}

function stricter(a: Refusal, b: Refusal): boolean {
  if (a.enforced !== b.enforced) return a.enforced;
  const order = OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome);
  return order === 0 ? (a.approval?.count ?? 0) > (b.approval?.count ?? 0) : order < 0;
}
