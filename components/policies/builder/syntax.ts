import type { Json } from '@/lib/kernel/json';
import { plainValue, type SyntaxNode } from '@/lib/policy/parse';
import { pointerTo } from '@/lib/policy/problem';

export interface UnknownKey {
  readonly key: string;
  readonly pointer: string;
  readonly literal: string;
  /** Starts with `x-`: free for the author, decides nothing. */
  readonly own: boolean;
}

export function memberOf(node: SyntaxNode, key: string): SyntaxNode | null {
  if (node.kind !== 'object') return null;
  return node.members.find((member) => member.key === key)?.value ?? null;
}

export function textOf(node: SyntaxNode | null): string | null {
  return node?.kind === 'string' ? node.value : null;
}

export function textsOf(node: SyntaxNode | null): string[] {
  if (node?.kind !== 'array') return [];
  return node.items.flatMap((item) => (item.kind === 'string' ? [item.value] : []));
}

export function jsonOf(node: SyntaxNode | null): Json | undefined {
  return node === null || node.kind === 'invalid' ? undefined : plainValue(node);
}

/** Keys that the language does not have here. They are kept byte for byte; those that start with `x-` are the author's own. */
export function unknownKeysOf(
  node: SyntaxNode,
  pointer: string,
  known: readonly string[],
  source: string,
  base: number,
): readonly UnknownKey[] {
  if (node.kind !== 'object') return [];
  return node.members
    .filter((member) => !known.includes(member.key))
    .map((member) => ({
      key: member.key,
      pointer: pointerTo(pointer, member.key),
      literal: source.slice(member.value.start - base, member.value.end - base),
      own: member.key.startsWith('x-'),
    }));
}
