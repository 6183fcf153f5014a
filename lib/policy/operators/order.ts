import type { Json } from '@/lib/kernel/json';
import { parseIsoTime } from '../iso-time';
import type { Operator } from './operator';

type Compare = (a: number, b: number) => boolean;

/** Two numbers, or two ISO times as instants; anything else has no order. */
function comparable(actual: Json, bound: Json | undefined, compare: Compare): boolean | undefined {
  if (typeof actual === 'number' && typeof bound === 'number') return compare(actual, bound);
  if (typeof actual !== 'string' || typeof bound !== 'string') return undefined;
  const left = parseIsoTime(actual);
  const right = parseIsoTime(bound);
  return left === null || right === null ? undefined : compare(left, right);
}

const order = (name: string, holdsWhen: string, compare: Compare): Operator => ({
  name,
  holdsWhen: `${holdsWhen}; only numbers compare, or ISO times`,
  valueSchema: { type: ['number', 'string'] },
  build: (value, context) => {
    if (typeof value === 'number') return (actual) => (typeof actual === 'number' ? compare(actual, value) : undefined);
    if (typeof value !== 'string') return { mistake: `\`${name}\` takes a number, an ISO time or a path.` };
    if (parseIsoTime(value) !== null) return (actual) => comparable(actual, value, compare);
    if (/^\s*-?[0-9.]+\s*$/.test(value))
      return { mistake: `\`${name}\` compares with a number, and "${value.slice(0, 40)}" is text.`, hint: 'remove the quotes' };
    const reader = context.readerOf(value);
    if (typeof reader !== 'function')
      return {
        mistake: `"${value.slice(0, 40)}" is neither an ISO time nor a path.`,
        hint: reader.hint ?? 'a time needs an offset: 2026-11-20T09:00:00Z',
      };
    return (actual, facts) => comparable(actual, reader(facts), compare);
  },
});

export const orderOperators: readonly Operator[] = [
  order('lt', 'the value is less than this', (a, b) => a < b),
  order('lte', 'the value is at most this', (a, b) => a <= b),
  order('gt', 'the value is more than this', (a, b) => a > b),
  order('gte', 'the value is at least this', (a, b) => a >= b),
];
