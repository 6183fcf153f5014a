import { isJsonObject, type Json } from '@/lib/kernel/json';
import type { SyntaxNode } from '../parse';
import { pointerTo } from '../problem';
import { align } from './align';
import { arrange } from './arrange';
import type { Draft } from './draft';
import { keyOrder } from './key-order';
import { newEntry } from './new-entry';
import { printValue } from './print-value';
import { saysValue } from './same-value';
import { hasBreak, indentAt } from './trivia';
import { shapeOf } from './write-entries';

/** Makes the value at a place be `value` with the fewest edits: what is equal inside it keeps its characters and comments. */
export function updateNode(draft: Draft, node: SyntaxNode, value: Json, pointer: string): void {
  const { text } = draft.source;
  if (saysValue(text, node, value)) return;
  if (node.kind === 'object' && isJsonObject(value)) updateObject(draft, node, value, pointer);
  else if (node.kind === 'array' && Array.isArray(value)) updateList(draft, node, value, pointer);
  else replaceNode(draft, node, value);
}

/** Writes a value in the place of another, of whatever kind. */
export function replaceNode(draft: Draft, node: SyntaxNode, value: Json): void {
  const { source } = draft;
  const indent = indentAt(source.text, node.start);
  draft.dropComments(node.start, node.end);
  const siblings = source.siblingsOf(node);
  const onOneLine = source.style.oneLine || siblings.some((sibling) => sharesLine(source.text, sibling, node));
  const shape = onOneLine ? 'one-line' : shapeOf(source, value, siblings, indent);
  draft.replace(node.start, node.end, printValue(value, source.style, indent, shape));
}

function updateObject(
  draft: Draft,
  node: Extract<SyntaxNode, { kind: 'object' }>,
  value: { readonly [key: string]: Json },
  pointer: string,
): void {
  const keys = node.members.map(({ key }) => key);
  const removed = new Set(keys.flatMap((key, i) => (Object.hasOwn(value, key) ? [] : [i])));
  for (const { key, value: child } of node.members) {
    const wanted = Object.hasOwn(value, key) ? value[key] : undefined;
    if (wanted !== undefined) updateNode(draft, child, wanted, pointerTo(pointer, key));
  }
  const order = keyOrder(pointer);
  const added = Object.entries(value)
    .filter(([key]) => !keys.includes(key))
    .map(([key, child]) => newEntry(placeOfKey(keys, order, key), key, child, draft.source.style));
  arrange(draft, node, removed, added);
}

/** Where a key goes among those that are there: before the first that the language shows later, else last. */
export function placeOfKey(keys: readonly string[], order: readonly string[], key: string): number {
  const rank = order.indexOf(key);
  if (rank < 0) return keys.length;
  const later = keys.findIndex((other) => order.indexOf(other) > rank);
  return later < 0 ? keys.length : later;
}

function updateList(draft: Draft, node: Extract<SyntaxNode, { kind: 'array' }>, value: readonly Json[], pointer: string): void {
  const { text, style } = draft.source;
  const { sources } = align(
    node.items,
    value,
    (item, wanted) => saysValue(text, item, wanted),
    (item, wanted) => becomes(item, wanted),
  );
  const stays = new Set(sources.filter((source) => source !== null));
  const removed = new Set(node.items.flatMap((_, i) => (stays.has(i) ? [] : [i])));
  let before = 0;
  const added = value.flatMap((wanted, j) => {
    const source = sources[j] ?? null;
    if (source === null) return [newEntry(before, null, wanted, style)];
    before = source + 1;
    const item = node.items[source];
    if (item !== undefined) updateNode(draft, item, wanted, pointerTo(pointer, source));
    return [];
  });
  arrange(draft, node, removed, added);
}

/** Whether an item can be edited into another: scalars can, and what is built of the same kind. */
function becomes(item: SyntaxNode, wanted: Json): boolean {
  if (item.kind === 'object') return isJsonObject(wanted);
  if (item.kind === 'array') return Array.isArray(wanted);
  return typeof wanted !== 'object' || wanted === null;
}

function sharesLine(text: string, a: SyntaxNode, b: SyntaxNode): boolean {
  return a.start < b.start ? !hasBreak(text, a.start, b.start) : !hasBreak(text, b.start, a.start);
}
