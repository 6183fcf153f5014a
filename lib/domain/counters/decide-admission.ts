import type { Charge } from '../decision';
import { type CounterRaise, raiseFor } from './counter-raise';
import { type CounterState, fits, giveBack, resetsAtMs, rollCounter, take, type Undo } from './counter-state';

/** A charge that was taken: where the counter stood afterwards, and in which window. */
export interface TakenCharge {
  readonly charge: Charge;
  readonly used: number;
  readonly windowStartMs: number;
  /** The raise that held for it; null when the rule's own maximum did. */
  readonly raise: CounterRaise | null;
}

export interface ExhaustedCharge {
  readonly charge: Charge;
  readonly used: number;
  /** The rule's own, or what it was raised to. */
  readonly max: number;
  readonly resetsAtMs: number;
  readonly raise: CounterRaise | null;
}

export type Verdict =
  | { readonly admitted: true; readonly taken: readonly TakenCharge[]; readonly observed: ExhaustedCharge | null }
  | { readonly admitted: false; readonly exhausted: ExhaustedCharge };

/**
 * Decides one call of a batch on counters whose rows are locked: takes every charge, or none. Charges that only observe
 * are counted and never refuse. Calls of a batch are decided in the order in which they arrived. `keys` are the
 * counters' identities, in the order of `charges`; throws when one of them is not among the locked counters.
 */
export function decideAdmission(
  charges: readonly Charge[],
  keys: readonly string[],
  counters: ReadonlyMap<string, CounterState>,
  nowMs: number,
): Verdict {
  const undos: Undo[] = [];
  const taken: TakenCharge[] = [];
  let observed: ExhaustedCharge | null = null;
  for (const [index, charge] of charges.entries()) {
    const state = counters.get(keys[index] as string);
    if (!state) throw new Error('a counter of the batch is not locked');
    rollCounter(state, charge, nowMs);
    const raise = raiseFor(state.raise, charge, nowMs);
    const max = raise?.to ?? charge.max;
    if (!fits(state, charge.amount, max)) {
      const exhausted = { charge, used: state.used, max, resetsAtMs: resetsAtMs(state, charge, nowMs, max), raise };
      if (charge.enforced) {
        for (const undo of undos.reverse()) giveBack(undo);
        return { admitted: false, exhausted };
      }
      observed ??= exhausted;
    }
    undos.push(take(state, charge, nowMs));
    taken.push({ charge, used: state.used, windowStartMs: state.windowStartMs, raise });
  }
  return { admitted: true, taken, observed };
}
