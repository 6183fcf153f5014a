import type { TraceStep } from '@/lib/domain/decision';
import type { Json } from '@/lib/kernel/json';

const STAGES: Record<TraceStep['stage'], string> = {
  visibility: 'visible',
  action: 'action',
  require: 'must have',
  deny_if: 'block if',
  limit: 'limit',
  approval: 'ask a human',
  dispatch: 'runs',
  default: 'default',
};

const OPERATORS: Record<string, string> = {
  eq: 'is',
  neq: 'is not',
  in: 'is one of',
  not_in: 'is none of',
  lt: 'is less than',
  lte: 'is at most',
  gt: 'is more than',
  gte: 'is at least',
  contains: 'contains',
  starts_with: 'starts with',
  ends_with: 'ends with',
  glob: 'matches',
  regex: 'matches',
  type: 'is of type',
  length_lte: 'has a length of at most',
  length_gte: 'has a length of at least',
  keys_in: 'has only the keys',
  matches_schema: 'is valid against its schema',
  cidr: 'is in the network',
  host_in: 'has a host among',
  path_within: 'is inside',
};

export function stageWords(stage: TraceStep['stage']): string {
  return STAGES[stage] ?? stage;
}

/** A value as one line: strings quoted, lists joined, everything else as JSON. */
export function valueWords(value: Json): string {
  if (Array.isArray(value)) return value.map((item) => valueWords(item as Json)).join(', ');
  return JSON.stringify(value);
}

/** The condition after its path, e.g. `is more than 500`; `exists` becomes present or missing. */
export function conditionWords(step: Pick<TraceStep, 'op' | 'expected'>): string {
  if (step.op === 'exists') return step.expected === false ? 'is missing' : 'is present';
  const words = OPERATORS[step.op ?? ''] ?? step.op ?? '';
  if (step.op === 'matches_schema' && step.expected === true) return words;
  return step.expected === undefined ? words : `${words} ${valueWords(step.expected)}`;
}
