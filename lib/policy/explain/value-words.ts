import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Json } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';

const BARE = /^[\p{L}_][\p{L}\p{N}_@.:/+-]*$/u;
/** Words that would be read as something else than the text they are. */
const RESERVED = new Set(['true', 'false', 'null', 'present', 'missing', 'empty', 'nothing', 'valid']);

/** A value of a policy as a person reads it: a plain word stands bare, every other text is quoted, numbers keep every digit. */
export function valueWords(value: Json): string {
  if (typeof value === 'string') return bareWords(value);
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : (value as readonly Json[]).map(itemWords).join(', ');
  return exactWords(value);
}

/** A value found in a call, as JSON: nothing is left to guess. */
export function exactWords(value: Json): string {
  try {
    return canonicalJson(value);
  } catch {
    // A lone surrogate has no canonical form; what it is is still shown.
    return JSON.stringify(value);
  }
}

function itemWords(item: Json): string {
  return Array.isArray(item) || isJsonObject(item) ? exactWords(item) : valueWords(item);
}

/** A text without quotes where nothing can be mistaken. */
export function bareWords(text: string): string {
  const bare = text.length <= 100 && BARE.test(text) && !/[.:+@-]$/.test(text) && !RESERVED.has(text.toLowerCase());
  return bare ? text : exactWords(text);
}
