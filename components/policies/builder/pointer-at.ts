import type { SyntaxNode } from '@/lib/policy/parse';
import { pointerTo } from '@/lib/policy/problem';

/** The JSON Pointer of the innermost value around an offset; a key counts as its value. */
export function pointerAt(root: SyntaxNode, offset: number): string {
  let node = root;
  let pointer = '';
  for (;;) {
    if (node.kind === 'object') {
      const member = node.members.find((one) => one.keySpan.start <= offset && offset <= one.value.end);
      if (member === undefined) return pointer;
      pointer = pointerTo(pointer, member.key);
      node = member.value;
    } else if (node.kind === 'array') {
      const index = node.items.findIndex((item) => item.start <= offset && offset <= item.end);
      const item = node.items[index];
      if (item === undefined) return pointer;
      pointer = pointerTo(pointer, index);
      node = item;
    } else return pointer;
  }
}
