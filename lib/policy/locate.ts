import type { SyntaxNode } from './parse';
import type { Span } from './problem';

/** Where a JSON Pointer leads in the text. */
export interface Location {
  readonly node: SyntaxNode;
  /** The key it stands under; null for elements of lists and the document. */
  readonly keySpan: Span | null;
}

/** Finds the value of a JSON Pointer in a parsed text; null when nothing stands there. */
export function locate(root: SyntaxNode, pointer: string): Location | null {
  let here: Location = { node: root, keySpan: null };
  for (const token of pointer === '' ? [] : pointer.slice(1).split('/')) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    const { node }: Location = here;
    if (node.kind === 'object') {
      const member = node.members.find((candidate) => candidate.key === key);
      if (member === undefined) return null;
      here = { node: member.value, keySpan: member.keySpan };
    } else if (node.kind === 'array') {
      const item = node.items[Number(key)];
      if (item === undefined) return null;
      here = { node: item, keySpan: null };
    } else return null;
  }
  return here;
}
