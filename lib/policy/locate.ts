import type { Member, SyntaxNode } from './parse';
import { pointerTo, type Span } from './problem';

/** Where a JSON Pointer leads in the text. */
export interface Location {
  readonly node: SyntaxNode;
  /** The key it stands under; null for elements of lists and the document. */
  readonly keySpan: Span | null;
}

/** Objects with more members than this are looked up by a table that is made when first asked for. */
const SCANNED_MEMBERS_MAX = 8;

/** Finds values of one parsed text by their JSON Pointers, without writing down the pointers of all the others. */
export class Locator {
  private readonly tables = new Map<SyntaxNode, ReadonlyMap<string, Member>>();

  constructor(private readonly root: SyntaxNode) {}

  find(pointer: string): Location | undefined {
    let at: Location = { node: this.root, keySpan: null };
    if (pointer === '') return at;
    for (const token of pointer.slice(1).split('/')) {
      const next = this.child(at.node, token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token);
      if (next === undefined) return undefined;
      at = next;
    }
    return at;
  }

  private child(node: SyntaxNode, token: string): Location | undefined {
    if (node.kind === 'array') {
      const item = node.items[Number(token)];
      return item === undefined ? undefined : { node: item, keySpan: null };
    }
    if (node.kind !== 'object') return undefined;
    const member = this.member(node, node.members, token);
    return member === undefined ? undefined : { node: member.value, keySpan: member.keySpan };
  }

  private member(node: SyntaxNode, members: readonly Member[], key: string): Member | undefined {
    if (members.length <= SCANNED_MEMBERS_MAX) return members.find((member) => member.key === key);
    let table = this.tables.get(node);
    if (table === undefined) {
      table = new Map(members.map((member) => [member.key, member]));
      this.tables.set(node, table);
    }
    return table.get(key);
  }
}

/** Every value of a parsed text by its JSON Pointer, for editors that ask for most of them. */
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
