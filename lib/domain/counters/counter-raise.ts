import type { Charge } from '../decision';

/** A limit raised for one counter for a while, as it stands in the counter's row. */
export interface CounterRaise {
  readonly id: string;
  /** The limit it is about: pointer and maximum. A limit that says something else by now is not raised. */
  readonly rule: string;
  readonly from: number;
  readonly to: number;
  /** Epoch milliseconds by the database's clock; from then on the rule's own maximum holds again. */
  readonly until: number;
  /** Who raised it, for people to read. */
  readonly by: string;
}

/** How much more than the rule a raise may let through. */
export const RAISE_FACTOR_MAX = 10;
export const RAISE_MINUTES_MAX = 24 * 60;

/** The raise that holds for this charge at this instant; null when the rule's own maximum does. */
export function raiseFor(raise: CounterRaise | null, charge: Pick<Charge, 'rule' | 'max'>, nowMs: number): CounterRaise | null {
  return raise !== null && nowMs < raise.until && raise.rule === charge.rule && raise.from === charge.max ? raise : null;
}

/** Reads the column; null for what is no raise. */
export function readRaise(value: unknown): CounterRaise | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, rule, from, to, until, by } = value as Record<string, unknown>;
  const ok =
    typeof id === 'string' &&
    typeof rule === 'string' &&
    typeof from === 'number' &&
    typeof to === 'number' &&
    typeof until === 'number' &&
    typeof by === 'string';
  return ok ? { id, rule, from, to, until, by } : null;
}
