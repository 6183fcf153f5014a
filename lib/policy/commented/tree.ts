import type { Json } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';

/** What the author wrote around a value, without the signs of any syntax. */
export interface Notes {
  /** Lines of comment directly above. */
  readonly above: readonly string[];
  /** The comment behind it, on its own line; null when there is none. */
  readonly beside: string | null;
  /** A blank line stands before it. */
  readonly gap: boolean;
}

export interface CommentedItem extends Notes {
  readonly value: CommentedNode;
}

export interface CommentedMember extends CommentedItem {
  readonly key: string;
}

/** A JSON value with its comments: what JSONC and YAML have in common. `line` is where it (or its key) was read, from 1; 0 for made ones. */
export type CommentedNode = { readonly line: number } & (
  | { readonly kind: 'object'; readonly members: readonly CommentedMember[]; readonly closing: readonly string[] }
  | { readonly kind: 'array'; readonly items: readonly CommentedItem[]; readonly closing: readonly string[] }
  /** `literal` is the JSON of the value, a number as it was written. */
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null; readonly literal: string }
);

export interface CommentedDocument {
  readonly head: readonly string[];
  readonly root: CommentedNode;
  readonly tail: readonly string[];
}

export const NO_NOTES: Notes = { above: [], beside: null, gap: false };

/** A tree without comments. */
export function nodeOf(value: Json): CommentedNode {
  if (Array.isArray(value))
    return { kind: 'array', line: 0, closing: [], items: value.map((item: Json) => ({ ...NO_NOTES, value: nodeOf(item) })) };
  if (isJsonObject(value))
    return { kind: 'object', line: 0, closing: [], members: Object.entries(value).map(([key, item]) => member(key, item)) };
  const scalar = value as string | number | boolean | null;
  return { kind: 'scalar', line: 0, value: scalar, literal: JSON.stringify(scalar) };
}

export function member(key: string, value: Json, notes: Partial<Notes> = {}): CommentedMember {
  return { ...NO_NOTES, ...notes, key, value: nodeOf(value) };
}

/** The value alone. Keys are own properties whatever they are called. */
export function plainOf(node: CommentedNode): Json {
  if (node.kind === 'object') return Object.fromEntries(node.members.map(({ key, value }) => [key, plainOf(value)]));
  if (node.kind === 'array') return node.items.map(({ value }) => plainOf(value));
  return node.value;
}

/** The member of an object, or undefined. */
export function memberOf(node: CommentedNode | undefined, key: string): CommentedMember | undefined {
  return node?.kind === 'object' ? node.members.find((one) => one.key === key) : undefined;
}

/** Every comment in and around a member or item, in the order of the text. */
export function commentsIn(item: CommentedItem): string[] {
  return [...item.above, ...inside(item.value), ...(item.beside === null ? [] : [item.beside])];
}

function inside(node: CommentedNode): string[] {
  if (node.kind === 'scalar') return [];
  const children: readonly CommentedItem[] = node.kind === 'object' ? node.members : node.items;
  return [...children.flatMap(commentsIn), ...node.closing];
}
