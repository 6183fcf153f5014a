import { canonicalJson } from '@/lib/kernel/canonical-json';
import { commentsAbove, wordsOf } from '../edit/note-of';
import { setNote } from '../edit/set-note';
import { Source } from '../edit/source';
import { applyEdits } from '../edit/text-edit';
import { type Comment, commentsIn } from '../edit/trivia';
import { plainValue, type SyntaxNode } from '../parse';
import { pointerTo } from '../problem';

/** One value in three texts; null where it is not in that text. */
interface Place {
  readonly theirs: string;
  readonly merged: string;
  readonly base: string | null;
  /** Words beside it or loose inside it, new on their side. */
  readonly extra: readonly string[];
}

/**
 * Takes over what the other side wrote in comments, for values that were merged by meaning alone: a changed comment replaces the
 * one that nobody else changed, and stands below the one that somebody did. What is below `except` is not theirs, and stays.
 */
export function mergeNotes(merged: string, base: string, theirs: string, except: readonly string[]): string {
  const [old, other, result] = [Source.open(base), Source.open(theirs), Source.open(merged)];
  const known = new Set([base, merged].flatMap((text) => commentsIn(text, 0, text.length).map((comment) => wordsOf(text, comment))));
  const places: Place[] = [];
  const visit = (
    node: SyntaxNode,
    pointers: Omit<Place, 'extra'>,
    beside: readonly Comment[],
    from: SyntaxNode | null,
    to: SyntaxNode,
  ): void => {
    const layout = other.layout(node);
    const fresh = [...beside, ...layout.loose]
      .map((comment) => wordsOf(theirs, comment))
      .filter((words) => words !== '' && !known.has(words));
    places.push({ ...pointers, extra: fresh });
    const [now, before] = [children(to), children(from)];
    const mine = children(node);
    for (const [i, entry] of layout.entries.entries()) {
      const id = mine[i]?.id ?? '';
      const target = now.find((child) => child.id === id);
      const at = { theirs: pointerTo(pointers.theirs, entry.key ?? i), merged: '', base: null as string | null };
      if (target === undefined || except.includes(at.theirs)) continue;
      const source = before.find((child) => child.id === id);
      at.merged = pointerTo(pointers.merged, target.token);
      if (source !== undefined && pointers.base !== null) at.base = pointerTo(pointers.base, source.token);
      visit(entry.value, at, entry.beside, source?.node ?? null, target.node);
    }
  };
  if (!except.includes('')) visit(other.root, { theirs: '', merged: '', base: '' }, [], old.root, result.root);
  // Notes change no pointer, and few places have one to change: the text is read again only behind those.
  let now = result;
  for (const place of places) {
    const note = joined(
      place.base === null ? null : noteIn(old, place.base),
      noteIn(now, place.merged),
      noteIn(other, place.theirs),
      place.extra,
    );
    if (note !== noteIn(now, place.merged)) now = Source.open(applyEdits(now.text, setNote(now.text, place.merged, note).edits));
  }
  return now.text;
}

function noteIn(source: Source, pointer: string): string | null {
  const comments = commentsAbove(source, pointer);
  return comments.length === 0 ? null : comments.map((comment) => wordsOf(source.text, comment)).join('\n');
}

function joined(was: string | null, here: string | null, theirs: string | null, extra: readonly string[]): string | null {
  const untouched = theirs === was || theirs === here;
  const above = untouched ? here : here === was ? theirs : [here, theirs].filter((words) => words !== null).join('\n');
  const added = extra.filter((words) => !(above ?? '').includes(words));
  return added.length === 0 ? above : [above, ...added].filter((words) => words !== null).join('\n');
}

interface Child {
  readonly id: string;
  readonly token: string | number;
  readonly node: SyntaxNode;
}

/** Members are told apart by name, items by what they say and the how manieth they are of those that say so. */
function children(node: SyntaxNode | null): Child[] {
  if (node?.kind === 'object') return node.members.map(({ key, value }) => ({ id: key, token: key, node: value }));
  if (node?.kind !== 'array') return [];
  const seen = new Map<string, number>();
  return node.items.map((item, i) => {
    const value = canonicalJson(plainValue(item));
    const count = seen.get(value) ?? 0;
    seen.set(value, count + 1);
    return { id: `${count} ${value}`, token: i, node: item };
  });
}
