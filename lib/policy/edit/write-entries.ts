import type { Json } from '@/lib/kernel/json';
import { plainValue, type SyntaxNode } from '../parse';
import type { Draft } from './draft';
import type { Entry, Layout } from './layout';
import type { NewEntry } from './new-entry';
import { goesOnOneLine, type Shape } from './print-value';
import type { Run } from './remove-run';
import type { Source } from './source';
import { afterBlanks, endsLine, hasBreak, indentAt, startsLine } from './trivia';

/** Where new entries go, and how: on lines of their own, or on the line that is there. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly lines: boolean;
  readonly indent: string;
  /** What their neighbours are: the list of values that they follow in shape. */
  readonly siblings: readonly SyntaxNode[];
  /** Whether they follow an entry, stand before one, or take the place of some. */
  readonly side: 'after' | 'before' | 'instead';
}

export function placeAfter(source: Source, layout: Layout, entry: Entry, next: Entry | undefined): Place {
  const { text } = source;
  const start = entry.to;
  const commentBehindComma = entry.beside.some(
    (comment) => comment.style === 'line' || (entry.comma !== null && comment.start > entry.comma),
  );
  const free = endsLine(text, start) || afterBlanks(text, start) === layout.close;
  const ownLine = startsLine(text, entry.from) || (next !== undefined && endsLine(text, start) && startsLine(text, next.from));
  const indent = indentOf(source, layout, entry, next);
  return { start, end: start, lines: free && (ownLine || commentBehindComma), indent, siblings: siblingsOf(layout, entry), side: 'after' };
}

export function placeBefore(source: Source, layout: Layout, entry: Entry): Place {
  const lines = startsLine(source.text, entry.from);
  const indent = indentOf(source, layout, entry, undefined);
  return { start: entry.from, end: entry.from, lines, indent, siblings: siblingsOf(layout, entry), side: 'before' };
}

/** In the place of entries that go. */
export function placeAt(source: Source, layout: Layout, run: Run): Place {
  const entry = layout.entries[run.first];
  const lines = startsLine(source.text, run.from);
  const indent = indentOf(source, layout, entry, undefined);
  return { start: run.from, end: run.to, lines, indent, siblings: entry === undefined ? [] : siblingsOf(layout, entry), side: 'instead' };
}

/** Whether a new entry comes to stand on the line of the entry before it. */
export function joinsLine(source: Source, layout: Layout, entry: Entry, added: NewEntry): boolean {
  const next = layout.entries[layout.entries.indexOf(entry) + 1];
  return !placeAfter(source, layout, entry, next).lines && !hasComments(added);
}

export function writeAt(draft: Draft, place: Place, added: readonly NewEntry[], commas: ReadonlySet<NewEntry>): void {
  const { source } = draft;
  const { style } = source;
  const lines = place.lines || added.some(hasComments);
  const written = added.map((entry) => {
    const shape = lines ? shapeOf(source, entry.value, place.siblings, place.indent) : 'one-line';
    return writeEntry(entry, place.indent, shape, commas.has(entry), style.eol);
  });
  const between = lines ? style.eol + place.indent : style.comma.slice(1);
  const body = written.join(between);
  if (place.side === 'after') draft.replace(place.start, place.end, between + body + tail(source, place, lines && !place.lines));
  else if (place.side === 'before') draft.replace(place.start, place.end, body + between);
  else draft.replace(place.start, place.end, body + tail(source, place, lines && !place.lines));
}

/** One entry with its comments; those above take lines of their own. */
export function writeEntry(entry: NewEntry, indent: string, shape: Shape, comma: boolean, eol: string): string {
  const above = (entry.above ?? []).map((comment) => comment + eol + indent).join('');
  const beside = (entry.beside ?? []).map((comment) => ` ${comment}`).join('');
  return above + entry.write(indent, shape) + (comma ? ',' : '') + beside;
}

export function hasComments(entry: NewEntry): boolean {
  return (entry.above ?? []).length > 0 || (entry.beside ?? []).length > 0;
}

/**
 * The shape of a value among its siblings. Its size suggests one; where the nearest sibling of its kind was written the other
 * way than its own size suggests, that is the author's habit and is followed.
 */
export function shapeOf(source: Source, value: Json, siblings: readonly SyntaxNode[], indent: string): Shape {
  const kind = Array.isArray(value) ? 'array' : 'object';
  const sibling = siblings.find((node) => node.kind === kind && !isEmpty(node));
  if (sibling === undefined || typeof value !== 'object' || value === null) return 'auto';
  const oneLine = !hasBreak(source.text, sibling.start, sibling.end);
  const usual = goesOnOneLine(plainValue(sibling), source.style, indent);
  if (oneLine === usual) return 'auto';
  return oneLine ? 'one-line' : 'several';
}

/** A line that ends in a comment, or in a value on lines of its own, is ended before what followed there. */
function tail(source: Source, place: Place, forced: boolean): string {
  return forced && !endsLine(source.text, place.end) ? source.style.eol + place.indent : '';
}

function indentOf(source: Source, layout: Layout, entry: Entry | undefined, next: Entry | undefined): string {
  const { text, style } = source;
  const model = [entry, next, ...layout.entries].find((other) => other !== undefined && startsLine(text, other.from));
  return model === undefined ? indentAt(text, layout.node.start) + style.unit : indentAt(text, model.from);
}

/** The other values of the object or list, the nearest first. */
function siblingsOf(layout: Layout, entry: Entry): SyntaxNode[] {
  const at = layout.entries.indexOf(entry);
  return layout.entries
    .map(({ value }, i) => ({ value, far: Math.abs(i - at) }))
    .sort((a, b) => a.far - b.far)
    .map(({ value }) => value);
}

function isEmpty(node: SyntaxNode): boolean {
  return (node.kind === 'object' && node.members.length === 0) || (node.kind === 'array' && node.items.length === 0);
}
