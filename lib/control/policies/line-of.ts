import { parsePolicyText, type SyntaxNode } from '@/lib/policy/parse';

/** The line, from 1, of what a JSON Pointer names in a policy text; 1 when there is nothing there. */
export function lineOf(text: string, pointer: string): number {
  let node: SyntaxNode | undefined = parsePolicyText(text).root ?? undefined;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (node?.kind === 'object') node = node.members.find((member) => member.key === key)?.value;
    else if (node?.kind === 'array') node = node.items[Number(key)];
    else node = undefined;
  }
  return node === undefined ? 1 : (text.slice(0, node.start).match(/\r\n|\r|\n/g)?.length ?? 0) + 1;
}
