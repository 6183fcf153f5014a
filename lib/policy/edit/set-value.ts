import type { Json } from '@/lib/kernel/json';
import type { SyntaxNode } from '../parse';
import { pointerTo } from '../problem';
import { arrange } from './arrange';
import type { Change } from './change';
import { Draft } from './draft';
import { EditError } from './edit-error';
import { keyOrder } from './key-order';
import { newEntry } from './new-entry';
import { pointerTokens } from './pointer';
import { Source } from './source';
import { placeOfKey, replaceNode, updateNode } from './update-node';

/**
 * Makes the value at a JSON Pointer be `value`. Only what differs is written: members and items that stay keep their characters
 * and comments. A missing member is added, with the objects that lead to it; `-` or the length of a list adds an item.
 */
export function setValue(text: string, pointer: string, value: Json): Change {
  const draft = new Draft(Source.open(text));
  putValue(draft, pointer, value);
  return draft.change();
}

/** As `setValue`, into a draft. */
export function putValue(draft: Draft, pointer: string, value: Json): void {
  const { path, rest } = draft.source.walk(pointer);
  const node = path.at(-1);
  if (node === undefined) return;
  if (rest.length === 0) updateNode(draft, node, value, pointer);
  else addBelow(draft, node, pointer, rest, value);
}

function addBelow(draft: Draft, node: SyntaxNode, pointer: string, rest: readonly string[], value: Json): void {
  const [token = '', ...inner] = rest;
  const made = inner.reduceRight<Json>((child, key) => ({ [key]: child }), value);
  const tokens = pointerTokens(pointer);
  const at = tokens.slice(0, tokens.length - rest.length).reduce(pointerTo, '');
  const { style } = draft.source;
  if (node.kind === 'object') {
    const keys = node.members.map(({ key }) => key);
    arrange(draft, node, new Set(), [newEntry(placeOfKey(keys, keyOrder(at), token), token, made, style)]);
  } else if (node.kind === 'array') {
    if (token !== '-' && token !== String(node.items.length)) {
      throw new EditError('pointer.missing', `The list at ${at} has ${node.items.length} items, so nothing can be put at ${token}.`, at);
    }
    arrange(draft, node, new Set(), [newEntry(node.items.length, null, made, style)]);
  } else if (node.kind === 'null') replaceNode(draft, node, { [token]: made });
  else throw new EditError('place.wrong_kind', `${at} holds no object, so it has no place for "${token}". Replace its value first.`, at);
}
