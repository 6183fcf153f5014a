import type { Json } from '@/lib/kernel/json';
import type { Entry } from './layout';
import type { Shape } from './print-value';
import { printKey, printValue } from './print-value';
import type { Style } from './style';

/** A member or item to be written. */
export interface NewEntry {
  /** The index of the entry it goes before, counted as the text is now. */
  readonly before: number;
  readonly value: Json;
  /** Key and value, as they stand on a line with this indentation. */
  readonly write: (indent: string, shape: Shape) => string;
  /** Comments for the lines above it and for the end of its line, as they are written. */
  readonly above?: readonly string[];
  readonly beside?: readonly string[];
}

/** One element of an object or list as it will be: an entry that stays, or a new one. */
export type Link = { readonly kept: Entry; readonly added: null } | { readonly kept: null; readonly added: NewEntry };

/** A new entry for a value; `key` is null for an item of a list. */
export function newEntry(before: number, key: string | null, value: Json, style: Style): NewEntry {
  const head = key === null ? '' : printKey(key) + style.colon;
  return { before, value, write: (indent, shape) => head + printValue(value, style, indent, shape) };
}

/** A new entry from its text, which came from a place of the same depth. */
export function copiedEntry(before: number, text: string, value: Json): NewEntry {
  return { before, value, write: () => text };
}
