import type { PassProblem } from '@/lib/domain/approval/approval-pass';
import { ok, type Result } from '@/lib/kernel/result';
import { allowedIntent } from '../audit';
import { clockedAsync } from '../clocked';
import { type Denial, refuse } from '../denial';
import type { ForwardContext } from '../forward-context';
import { type Admission, LedgerUnavailable, type PassRefused } from '../ports';
import { repeatsOf } from '../repeats';
import { traceFacts } from '../trace';
import { type Approved, reaffirm } from './approve';

declare const admitted: unique symbol;
/** A call whose intent is durable and whose counters are charged: the only thing that can be forwarded. */
export interface Admitted extends Approved {
  readonly event: string;
  readonly [admitted]: true;
}

/** A configuration that changes under the hands of an approved call so often is not one to act under. */
const RECONSIDERED_MAX = 5;

/**
 * One durable transaction charges every counter, uses the approval and writes the intent, or the call is not made. An
 * approval is only used under the configuration that the call was decided under last: when another one is in force by
 * then, the call is decided anew.
 */
export async function admit(call: Approved, context: ForwardContext): Promise<Result<Admitted, Denial>> {
  try {
    let current = call;
    for (let round = 0; round <= RECONSIDERED_MAX; round++) {
      const admission = await clockedAsync(current, 'admissionMs', context.ports, () => request(current, context));
      if (admission.admitted) return ok(Object.assign(current, { event: admission.event }) as unknown as Admitted);
      if (!('pass' in admission)) return limited(admission);
      const next = await withoutPass(current, admission.pass, context);
      if (!next.ok) return next;
      current = next.value;
    }
    return refuse('policy.stale');
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) context.ports.log.error('admission failed', { error: String(error), ...traceFacts(call) });
    return refuse('audit.unavailable');
  }
}

function request(call: Approved, { ports }: ForwardContext): Promise<Admission | PassRefused> {
  const { pass, decision, snapshot } = call;
  const admission = { intent: allowedIntent(call), charges: decision.charges };
  if (pass === null) return ports.ledger.admit({ ...admission, ...repeatsOf(call) });
  const { kind, id, digest } = pass.found;
  return ports.ledger.admitWithPass(admission, { kind, id, digest, configVersion: snapshot.version });
}

function limited(admission: Extract<Admission, { exhausted: unknown }>): Result<never, Denial> {
  const { charge, resetsAtMs } = admission.exhausted;
  return refuse(charge.refuses ?? 'limit.exhausted', {
    message: charge.onDeny,
    rule: charge.rule,
    retryAfterMs: Math.max(0, resetsAtMs - admission.at),
    event: admission.event,
  });
}

/** What follows when the pass did not hold: another try under the newest configuration, another pass, or a refusal. */
async function withoutPass(call: Approved, problem: PassProblem, context: ForwardContext): Promise<Result<Approved, Denial>> {
  if (call.pass === null) throw new Error('the ledger refused a pass that nobody showed');
  const { ask, found } = call.pass;
  if (problem === 'configuration_changed') return reaffirm(call, ask, found, context);
  const other = await context.ports.approvals.find(ask);
  if (other !== null && other.id !== found.id) return reaffirm(call, ask, other, context);
  const standing = await context.ports.approvals.standing(found.approval);
  return refuse(`approval.${problem}`, {
    ...(problem === 'expired' ? { message: 'The approval was given, but its time was over before the call came.' } : {}),
    approval: standing ?? undefined,
  });
}
