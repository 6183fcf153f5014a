import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Json } from '@/lib/kernel/json';
import type { Condition } from '../document';
import { parseIsoTime } from '../iso-time';
import { WEEKDAYS } from '../local-time';
import { pathWords } from './path-words';
import { bareWords, exactWords, valueWords } from './value-words';
import { numberWords, OPERATOR_WORDS, TYPE_WORDS } from './words';

/** Where a condition stands; it says whether `[*]` asks every element or any. */
export type ConditionStage = 'require' | 'deny_if' | 'approval';

const ORDER = new Set(['lt', 'lte', 'gt', 'gte']);

/** A condition as part of a sentence: `amount is more than 500`, `every item's price is at most 10`. */
export function explainCondition(condition: Condition, stage: ConditionStage = 'deny_if'): string {
  const { path, op, value } = condition;
  const every = stage === 'require' ? 'every' : 'any';
  if (path === 'args' && op === 'keys_in' && Array.isArray(value)) return `there are no arguments other than ${valueWords(value)}`;
  const subject = pathWords(path, every);
  const zone = condition.timezone !== null && looksAtClock(condition) ? ` in ${condition.timezone}` : '';
  const words = path === 'time.weekday' ? weekdayWords(op, value) : null;
  return `${subject}${zone} ${words ?? predicateWords(op, value)}`;
}

/** Whether a condition depends on the time zone. */
export function looksAtClock(condition: Condition): boolean {
  const other = isPathValue(condition.op, condition.value) ? condition.value : '';
  return condition.path.startsWith('time.') || other.startsWith('time.');
}

/** What is said of the value: `is more than 500`, `is one of usd, eur`, `is present`. */
export function predicateWords(op: string, expected: Json | undefined): string {
  if (op === 'exists') return expected === false ? 'is missing' : 'is present';
  const words = OPERATOR_WORDS[op] ?? op;
  if (expected === undefined) return words;
  if (op === 'type' && typeof expected === 'string') return TYPE_WORDS[expected] ?? `${words} ${expected}`;
  if (op === 'matches_schema') return expected === true ? "fits the tool's own schema" : `${words} ${exactWords(expected)}`;
  if (isPathValue(op, expected)) {
    const other = pathWords(expected, 'every');
    const named = expected.startsWith('args') ? `the value of ${other}` : other;
    return ORDER.has(op) ? `${words} ${named}` : `${words} the values of ${other}`;
  }
  if (op === 'regex' || op === 'glob') return `${words} ${exactWords(expected)}`;
  if (op === 'in' || op === 'not_in' || op === 'cidr' || op === 'host_in' || op === 'keys_in') return listPredicate(op, expected, words);
  if (ORDER.has(op) || op.startsWith('length_'))
    return `${words} ${typeof expected === 'number' ? numberWords(expected) : typeof expected === 'string' ? expected : exactWords(expected)}`;
  return `${words} ${Array.isArray(expected) ? exactWords(expected) : valueWords(expected)}`;
}

/** Lists count as sets here: neither order nor repetition decides anything, so neither shows. */
function listPredicate(op: string, expected: Json, words: string): string {
  if (!Array.isArray(expected)) return `${words} ${valueWords(expected)}`;
  const seen = new Map((expected as readonly Json[]).map((item) => [keyOf(item), item]));
  const items = [...seen.values()];
  const [only] = items;
  if (items.length === 1 && only !== undefined && (op === 'in' || op === 'not_in') && !Array.isArray(only))
    return `${op === 'in' ? 'is' : 'is not'} ${valueWords(only)}`;
  return `${words} ${valueWords(items)}`;
}

function keyOf(value: Json): string {
  try {
    return canonicalJson(value);
  } catch {
    return JSON.stringify(value);
  }
}

/** Whether an operator's value names another path instead of a literal. */
function isPathValue(op: string, value: Json): value is string {
  if (typeof value !== 'string') return false;
  return op === 'in' || op === 'not_in' || (ORDER.has(op) && parseIsoTime(value) === null);
}

function weekdayWords(op: string, value: Json): string | null {
  const day = (item: Json): string | null => {
    const name = typeof item === 'number' ? WEEKDAYS[item - 1] : undefined;
    return name === undefined ? null : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  };
  const one = day(value);
  if (one !== null) {
    if (op === 'eq' || op === 'neq') return `${op === 'eq' ? 'is' : 'is not'} ${one}`;
    const order: Readonly<Record<string, string>> = { lt: 'is before', lte: 'is up to', gt: 'is after', gte: 'is from' };
    return order[op] === undefined ? null : `${order[op]} ${one}${op === 'gte' ? ' on' : ''}`;
  }
  if (!Array.isArray(value) || value.length === 0 || (op !== 'in' && op !== 'not_in')) return null;
  const days = [...new Set(value as readonly Json[])].map(
    (item) => day(item) ?? (typeof item === 'string' ? bareWords(item) : exactWords(item)),
  );
  return `${OPERATOR_WORDS[op]} ${days.join(', ')}`;
}
