import type { Json, JsonObject } from '@/lib/kernel/json';
import { type CommentedItem, type CommentedMember, type CommentedNode, member, NO_NOTES, nodeOf } from '../commented/tree';
import { pointerTo } from '../problem';

type ListKey = 'require' | 'deny_if' | 'limits';

/** One block of the new policy while it is filled: its lists, its words, and the comments that belong to each. */
export class BlockDraft {
  private readonly lists: Record<ListKey, CommentedItem[]> = { require: [], deny_if: [], limits: [] };
  private readonly words: CommentedMember[] = [];
  private readonly loose: string[] = [];

  constructor(readonly pointer: string) {}

  /** Adds to a list; gives the JSON Pointer of the new item. */
  add(list: ListKey, value: JsonObject, comments: readonly string[]): string {
    this.lists[list].push({ ...NO_NOTES, above: comments, value: nodeOf(value) });
    return pointerTo(pointerTo(this.pointer, list), this.lists[list].length - 1);
  }

  /** Sets a key that has not been set; comments stay in any case. Gives its JSON Pointer. */
  set(key: string, value: Json, comments: readonly string[] = []): string {
    if (this.words.some((word) => word.key === key)) this.loose.push(...comments);
    else this.words.push(member(key, value, { above: comments }));
    return pointerTo(this.pointer, key);
  }

  /** Denies the tool, whatever else was said of it. */
  deny(comments: readonly string[]): string {
    const asked = this.words.findIndex((word) => word.key === 'action' && word.value.kind === 'scalar' && word.value.value !== 'deny');
    if (asked >= 0) this.loose.push(...(this.words.splice(asked, 1)[0]?.above ?? []));
    return this.set('action', 'deny', comments);
  }

  has(key: string): boolean {
    return this.words.some((word) => word.key === key);
  }

  remark(lines: readonly string[]): void {
    this.loose.push(...lines);
  }

  /** In the order in which it is decided. */
  node(): CommentedNode {
    const leading = this.words.filter((word) => word.key === 'action' || word.key === 'reason');
    const lists = (['require', 'deny_if', 'limits'] as const)
      .filter((key) => this.lists[key].length > 0)
      .map((key): CommentedMember => ({ ...NO_NOTES, key, value: { kind: 'array', line: 0, closing: [], items: this.lists[key] } }));
    return {
      kind: 'object',
      line: 0,
      members: [...leading, ...lists, ...this.words.filter((word) => !leading.includes(word))],
      closing: this.loose,
    };
  }
}
