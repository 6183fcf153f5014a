import { areApart, holdsNumber, type Intervals, isWithin } from './intervals';

/**
 * What is known of a set of values of one JSON type. `only` and `except` hold canonical texts; `span` is about the number itself,
 * the instant of an ISO time or a length; `text` and `named` have an opposite, marked by `not`.
 */
export type Part =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  | { readonly kind: 'only'; readonly values: ReadonlySet<string> }
  | { readonly kind: 'except'; readonly values: ReadonlySet<string> }
  | { readonly kind: 'span'; readonly of: 'number' | 'time' | 'length'; readonly intervals: Intervals }
  | { readonly kind: 'text'; readonly test: TextTest; readonly text: string; readonly not: boolean }
  | { readonly kind: 'named'; readonly name: string; readonly not: boolean };

export type TextTest = 'starts_with' | 'ends_with' | 'contains';

export const NONE: Part = { kind: 'none' };
export const ALL: Part = { kind: 'all' };

/** What reads the values of a `span` out of a canonical text; undefined where there is none. */
export type Measure = (of: 'number' | 'time' | 'length', canonical: string) => number | undefined;

/** Whether every value of the first is surely in the second. false also means: cannot be told. */
export function partWithin(a: Part, b: Part, measure: Measure): boolean {
  if (a.kind === 'none' || b.kind === 'all') return true;
  if (a.kind === 'only') return [...a.values].every((value) => holds(b, value, measure) === true);
  if (a.kind === 'except' && b.kind === 'except') return [...b.values].every((value) => a.values.has(value));
  if (b.kind === 'except') return [...b.values].every((value) => holds(a, value, measure) === false);
  if (a.kind === 'span' && b.kind === 'span') return a.of === b.of && isWithin(a.intervals, b.intervals);
  if (a.kind === 'named' && b.kind === 'named') return a.name === b.name && a.not === b.not;
  if (a.kind === 'text' && b.kind === 'text') {
    if (a.not && b.not) return impliesText(b, a);
    if (!a.not && b.not) return excludesText(a, b);
    return !a.not && !b.not && impliesText(a, b);
  }
  return false;
}

/** Whether surely no value is in both. */
export function partsApart(a: Part, b: Part, measure: Measure): boolean {
  if (a.kind === 'none' || b.kind === 'none') return true;
  if (a.kind === 'only') return [...a.values].every((value) => holds(b, value, measure) === false);
  if (b.kind === 'only') return partsApart(b, a, measure);
  if (a.kind === 'span' && b.kind === 'span') return a.of === b.of && areApart(a.intervals, b.intervals);
  if (a.kind === 'named' && b.kind === 'named') return a.name === b.name && a.not !== b.not;
  if (a.kind === 'text' && b.kind === 'text') {
    if (!a.not && !b.not) return excludesText(a, b);
    return a.not ? !b.not && impliesText(b, a) : impliesText(a, b);
  }
  return false;
}

/** Whether one value is in the set; undefined when that cannot be told. */
export function holds(part: Part, canonical: string, measure: Measure): boolean | undefined {
  switch (part.kind) {
    case 'none':
      return false;
    case 'all':
      return true;
    case 'only':
      return part.values.has(canonical);
    case 'except':
      return !part.values.has(canonical);
    case 'span': {
      const value = measure(part.of, canonical);
      return value === undefined ? false : holdsNumber(part.intervals, value);
    }
    case 'text': {
      const text = JSON.parse(canonical) as unknown;
      if (typeof text !== 'string') return undefined;
      const found =
        part.test === 'starts_with'
          ? text.startsWith(part.text)
          : part.test === 'ends_with'
            ? text.endsWith(part.text)
            : text.includes(part.text);
      return found !== part.not;
    }
    case 'named':
      return undefined;
  }
}

interface Text {
  readonly test: TextTest;
  readonly text: string;
}

/** Whether a text that passes the first test passes the second. */
function impliesText(a: Text, b: Text): boolean {
  if (b.test === 'contains') return a.text.includes(b.text);
  if (a.test !== b.test) return b.text === '';
  return b.test === 'starts_with' ? a.text.startsWith(b.text) : a.text.endsWith(b.text);
}

/** Whether no text passes both tests: two beginnings, or two ends, that differ. */
function excludesText(a: Text, b: Text): boolean {
  if (a.test !== b.test || a.test === 'contains') return false;
  const start = (one: Text, other: Text) => (a.test === 'starts_with' ? one.text.startsWith(other.text) : one.text.endsWith(other.text));
  return !start(a, b) && !start(b, a);
}
