import { isJsonObject, type Json } from '@/lib/kernel/json';
import { DANGEROUS_KEYS } from '../parse';
import { EditError } from './edit-error';
import type { Style } from './style';

/** What is put on one line is at most this long, with its indentation. */
export const LINE_MAX = 120;

/** How a value is laid out: on one line, over several, or as its size suggests. */
export type Shape = 'one-line' | 'several' | 'auto';

/**
 * Writes a value in the style of its surroundings. `indent` is the one of the line it stands on. The value's own shape is
 * given; what is inside follows its size, or stays on the line.
 */
export function printValue(value: Json, style: Style, indent: string, shape: Shape = 'auto'): string {
  if (typeof value !== 'object' || value === null) return printScalar(value);
  const list = !isJsonObject(value);
  const [open, close, pad] = list ? ['[', ']', style.listPad] : ['{', '}', style.objectPad];
  const entries: (readonly [string, Json])[] = list
    ? value.map((item) => ['', item])
    : Object.entries(value).map(([key, item]) => [printKey(key) + style.colon, item]);
  if (entries.length === 0) return open + close;
  if (shape === 'one-line' || (shape === 'auto' && goesOnOneLine(value, style, indent))) {
    const inside = entries.map(([key, item]) => key + printValue(item, style, indent, 'one-line')).join(style.comma);
    return open + pad + inside + pad + close;
  }
  const inner = indent + style.unit;
  const lines = entries.map(([key, item]) => inner + key + printValue(item, style, inner));
  return open + style.eol + lines.join(`,${style.eol}`) + (style.trailingComma ? ',' : '') + style.eol + indent + close;
}

/** Whether a value reads well on one line: scalars, or an object or list of scalars and lists of scalars, if it fits. */
export function goesOnOneLine(value: Json, style: Style, indent: string): boolean {
  if (style.oneLine || !isContainer(value)) return true;
  const flat = childrenOf(value).every(
    (child) => !isContainer(child) || (!isJsonObject(child) && childrenOf(child).every((item) => !isContainer(item))),
  );
  return flat && indent.length + printValue(value, style, '', 'one-line').length <= LINE_MAX;
}

/** A key as it is written; throws EditError for the keys that the language refuses. */
export function printKey(key: string): string {
  if (DANGEROUS_KEYS.has(key))
    throw new EditError('key.refused', `The key "${key}" is refused: it changes objects in JavaScript. Choose another name.`);
  return printString(key);
}

function printScalar(value: null | boolean | number | string): string {
  if (typeof value === 'string') return printString(value);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new EditError('value.refused', `${value} is no number that JSON can hold.`);
  return JSON.stringify(Object.is(value, -0) ? 0 : value);
}

/** Line separators are no line breaks in JSON, but they are in editors; half a character pair is no text. */
function printString(value: string): string {
  return JSON.stringify(value.toWellFormed()).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

function isContainer(value: Json): value is Exclude<Json, null | boolean | number | string> {
  return typeof value === 'object' && value !== null;
}

function childrenOf(value: Json): readonly Json[] {
  if (!isContainer(value)) return [];
  return isJsonObject(value) ? Object.values(value) : value;
}
