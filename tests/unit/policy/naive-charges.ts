import type { Charge } from '@/lib/domain/decision';
import { lookUp } from './naive-conditions';

// biome-ignore lint/suspicious/noExplicitAny: it reads raw JSON, whatever its shape
type Any = any;

/** `counter` is null for a `rate_limit`, whose counter has no name that an author could write. */
export interface NaiveCharge {
  rule: string;
  counter: string | null;
  scopeKey: string;
  amount: number;
  max: number;
  window: string;
  align: string;
  refund: boolean;
  enforced: boolean;
}

/** A charge of the engine in the words of the naive evaluator. */
export function plainCharge(charge: Charge): NaiveCharge {
  const { rule, counter, scopeKey, amount, max, window, align, refundOnUpstreamError: refund, enforced } = charge;
  const written = 'unit' in window ? window.unit : `${window.lengthMs / 1000}s`;
  return { rule, counter: rule.endsWith('/rate_limit') ? null : counter, scopeKey, amount, max, window: written, align, refund, enforced };
}

/** A unit by its name, any other length in seconds. */
export function windowText(window: number | string): string {
  if (typeof window === 'number') return `${window}s`;
  const size = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[window.at(-1) as 's'];
  return /^\d/.test(window) ? `${Number(window.slice(0, -1)) * size}s` : window;
}

export function mergeCharges(before: NaiveCharge[], more: NaiveCharge[]): NaiveCharge[] {
  const result = [...before];
  for (const charge of more) {
    const twin = result.findIndex((other) => other.rule === charge.rule && other.scopeKey === charge.scopeKey);
    if (twin < 0) result.push(charge);
    else if ((result[twin] as Any).amount < charge.amount) result[twin] = charge;
  }
  return result;
}

export function scopeValue(scope: string, policy: Any, facts: Any): string | undefined {
  const { call } = facts;
  if (scope === 'grant') return call.grant.id;
  if (scope === 'agent') return call.agent.id;
  if (scope === 'owner') return call.agent.owner;
  if (scope === 'server') return call.server.id;
  if (scope === 'policy') return 'policy';
  if (scope === 'session') return call.session === null ? call.grant.id : call.session;
  const value = lookUp(scope, policy, facts);
  return value === undefined || (value !== null && typeof value === 'object') || (typeof value === 'string' && value.length > 256)
    ? undefined
    : JSON.stringify(value);
}
