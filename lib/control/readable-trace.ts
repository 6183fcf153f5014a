import type { TraceStep } from '@/lib/domain/decision';
import { mayRole } from '@/lib/domain/roles';
import type { Json } from '@/lib/kernel/json';
import type { ControlContext } from './context';

/** The steps with the values where rules found them; stored traces hold none. */
export function withValues<S extends Pick<TraceStep, 'actual'>>(trace: readonly S[], values: readonly (readonly [number, Json])[]): S[] {
  const found = new Map(values);
  return trace.map((step, index) => (found.has(index) ? { ...step, actual: found.get(index) } : step));
}

/** A trace for this reader: the values that rules found in the arguments are payload, and shown to readers of payloads only. */
export function readableTrace<S extends Pick<TraceStep, 'actual'>>(ctx: Pick<ControlContext, 'actor'>, trace: readonly S[]): S[] {
  if (ctx.actor.role !== null && mayRole(ctx.actor.role, 'payload.read')) return [...trace];
  return trace.map((step) => {
    const { actual: _value, ...shown } = step;
    return shown as S;
  });
}
