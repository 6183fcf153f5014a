import { RE2JS } from 're2js';
import type { Json } from '@/lib/kernel/json';
import { compileValueGlob } from '../glob';
import { deepEqual } from './equality';
import { MATCH_LENGTH_MAX, type Operator, type OperatorTest, type ValueMistake } from './operator';

const REGEX_LENGTH_MAX = 1000;

const contains: Operator = {
  name: 'contains',
  holdsWhen: 'the text has this part, or the list has this element',
  valueSchema: {},
  build: (value) => (actual) => {
    if (Array.isArray(actual)) return actual.some((item) => deepEqual(item as Json, value));
    return typeof actual === 'string' && typeof value === 'string' ? actual.includes(value) : undefined;
  },
};

const onText = (
  name: string,
  holdsWhen: string,
  make: (value: string) => ((actual: string) => boolean | undefined) | ValueMistake,
): Operator => ({
  name,
  holdsWhen,
  valueSchema: { type: 'string' },
  build: (value): OperatorTest | ValueMistake => {
    if (typeof value !== 'string') return { mistake: `\`${name}\` takes text.` };
    const test = make(value);
    if (typeof test !== 'function') return test;
    return (actual) => (typeof actual === 'string' ? test(actual) : undefined);
  },
});

function compileGlob(pattern: string): ((actual: string) => boolean | undefined) | ValueMistake {
  if (pattern.length > REGEX_LENGTH_MAX) return { mistake: `A glob has at most ${REGEX_LENGTH_MAX} characters.` };
  const matches = compileValueGlob(pattern);
  return (actual) => (actual.length > MATCH_LENGTH_MAX ? undefined : matches(actual));
}

/** RE2 over the whole value. Linear time: back-references and look-around do not exist here. */
function compileRegex(pattern: string): ((actual: string) => boolean | undefined) | ValueMistake {
  if (pattern.length > REGEX_LENGTH_MAX)
    return { mistake: `A regular expression has at most ${REGEX_LENGTH_MAX} characters.`, hint: 'split it into several rules' };
  try {
    const compiled = RE2JS.compile(openEnds(pattern));
    return (actual) => (actual.length > MATCH_LENGTH_MAX ? undefined : compiled.testExact(actual));
  } catch (error) {
    return {
      mistake: `This is not an RE2 regular expression: ${error instanceof Error ? error.message : 'it cannot be compiled'}.`,
      hint: 'RE2 has no back-references and no look-around',
    };
  }
}

/**
 * A leading or trailing `.*` is how an author leaves an end open on purpose. There it must also pass line breaks:
 * otherwise a newline before the bad part would slip through `deny_if` with `.*bad.*`.
 */
function openEnds(pattern: string): string {
  if (pattern.includes('\\Q')) return pattern;
  let open = pattern.replace(/^(\^?)\.\*/, '$1(?s:.*)');
  const tail = /(\\*)\.\*(\$?)$/.exec(open);
  if (tail !== null && (tail[1] ?? '').length % 2 === 0 && !open.endsWith('(?s:.*)')) {
    open = `${open.slice(0, open.length - tail[0].length)}${tail[1] ?? ''}(?s:.*)${tail[2] ?? ''}`;
  }
  return open;
}

export const textOperators: readonly Operator[] = [
  contains,
  onText('starts_with', 'the text starts with this', (value) => (actual) => actual.startsWith(value)),
  onText('ends_with', 'the text ends with this', (value) => (actual) => actual.endsWith(value)),
  onText('glob', 'the whole text matches; `*` stays within a segment (stops at `/`), `**` crosses', compileGlob),
  onText('regex', 'the whole text matches this RE2 expression; leave an end open with `.*`', compileRegex),
];
