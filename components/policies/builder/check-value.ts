import type { Json } from '@/lib/kernel/json';
import type { Facts } from '@/lib/policy/facts';
import { losesPrecision } from '@/lib/policy/number-precision';
import { isMistake } from '@/lib/policy/operators/operator';
import { OPERATORS } from '@/lib/policy/operators/registry';
import { operatorContext } from '@/lib/policy/rules/conditions';

/** What the gateway's own operator says about a value; null when it takes it. */
export function valueMistake(op: string, value: Json): string | null {
  const operator = OPERATORS.get(op);
  if (operator === undefined) return null;
  const built = operator.build(value, operatorContext('UTC'));
  return isMistake(built) ? `${built.mistake}${built.hint ? ` ${built.hint}` : ''}` : null;
}

/** Whether a pattern holds for a sample, by the engine that the gateway runs; null when it cannot be judged. */
export function tryPattern(op: 'regex' | 'glob', pattern: string, sample: string): boolean | null {
  const built = OPERATORS.get(op)?.build(pattern, operatorContext('UTC'));
  if (built === undefined || isMistake(built)) return null;
  const verdict = built(sample, NO_FACTS);
  return verdict ?? null;
}

/** Operators of text look at the value alone. */
const NO_FACTS = {} as Facts;

const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;

/** What is wrong with digits as a JSON number; null for a number that is kept exactly. */
export function numberMistake(text: string): string | null {
  if (!JSON_NUMBER.test(text)) return 'Write a number like 10, -2.5 or 1e3.';
  return losesPrecision(text, Number(text)) ? 'This number cannot be kept exactly.' : null;
}
