import { ok, type Result } from '@/lib/kernel/result';
import type { Denial } from './denial';
import type { ForwardContext } from './forward-context';
import type { GatewayResponse } from './request';
import { admit } from './stages/admit';
import { approve } from './stages/approve';
import { decide } from './stages/decide';
import { forward } from './stages/forward';
import type { Granted } from './stages/grant';

/**
 * The walk of a tool call from permission to answer. Each stage takes what the one before it made and refuses or narrows
 * it; `forward` takes only an admitted call, so a skipped stage does not compile. Receiving, identifying, decoding and
 * granting happened before (gateway.ts), for every kind of request alike.
 */
export async function callTool(call: Granted, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  const decided = decide(call, context.ports);
  if (!decided.ok) return decided;
  const approved = approve(decided.value);
  if (!approved.ok) return approved;
  const admitted = await admit(approved.value, context.ports);
  if (!admitted.ok) return admitted;
  return ok(await forward(admitted.value, context));
}
