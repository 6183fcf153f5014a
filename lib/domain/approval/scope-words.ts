import type { ArgumentBound } from './argument-scope';

/** One argument of a scope as people read it; `value` is JSON, null for `any` and for whoever may not read values. */
export interface ShownBound {
  readonly path: string;
  readonly bound: ArgumentBound;
  readonly value: string | null;
}

const VALUE_CHARACTERS = 80;
const ARGUMENTS_MAX = 12;

/** `at most 725`, `exactly "cus_91"`, `any text`. */
export function boundWords({ bound, value }: Pick<ShownBound, 'bound' | 'value'>): string {
  if (bound === 'any') return 'any text';
  const shown = value === null ? 'what was shown' : value.length > VALUE_CHARACTERS ? `${value.slice(0, VALUE_CHARACTERS)}…` : value;
  return `${bound === 'at_most' ? 'at most' : 'exactly'} ${shown}`;
}

/** `amount at most 725, customer exactly "cus_91", reason any text`; what is loosened first. */
export function argumentsSentence(bounds: readonly ShownBound[], redacted: number): string {
  const ordered = [...bounds.filter(({ bound }) => bound !== 'equal'), ...bounds.filter(({ bound }) => bound === 'equal')];
  const parts = ordered.slice(0, ARGUMENTS_MAX).map((one) => `${one.path} ${boundWords(one)}`);
  const more = ordered.length - parts.length + redacted;
  if (more > 0) parts.push(`${more} more exactly as ${more === 1 ? 'it was' : 'they were'}`);
  return parts.join(', ');
}
