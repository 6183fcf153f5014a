import type { Outcome, TraceStep } from '@/lib/domain/decision';
import type { Category, RiskLevel } from '@/lib/domain/risk';
import { durationSeconds } from '../duration';

/** The one home of the words that people read for what the language says: trace, builder, explanation and lists use these. */
export const STAGE_WORDS: Readonly<Record<TraceStep['stage'], string>> = {
  identity: 'is',
  visibility: 'visible',
  action: 'action',
  require: 'must have',
  deny_if: 'block if',
  limit: 'limit',
  approval: 'ask a human',
  dispatch: 'runs',
  default: 'default',
};

/** Between the value that is looked at and the one it is compared with. `exists`, `type` and `matches_schema` have words of their own. */
export const OPERATOR_WORDS: Readonly<Record<string, string>> = {
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
  glob: 'is like',
  regex: 'matches',
  exists: 'is present',
  type: 'is of type',
  length_lte: 'has a length of at most',
  length_gte: 'has a length of at least',
  keys_in: 'has no other keys than',
  matches_schema: 'fits the schema',
  cidr: 'is in the network',
  host_in: 'has a host among',
  path_within: 'is inside',
};

/** The opposite of an operator's words, for the operators whose words have one. */
export const OPPOSITE_WORDS: Readonly<Record<string, string>> = {
  eq: 'is not',
  neq: 'is',
  in: 'is none of',
  not_in: 'is one of',
  contains: 'does not contain',
  starts_with: 'does not start with',
  ends_with: 'does not end with',
  glob: 'is not like',
  regex: 'does not match',
  length_lte: 'has a length of more than',
  length_gte: 'has a length of less than',
  keys_in: 'has other keys than',
  matches_schema: 'does not fit the schema',
  cidr: 'is not in the network',
  host_in: 'has no host among',
  path_within: 'is not inside',
};

export const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'is a text',
  number: 'is a number',
  integer: 'is a whole number',
  boolean: 'is true or false',
  object: 'is an object',
  array: 'is a list',
  null: 'is null',
};

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  allowed: 'allowed',
  needs_approval: 'needs approval',
  limited: 'rate-limited',
  denied: 'denied',
  hidden: 'hidden',
};

export const CATEGORY_WORDS: Readonly<Record<Category, string>> = {
  read: 'Read',
  write: 'Write',
  execute: 'Execute',
  destructive: 'Destructive',
  financial: 'Financial',
};

export const RISK_WORDS: Readonly<Record<RiskLevel, string>> = { low: 'Low', medium: 'Medium', high: 'High', critical: 'Critical' };

const SCOPE_WORDS: Readonly<Record<string, string>> = {
  grant: 'for each grant',
  agent: 'for each agent',
  owner: 'for each owner',
  server: 'for the whole server',
  policy: 'for everyone under this policy',
  session: 'for each session',
};

/** `for each grant`; a scope that is an argument is `for each value of customer`. `argument` gives the argument's words. */
export function scopeWords(scope: string, argument: (path: string) => string = (path) => path): string {
  return SCOPE_WORDS[scope] ?? `for each value of ${argument(scope)}`;
}

const PARTS = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/** A number of seconds as people say it, in the largest unit that is exact: `10 minutes`, `1 hour`, `90 seconds`. */
export function secondsWords(seconds: number): string {
  const [size, name] = PARTS.find(([length]) => seconds >= length && seconds % length === 0) ?? PARTS[3];
  const count = seconds / size;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** `"600s"` as `10 minutes`. */
export function durationWords(duration: string): string {
  return secondsWords(durationSeconds(duration) ?? 0);
}

/**
 * A limit's window: `minute`, `15 minutes` for `900s`, or for `900000ms` as the API writes it. A length is never called by a unit's name: `7 days` counted from any moment and
 * the calendar's `week` are different windows.
 */
export function windowWords(window: string): string {
  const seconds = durationSeconds(window.replace(/^([0-9]+)000ms$/, '$1s'));
  if (seconds === null) return window;
  const [size, name] = PARTS.find(([length]) => seconds > length && seconds % length === 0) ?? PARTS[3];
  const count = seconds / size;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** `10 calls`, `1 call`. */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${numberWords(count)} ${count === 1 ? one : many}`;
}

/** A number, exactly as it is; five digits and more are grouped by thin spaces. */
export function numberWords(value: number): string {
  const text = JSON.stringify(value);
  const whole = /^(-?)([0-9]{5,})(\.[0-9]+)?$/.exec(text);
  if (whole === null) return text;
  return `${whole[1]}${(whole[2] ?? '').replace(/\B(?=([0-9]{3})+$)/g, '\u202f')}${whole[3] ?? ''}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function listWords(items: readonly string[], last: 'or' | 'and'): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;
}
