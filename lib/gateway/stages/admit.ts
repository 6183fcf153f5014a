import { ok, type Result } from '@/lib/kernel/result';
import { allowedIntent } from '../audit';
import { type Denial, refuse } from '../denial';
import { type GatewayPorts, LedgerUnavailable } from '../ports';
import type { Approved } from './approve';

declare const admitted: unique symbol;
/** A call whose intent is durable and whose counters are charged: the only thing that can be forwarded. */
export interface Admitted extends Approved {
  readonly event: string;
  readonly [admitted]: true;
}

/** One durable transaction charges every counter and writes the intent, or the call is not made. */
export async function admit(call: Approved, ports: GatewayPorts): Promise<Result<Admitted, Denial>> {
  const { charges } = call.decision;
  try {
    const admission = await ports.ledger.admit({ intent: allowedIntent(call), charges });
    if (admission.admitted) return ok(Object.assign(call, { event: admission.event }) as unknown as Admitted);
    const { charge, resetsAtMs } = admission.exhausted;
    return refuse('limit.exhausted', {
      message: charge.onDeny,
      rule: charge.rule,
      retryAfterMs: Math.max(0, resetsAtMs - admission.at),
      event: admission.event,
    });
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) ports.log.error('admission failed', { error: String(error) });
    return refuse('audit.unavailable');
  }
}
