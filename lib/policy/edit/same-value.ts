import { isJsonObject, type Json } from '@/lib/kernel/json';
import { losesPrecision } from '../number-precision';
import type { SyntaxNode } from '../parse';

/** Whether a text says a value already; the order of keys says nothing. A number that JavaScript cannot hold equals none. */
export function saysValue(text: string, node: SyntaxNode, value: Json): boolean {
  if (node.kind === 'object') {
    if (!isJsonObject(value)) return false;
    return (
      node.members.length === Object.keys(value).length &&
      node.members.every(({ key, value: child }) => {
        const wanted = Object.hasOwn(value, key) ? value[key] : undefined;
        return wanted !== undefined && saysValue(text, child, wanted);
      })
    );
  }
  if (node.kind === 'array') {
    return (
      Array.isArray(value) && node.items.length === value.length && node.items.every((item, i) => saysValue(text, item, value[i] as Json))
    );
  }
  if (node.kind === 'number') return node.value === value && !losesPrecision(text.slice(node.start, node.end), node.value);
  if (node.kind === 'null') return value === null;
  return node.kind !== 'invalid' && node.value === value;
}
