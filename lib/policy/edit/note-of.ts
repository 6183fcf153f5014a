import { pointerTokens } from './pointer';
import { Source } from './source';
import { type Comment, hasBlankLine, readGap } from './trivia';

/**
 * What the comments directly above a member or item say, without their marks; null when there are none. For the document
 * it is what stands at its head, if no blank line follows.
 */
export function noteOf(text: string, pointer: string): string | null {
  const comments = commentsAbove(Source.open(text), pointer);
  if (comments.length === 0) return null;
  return comments.map((comment) => wordsOf(text, comment)).join('\n');
}

/** The comments that a note is made of. */
export function commentsAbove(source: Source, pointer: string): readonly Comment[] {
  if (pointerTokens(pointer).length > 0) {
    const { layout, index } = source.entryAt(pointer);
    return layout.entries[index]?.above ?? [];
  }
  const { comments } = readGap(source.text, 0, source.root.start);
  let first = comments.length;
  let at = source.root.start;
  while (first > 0) {
    const comment = comments[first - 1];
    if (comment === undefined || hasBlankLine(source.text, comment.end, at)) break;
    at = comment.start;
    first -= 1;
  }
  return comments.slice(first);
}

/** What a comment says, without its marks. */
export function wordsOf(text: string, comment: Comment): string {
  const written = text.slice(comment.start, comment.end);
  if (comment.style === 'line') return written.slice(2).replace(/^ /, '').trimEnd();
  const lines = written
    .slice(2, -2)
    .replace(/^\*(?=\s)/, '')
    .split(/\r\n|\n|\r/);
  const starred = lines.length > 1 && lines.slice(1, -1).every((line) => /^\s*\*/.test(line)) && lines.length > 2;
  const words = lines.map((line, i) => (i === 0 ? line.trim() : starred ? line.replace(/^\s*\* ?/, '').trimEnd() : line.trim()));
  return words.join('\n').trim();
}
