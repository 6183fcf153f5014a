import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from '../denial';
import type { Decided } from './decide';

declare const approved: unique symbol;
/** A call that needs no person, or one that a person let through. */
export interface Approved extends Decided {
  readonly [approved]: true;
}

/** A call that needs a person is refused as such: approvals are asked for and decided in the console. */
export function approve(call: Decided): Result<Approved, Denial> {
  const { decision } = call;
  if (!decision.passes) return refuse('approval.needed', { message: decision.message });
  return ok(call as Approved);
}
