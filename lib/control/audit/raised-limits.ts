import type { Json } from '@/lib/kernel/json';

interface Raised {
  readonly to: number;
  readonly until: number;
  readonly by: string;
}

/** The raises that held for the charges of a recorded call, by rule. */
export function raisedLimits(charges: Json): ReadonlyMap<string, Raised> {
  const raises = new Map<string, Raised>();
  for (const charge of Array.isArray(charges) ? charges : []) {
    const { rule, raised } = charge as { rule?: string; raised?: { to: number; untilMs: number; by: string } };
    if (rule !== undefined && raised !== undefined) raises.set(rule, { to: raised.to, until: raised.untilMs, by: raised.by });
  }
  return raises;
}
