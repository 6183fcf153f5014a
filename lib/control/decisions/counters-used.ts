import { type CounterRaise, raiseFor, readRaise } from '@/lib/domain/counters/counter-raise';
import { withRaises } from '@/lib/domain/counters/raise-words';
import type { Charge } from '@/lib/domain/decision';
import type { AnyDecision } from '@/lib/policy/decide-request';
import type { Reader } from '../context';

export interface CountersUsed {
  /** By `Charge.key`. */
  readonly used: ReadonlyMap<string, number>;
  /** What raises a limit now, by its rule. */
  readonly raises: ReadonlyMap<string, CounterRaise>;
}

/**
 * What the counters of these charges stand at: what the caller supposes, by name of the counter; else the live ones of
 * the policy when a real grant is asked about; else nothing.
 */
export async function usedOf(
  db: Reader,
  policyId: string | null,
  charges: readonly Charge[],
  atMs: number,
  supposed: Readonly<Record<string, number>> | undefined,
  live: boolean,
): Promise<CountersUsed> {
  const used = new Map<string, number>();
  const raises = new Map<string, CounterRaise>();
  const rows =
    live && policyId !== null && charges.length > 0
      ? await db.counter.findMany({
          where: {
            policyId,
            counter: { in: charges.map((charge) => charge.counter) },
            windowEnd: { gt: new Date(atMs) },
            windowStart: { lte: new Date(atMs) },
          },
        })
      : [];
  for (const charge of charges) {
    const row = rows.find((one) => one.counter === charge.counter && one.scope === charge.scope && one.scopeKey === charge.scopeKey);
    used.set(charge.key, supposed && Object.hasOwn(supposed, charge.counter) ? (supposed[charge.counter] as number) : (row?.used ?? 0));
    const raise = raiseFor(readRaise(row?.raise), charge, atMs);
    if (raise !== null) raises.set(charge.rule, raise);
  }
  return { used, raises };
}

/** The decision with the maxima that hold for a while in place of the rules' own, and a trace that says so. */
export function raised<D extends AnyDecision>(decision: D, raises: CountersUsed['raises']): D {
  if (raises.size === 0) return decision;
  return {
    ...decision,
    charges: decision.charges.map((charge) => ({ ...charge, max: raises.get(charge.rule)?.to ?? charge.max })),
    trace: withRaises(decision.trace, (rule) => raises.get(rule)),
  };
}
