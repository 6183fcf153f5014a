import type { CommentedNode } from '../commented/tree';

/**
 * Intercept compares across types: two numbers as numbers, anything else by its text, so that "1" equals 1 and "true"
 * equals true. These are the values beside the written one that it takes for equal.
 */
export function twinsOf(value: string | number | boolean | null): (string | number | boolean)[] {
  if (typeof value === 'number') return [String(value)];
  if (typeof value === 'boolean') return [String(value)];
  if (value === null) return [];
  if (value === 'true' || value === 'false') return [value === 'true'];
  const number = Number(value);
  // Beyond a million Intercept writes numbers with an exponent, which no such text equals.
  return value !== '' && String(number) === value && Math.abs(number) < 1e6 ? [number] : [];
}

/** The scalars of a value, whether one or a list; null when there is anything else among them. */
export function scalarsOf(node: CommentedNode): (string | number | boolean | null)[] | null {
  if (node.kind === 'scalar') return [node.value];
  if (node.kind === 'object') return null;
  const values = node.items.map((item) => (item.value.kind === 'scalar' ? item.value.value : undefined));
  return values.some((value) => value === undefined) ? null : (values as (string | number | boolean | null)[]);
}

/** `args.a.b` of Intercept, where dots separate keys and nothing else has a meaning, as a path of this language. */
export function pathFromIntercept(path: string): string {
  return path
    .split('.')
    .slice(1)
    .reduce((made, key) => made + (/^[^.[\]"*\s]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`), 'args');
}

/**
 * A pattern of Go's `regexp`, which is looked for anywhere in the text, as one that must match the whole text and decides
 * alike: what is anchored loses the anchor, what is open gets `.*`.
 */
export function wholeTextPattern(pattern: string): string {
  const start = pattern.startsWith('^');
  const end = /(?<!\\)(?:\\\\)*\$$/.test(pattern);
  const core = pattern.slice(start ? 1 : 0, end ? -1 : undefined);
  // Alternatives and flags reach over the ends, and a `.*` beside an anchor would pass line breaks here that it does not pass there.
  const plain =
    !/[|]|\(\?|\\Q|\\A|\\z|\\b/.test(pattern) &&
    !/[\^$]/.test(core.replace(/\\.|\[[^\]]*\]/g, '')) &&
    !/^\.\*/.test(core) &&
    !/\.\*$/.test(core);
  if (plain && core !== '') return `${start ? '' : '.*'}${core}${end ? '' : '.*'}`;
  const anchored = !/[|]|\(\?/.test(pattern);
  return `${start && anchored ? '' : '(?s:.*)'}(?:${pattern})${end && anchored ? '' : '(?s:.*)'}`;
}
