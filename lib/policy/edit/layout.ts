import type { SyntaxNode } from '../parse';
import type { Span } from '../problem';
import { type Comment, type Gap, hasBlankLine, hasBreak, readGap } from './trivia';

/** A member or item with what belongs to it: the comments directly above, those on its own line, and one comma. */
export interface Entry {
  /** null for items of lists. */
  readonly key: string | null;
  readonly keySpan: Span | null;
  readonly value: SyntaxNode;
  /** Of the key, or of the value of an item. */
  readonly start: number;
  readonly end: number;
  readonly above: readonly Comment[];
  readonly beside: readonly Comment[];
  /** The comma behind it, whoever owns that. */
  readonly comma: number | null;
  /** The comma before it, when that is written on its own line or below its comments; then it owns that one. */
  readonly leadingComma: number | null;
  /** From its first comment to its comma or last comment; nothing in it belongs to anything else. */
  readonly from: number;
  readonly to: number;
}

/** An object or list as it is laid out. `loose` comments belong to no entry: section headers, or what stands before the end. */
export interface Layout {
  readonly node: SyntaxNode;
  /** Behind the opening bracket. */
  readonly open: number;
  /** Before the closing bracket. */
  readonly close: number;
  readonly entries: readonly Entry[];
  readonly loose: readonly Comment[];
}

interface Shared {
  readonly beside: readonly Comment[];
  readonly loose: readonly Comment[];
  readonly above: readonly Comment[];
  /** Whether the comma belongs to the entry behind it. */
  readonly leads: boolean;
}

/** Finds out which comment and comma belongs to which entry of an object or list; other values have no entries. */
export function layoutOf(text: string, node: SyntaxNode): Layout {
  const bare = bareEntries(node);
  const container = node.kind === 'object' || node.kind === 'array';
  const open = container ? node.start + 1 : node.end;
  const close = container ? node.end - 1 : node.end;
  const gaps = [...bare, null].map((entry, i) => readGap(text, bare[i - 1]?.end ?? open, entry?.start ?? close));
  const shared = gaps.map((gap, i) => share(text, gap, i > 0, i < bare.length));
  const entries = bare.map((entry, i): Entry => {
    const before = shared[i] ?? NOTHING;
    const behind = shared[i + 1] ?? NOTHING;
    const comma = gaps[i + 1]?.comma ?? null;
    const leadingComma = before.leads ? (gaps[i]?.comma ?? null) : null;
    const besideEnd = behind.beside.at(-1)?.end ?? entry.end;
    const ownsComma = comma !== null && !behind.leads;
    return {
      ...entry,
      above: before.above,
      beside: behind.beside,
      comma,
      leadingComma,
      from: Math.min(before.above[0]?.start ?? entry.start, leadingComma ?? entry.start),
      to: Math.max(besideEnd, ownsComma ? comma + 1 : 0),
    };
  });
  return { node, open, close, entries, loose: shared.flatMap(({ loose }) => loose) };
}

const NOTHING: Shared = { beside: [], loose: [], above: [], leads: false };

function bareEntries(node: SyntaxNode): Pick<Entry, 'key' | 'keySpan' | 'value' | 'start' | 'end'>[] {
  if (node.kind === 'object') {
    return node.members.map(({ key, keySpan, value }) => ({ key, keySpan, value, start: keySpan.start, end: value.end }));
  }
  if (node.kind === 'array') return node.items.map((value) => ({ key: null, keySpan: null, value, start: value.start, end: value.end }));
  return [];
}

/**
 * Deals the comments of a gap out to what stands before it (up to its comma, and on the line of that), what follows (directly
 * above) and nobody. A comma that is written with what follows belongs to that.
 */
function share(text: string, gap: Gap, hasBefore: boolean, hasBehind: boolean): Shared {
  const { comments, comma } = gap;
  let first = onLineFrom(text, gap, 0, gap.start, hasBehind);
  let last = comments.length;
  let at = gap.end;
  while (hasBehind && last > first) {
    const comment = comments[last - 1];
    if (comment === undefined || hasBlankLine(text, comment.end, at)) break;
    at = comment.start;
    last -= 1;
  }
  const leads = hasBefore && hasBehind && comma !== null && leadsNext(text, gap, comma, last);
  if (comma !== null && !leads) {
    first = Math.max(first, comments.filter(({ start }) => start < comma).length);
    first = onLineFrom(text, gap, first, Math.max(comma + 1, comments[first - 1]?.end ?? 0), hasBehind);
    last = Math.max(first, last);
  }
  const own = comments.slice(0, first);
  return {
    beside: hasBefore ? own : [],
    loose: [...(hasBefore ? [] : own), ...comments.slice(first, last)],
    above: comments.slice(last),
    leads,
  };
}

/** Behind the comments from `first` on that go on with the line of `at`; one that begins the line of what follows is not of them. */
function onLineFrom(text: string, gap: Gap, first: number, at: number, hasBehind: boolean): number {
  let end = at;
  let next = first;
  for (const comment of gap.comments.slice(first)) {
    const opensLine = hasBehind && !hasBreak(text, comment.end, gap.end) && (gap.comma === null || comment.start > gap.comma);
    if (opensLine || hasBreak(text, end, comment.start)) break;
    end = comment.end;
    next += 1;
  }
  return next;
}

/** Whether a comma is written with what follows: on its line, or below its comments. */
function leadsNext(text: string, gap: Gap, comma: number, last: number): boolean {
  const block = gap.comments[last];
  if (block !== undefined && block.start < comma) return true;
  const before = gap.comments.filter(({ end }) => end <= comma).at(-1)?.end ?? gap.start;
  return hasBreak(text, before, comma) && !hasBreak(text, comma, gap.end);
}
