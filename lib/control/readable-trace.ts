import type { TraceStep } from '@/lib/domain/decision';
import { mayRole } from '@/lib/domain/roles';
import type { ControlContext } from './context';

/** A trace for this reader: the values that rules found in the arguments are payload, and shown to readers of payloads only. */
export function readableTrace<S extends Pick<TraceStep, 'actual'>>(ctx: Pick<ControlContext, 'actor'>, trace: readonly S[]): S[] {
  if (ctx.actor.role !== null && mayRole(ctx.actor.role, 'payload.read')) return [...trace];
  return trace.map((step) => {
    const { actual: _value, ...shown } = step;
    return shown as S;
  });
}
