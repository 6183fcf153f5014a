import type { SyntaxNode } from './parse';
import { pointerTo, type Span } from './problem';

/** Where a JSON Pointer leads in the text. */
export interface Location {
  readonly node: SyntaxNode;
  /** The key it stands under; null for elements of lists and the document. */
  readonly keySpan: Span | null;
}

/** Every value of a parsed text by its JSON Pointer. */
export function locateAll(root: SyntaxNode): ReadonlyMap<string, Location> {
  const places = new Map<string, Location>();
  const visit = (node: SyntaxNode, pointer: string, keySpan: Span | null): void => {
    places.set(pointer, { node, keySpan });
    if (node.kind === 'object') for (const member of node.members) visit(member.value, pointerTo(pointer, member.key), member.keySpan);
    if (node.kind === 'array') for (const [i, item] of node.items.entries()) visit(item, pointerTo(pointer, i), null);
  };
  visit(root, '', null);
  return places;
}
