import { isJsonObject, type Json } from '@/lib/kernel/json';
import { type Layout, layoutOf } from '@/lib/policy/edit/layout';
import { commentsIn } from '@/lib/policy/edit/trivia';
import { parsePolicyText, plainValue, type SyntaxNode } from '@/lib/policy/parse';
import { pointerTo } from '@/lib/policy/problem';

/** The naive counterpart of the edits: on values, where nothing can go wrong with text. */
export function valueAt(value: Json, tokens: readonly string[]): Json | undefined {
  const [token, ...rest] = tokens;
  if (token === undefined) return value;
  if (Array.isArray(value)) return token in value ? valueAt(value[Number(token)] as Json, rest) : undefined;
  return isJsonObject(value) && Object.hasOwn(value, token) ? valueAt(value[token] as Json, rest) : undefined;
}

/** The value with what stands at the place changed; `change` gives the whole list or object that holds it anew. */
export function changedAt(value: Json, tokens: readonly string[], change: (holder: Json, token: string) => Json): Json {
  const [token, ...rest] = tokens;
  if (token === undefined) return value;
  if (rest.length === 0) return change(value, token);
  const inner = changedAt(valueAt(value, [token]) as Json, rest, change);
  return put(value, token, inner);
}

export function put(holder: Json, token: string, value: Json): Json {
  if (Array.isArray(holder)) return holder.map((item, i) => (String(i) === token ? value : (item as Json)));
  return { ...(holder as { [key: string]: Json }), [token]: value };
}

export function without(holder: Json, token: string): Json {
  if (Array.isArray(holder)) return holder.filter((_, i) => String(i) !== token);
  return Object.fromEntries(Object.entries(holder as { [key: string]: Json }).filter(([key]) => key !== token));
}

export function sameValue(a: Json, b: Json): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i] as Json));
  if (isJsonObject(a)) {
    if (!isJsonObject(b)) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key] as Json, b[key] as Json));
  }
  return a === b;
}

/** Reads a text or throws with what is wrong in it. */
export function read(text: string): { readonly root: SyntaxNode; readonly value: Json } {
  const { root, list } = parsePolicyText(text);
  const errors = list.problems.filter(({ severity, code }) => severity === 'error' && code !== 'number.precision');
  if (root === null || errors.length > 0) throw new Error(`does not parse: ${JSON.stringify(errors[0])}`);
  return { root, value: plainValue(root) };
}

export function commentTexts(text: string): string[] {
  return commentsIn(text, 0, text.length).map(({ start, end }) => text.slice(start, end));
}

export interface Owner {
  readonly role: 'above' | 'beside' | 'loose' | 'inside' | 'outside';
  /** Of the entry; of the object or list for loose comments. */
  readonly pointer: string;
}

/** What each comment of a text belongs to; comments are told apart by their text. */
export function ownersOf(text: string, root: SyntaxNode): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const comment of commentTexts(text)) owners.set(comment, { role: 'outside', pointer: '' });
  const visit = (node: SyntaxNode, pointer: string): void => {
    const layout: Layout = layoutOf(text, node);
    const own = (role: Owner['role'], at: string, start: number, end: number): void => {
      for (const comment of commentsIn(text, start, end)) owners.set(text.slice(comment.start, comment.end), { role, pointer: at });
    };
    for (const comment of layout.loose) own('loose', pointer, comment.start, comment.end);
    for (const [i, entry] of layout.entries.entries()) {
      const child = pointerTo(pointer, entry.key ?? i);
      for (const comment of entry.above) own('above', child, comment.start, comment.end);
      for (const comment of entry.beside) own('beside', child, comment.start, comment.end);
      if (entry.keySpan !== null) own('inside', child, entry.keySpan.end, entry.value.start);
      visit(entry.value, child);
    }
  };
  visit(root, '');
  return owners;
}

/** Every pointer of a value, the document aside. */
export function pointersIn(value: Json, at = ''): string[] {
  const children: [string, Json][] = Array.isArray(value)
    ? value.map((item, i) => [pointerTo(at, i), item as Json])
    : isJsonObject(value)
      ? Object.entries(value).map(([key, item]) => [pointerTo(at, key), item])
      : [];
  return children.flatMap(([pointer, item]) => [pointer, ...pointersIn(item, pointer)]);
}
