import type { Json } from '@/lib/kernel/json';
import type { Condition } from './document';
import type { Facts, Reader, Verdict } from './facts';
import { isMistake, type OperatorTest } from './operators/operator';
import { OPERATORS } from './operators/registry';
import { isPathMistake, parsePath, type Segment } from './path';
import { compileManyReader, compileReader } from './read-path';
import { operatorContext } from './rules/conditions';

/** A condition as closures. A path with `[*]` has `readMany`, any other has `read`. */
export interface CompiledCondition {
  readonly path: string;
  readonly op: string;
  readonly expected: Json;
  readonly ofArgs: boolean;
  readonly segments: readonly Segment[];
  readonly read: Reader;
  readonly readMany: ((facts: Facts) => readonly (Json | undefined)[]) | null;
  readonly test: OperatorTest;
  readonly judgesMissing: boolean;
}

/** What a condition came to, and the value that made it so (of a wildcard: the first that decided). */
export interface Finding {
  readonly verdict: Verdict;
  readonly actual: Json | undefined;
}

/** Compiles a condition of a document that was read without errors; throws on any other, which is a bug. */
export function compileCondition(condition: Condition, policyTimezone: string): CompiledCondition {
  const timezone = condition.timezone ?? policyTimezone;
  const path = parsePath(condition.path);
  const operator = OPERATORS.get(condition.op);
  if (isPathMistake(path) || operator === undefined) throw new Error(`a condition that was never read: ${condition.path} ${condition.op}`);
  const test = operator.build(condition.value, operatorContext(timezone));
  if (isMistake(test)) throw new Error(`a value that was never read: ${test.mistake}`);
  return {
    path: path.text,
    op: operator.name,
    expected: condition.value,
    ofArgs: path.root === 'args',
    segments: path.segments,
    read: path.every ? () => undefined : compileReader(path, timezone),
    readMany: path.every ? compileManyReader(path, timezone) : null,
    test,
    judgesMissing: operator.judgesMissing === true,
  };
}

/**
 * Judges a condition. With `[*]`, `every` asks all elements (an empty list satisfies it: no element breaks the rule)
 * and `any` asks for one. An undecided element stays undecided unless another one settles the matter.
 */
export function judge(condition: CompiledCondition, facts: Facts, quantifier: 'every' | 'any'): Finding {
  if (condition.readMany === null) {
    const actual = condition.read(facts);
    return { verdict: judgeOne(condition, actual, facts), actual };
  }
  const settling = quantifier === 'any';
  let undecided: Finding | null = null;
  let last: Json | undefined;
  for (const actual of condition.readMany(facts)) {
    const verdict = judgeOne(condition, actual, facts);
    if (verdict === settling) return { verdict, actual };
    if (verdict === undefined) undecided ??= { verdict, actual };
    last = actual;
  }
  return undecided ?? { verdict: !settling, actual: last };
}

function judgeOne(condition: CompiledCondition, actual: Json | undefined, facts: Facts): Verdict {
  if (actual !== undefined) return condition.test(actual, facts);
  // Arguments that cannot be told apart are not absent: even `exists` has nothing to judge then.
  if (!condition.judgesMissing || (condition.ofArgs && facts.args === undefined)) return undefined;
  return condition.test(undefined as unknown as Json, facts);
}
