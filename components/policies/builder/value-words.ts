import type { Json } from '@/lib/kernel/json';
import { durationSeconds } from '@/lib/policy/duration';
import { durationWords, scopeWords } from '@/lib/policy/explain/words';
import type { ConditionView } from './block-view';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const SHOWN_MAX = 60;

/** `args.amount` is `amount` in a sentence; every other root stays, since it says whose value it is. */
export function pathWords(path: string | null): string {
  if (path === null || path === '') return 'choose what';
  if (path === 'args') return 'the arguments';
  return path.startsWith('args.') ? path.slice('args.'.length) : path;
}

/** One value as the sentence shows it; numbers as they are written. */
export function oneValueWords(value: Json, path: string | null): string {
  if (path === 'time.weekday' && typeof value === 'number') return WEEKDAYS[value - 1] ?? String(value);
  if (typeof value === 'string') return value === '' ? '“”' : short(value);
  return short(JSON.stringify(value));
}

export function valueWords(condition: ConditionView): string {
  const { value, literal, path } = condition;
  if (value === undefined) return 'choose a value';
  if (Array.isArray(value)) {
    if (value.length === 0) return 'nothing yet';
    const shown = value.slice(0, 4).map((item) => oneValueWords(item as Json, path));
    return value.length > 4 ? `${shown.join(', ')} and ${value.length - 4} more` : shown.join(', ');
  }
  if (typeof value === 'number' && path !== 'time.weekday') return literal ?? String(value);
  return oneValueWords(value, path);
}

function short(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX - 1)}…` : text;
}

/** `10m` as words; what is no time stays as it is. */
export function timeWords(text: string | null): string {
  if (text === null) return 'choose a time';
  if (/^[0-9]+$/.test(text)) return durationWords(`${text}s`);
  return durationSeconds(text) === null ? text : durationWords(text);
}

/** The end of `At most 10 calls per day …`. */
export function limitScopeWords(scope: string | null): string {
  return scopeWords(scope ?? 'grant', pathWords);
}

export function approverWords(approver: string): string {
  return approver.replace(/^(role|user):/, '');
}
