import type { Json, JsonObject } from '@/lib/kernel/json';
import type { Facts, Reader, Verdict } from '../facts';

/** What is wrong with an operator's value; reported at the value's place. */
export interface ValueMistake {
  readonly mistake: string;
  readonly hint?: string;
}

/** Tells whether a value that is present passes. undefined: of a type the operator cannot judge. */
export type OperatorTest = (actual: Json, facts: Facts) => Verdict;

export interface OperatorContext {
  /** Compiles another path as the right-hand side; a mistake when the text is no single-valued path. */
  readonly readerOf: (path: string) => Reader | ValueMistake;
}

/** One operator: its words for people, the shape of its value, and how it becomes a closure. */
export interface Operator {
  readonly name: string;
  /** Completes "holds when …"; shown in editors. */
  readonly holdsWhen: string;
  /** JSON Schema of `value`, for editors; `build` is what decides. */
  readonly valueSchema: JsonObject;
  /** true: the test is also asked when the value is missing. */
  readonly judgesMissing?: boolean;
  readonly build: (value: Json, context: OperatorContext) => OperatorTest | ValueMistake;
}

/** Longest text a pattern is tried on, in UTF-16 units; longer ones cannot be evaluated. RE2 is linear, not free: 64 KiB took 55 ms. */
export const MATCH_LENGTH_MAX = 8192;

export function isMistake<T extends object>(result: T | ValueMistake): result is ValueMistake {
  return 'mistake' in result;
}
