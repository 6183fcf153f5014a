import { type Change, NO_CHANGE } from './change';
import { Draft } from './draft';
import { commentsAbove, noteOf } from './note-of';
import { pointerTokens } from './pointer';
import { Source } from './source';
import { afterBlanks, afterBreak, endsLine, indentAt, lineEnd, lineStart, startsLine } from './trivia';

/**
 * Makes the comments directly above a member or item say `note`, or takes them away for null and for blank text. A block stays
 * a block, lines stay lines; what is on a line with other things gets a block on that line.
 */
export function setNote(text: string, pointer: string, note: string | null): Change {
  const source = Source.open(text);
  const lines = linesOf(note);
  if (noteOf(text, pointer) === (lines.length === 0 ? null : lines.join('\n'))) return NO_CHANGE;
  const comments = commentsAbove(source, pointer);
  const draft = new Draft(source);
  const first = comments[0];
  const last = comments.at(-1);
  if (first === undefined || last === undefined) {
    const at = startOf(source, pointer);
    const own = startsLine(text, at);
    const between = own ? source.style.eol + indentAt(text, at) : ' ';
    draft.replace(at, at, own ? written(source, lines, indentAt(text, at), 'line') + between : inlineBlock(lines) + between);
    return draft.change();
  }
  draft.dropComments(first.start, last.end);
  if (lines.length === 0) takeAway(draft, first.start, last.end);
  else {
    const own = startsLine(text, first.start) && endsLine(text, last.end);
    draft.replace(first.start, last.end, own ? written(source, lines, indentAt(text, first.start), first.style) : inlineBlock(lines));
  }
  return draft.change();
}

function takeAway(draft: Draft, start: number, end: number): void {
  const { text } = draft.source;
  if (startsLine(text, start) && endsLine(text, end)) draft.replace(lineStart(text, start), afterBreak(text, lineEnd(text, end)), '');
  else draft.replace(start, afterBlanks(text, end), '');
}

function startOf(source: Source, pointer: string): number {
  if (pointerTokens(pointer).length === 0) return source.root.start;
  const { layout, index } = source.entryAt(pointer);
  return layout.entries[index]?.start ?? source.root.start;
}

function linesOf(note: string | null): string[] {
  const lines = (note ?? '').split(/\r\n|\n|\r/).map((line) => line.trimEnd());
  while (lines[0] === '') lines.shift();
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

function written(source: Source, lines: readonly string[], indent: string, style: 'line' | 'block'): string {
  const between = source.style.eol + indent;
  if (style === 'line' || lines.some((line) => line.includes('*/')))
    return lines.map((line) => (line === '' ? '//' : `// ${line}`)).join(between);
  if (lines.length === 1) return `/* ${lines[0]} */`;
  return ['/*', ...lines.map((line) => (line === '' ? ' *' : ` * ${line}`)), ' */'].join(between);
}

/** On a line with other things only a block can stand, and only on that line. */
function inlineBlock(lines: readonly string[]): string {
  return `/* ${lines.join(' ').replaceAll('*/', '* /').trim()} */`;
}
