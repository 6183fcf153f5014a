import type { LimitRule } from '../document';
import { messageWords } from './explain-rule';
import { pathWords } from './path-words';
import { bareWords } from './value-words';
import { countWords, numberWords, scopeWords, windowWords } from './words';

const OWN_COUNTER = /^rate_limit\(/;

/** A limit as a sentence: `At most 10 calls per day for each grant, counted in refunds.` The counter of a `rate_limit` needs no name. */
export function explainLimit(limit: LimitRule, showCounter: boolean = !OWN_COUNTER.test(limit.counter)): string {
  const counted = showCounter ? `, counted in ${bareWords(limit.counter)}` : '';
  const parts = [`${limitWords(limit)}${counted}.`];
  const needs = [
    ...(limit.increment_from === null ? [] : [`a number of 0 or more in ${argument(limit.increment_from)}`]),
    ...(isArgument(limit.scope) ? [`a plain value in ${argument(limit.scope)}`] : []),
  ];
  if (needs.length > 0) parts.push(`A call without ${needs.join(' and ')} is denied.`);
  if (limit.on_upstream_error === 'keep') parts.push('A call that fails on the server counts too.');
  return `${parts.join(' ')}${messageWords(limit.on_deny)}`;
}

/** The limit alone, without full stop and counter. */
export function limitWords(limit: LimitRule): string {
  const { increment, increment_from: from, max } = limit;
  const amount =
    from !== null
      ? `At most ${numberWords(max)} in total of ${argument(from)}`
      : increment === 1
        ? `At most ${countWords(max, 'call')}`
        : `At most ${numberWords(max)}, where each call counts ${numberWords(increment)},`;
  return `${amount} ${spanWords(limit)} ${scopeWords(limit.scope, argument)}`;
}

/** `per day` of the calendar, or `in any 15 minutes` where the window slides. */
export function spanWords(limit: Pick<LimitRule, 'window' | 'align'>): string {
  return `${limit.align === 'sliding' ? 'in any' : 'per'} ${windowWords(limit.window)}`;
}

function argument(path: string): string {
  return pathWords(path, 'every');
}

function isArgument(scope: string): boolean {
  return scope.startsWith('args');
}
