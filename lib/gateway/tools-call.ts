import { ok, type Result } from '@/lib/kernel/result';
import type { Denial } from './denial';
import type { ForwardContext } from './forward-context';
import { answerHeld } from './held-answer';
import type { Waiting } from './held-calls';
import type { GatewayResponse } from './request';
import { admit } from './stages/admit';
import { approve } from './stages/approve';
import { type Decided, decide } from './stages/decide';
import { forward } from './stages/forward';
import type { Granted } from './stages/grant';
import { replay } from './stages/replay';
import { traced } from './trace';

/**
 * The walk of a tool call from permission to answer. Each stage takes what the one before it made and refuses or narrows
 * it; `forward` takes only an admitted call, so a skipped stage does not compile. Receiving, identifying, decoding and
 * granting happened before (gateway.ts), for every kind of request alike.
 */
export async function callTool(call: Granted, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  const span = call.span?.child('policy decision', 'internal');
  const decided = decide(call, context.ports);
  span?.end(null);
  if (!decided.ok) return decided;
  const { value } = decided;
  // A call that may have to wait for a person gets an answer that can begin before it is known how it ends.
  return value.decision.passes
    ? context.underWay(goOn(value, context, null))
    : answerHeld(value, context, (waiting) => context.underWay(goOn(value, context, waiting)));
}

async function goOn(call: Decided, context: ForwardContext, waiting: Waiting | null): Promise<Result<GatewayResponse, Denial>> {
  const approved = await approve(call, context, waiting);
  if (!approved.ok) return approved;
  const { value } = approved;
  if ('kept' in value) return replay(value.call, value.kept, context);
  const admitted = await traced(call, 'admission', () => admit(value, context), refusedBy);
  if (!admitted.ok) return admitted;
  return ok(await forward(admitted.value, context));
}

const refusedBy = (result: Result<unknown, Denial>): string | null => (result.ok ? null : result.error.reason);
