import type { Span } from '../problem';

/** A comment as it is written, with its marks; a line comment ends before its line break. */
export interface Comment extends Span {
  readonly style: 'line' | 'block';
}

/** What lies between two values: comments, and the comma, if one is there. */
export interface Gap extends Span {
  readonly comments: readonly Comment[];
  readonly comma: number | null;
}

const BLANK_LINE = /(?:\r\n|\n|\r(?!\n))[ \t]*[\r\n]/;

/** Reads the space between two tokens of a text that parsed; anything but comments, a comma and a colon is white space there. */
export function readGap(text: string, start: number, end: number): Gap {
  const comments: Comment[] = [];
  let comma: number | null = null;
  let at = start;
  while (at < end) {
    const char = text[at];
    if (char === '/') {
      const block = text[at + 1] === '*';
      const close = block ? text.indexOf('*/', at + 2) + 2 : lineEnd(text, at);
      comments.push({ style: block ? 'block' : 'line', start: at, end: close });
      at = close;
    } else {
      if (char === ',') comma = at;
      at += 1;
    }
  }
  return { comments, comma, start, end };
}

/** Every comment of a stretch of text that begins outside of strings. */
export function commentsIn(text: string, start: number, end: number): Comment[] {
  const comments: Comment[] = [];
  let at = start;
  while (at < end) {
    const char = text[at];
    if (char === '"') at = stringEnd(text, at);
    else if (char === '/') {
      const block = text[at + 1] === '*';
      const close = block ? text.indexOf('*/', at + 2) + 2 : lineEnd(text, at);
      comments.push({ style: block ? 'block' : 'line', start: at, end: close });
      at = close;
    } else at += 1;
  }
  return comments;
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Where the line of `at` ends, before its line break. */
export function lineEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return end;
}

/** Where the line of `at` begins. */
export function lineStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && text[start - 1] !== '\n' && text[start - 1] !== '\r') start -= 1;
  return start;
}

/** Behind the line break at `at`, or `at` where none is. */
export function afterBreak(text: string, at: number): number {
  if (text[at] === '\r') return text[at + 1] === '\n' ? at + 2 : at + 1;
  return text[at] === '\n' ? at + 1 : at;
}

/** Before the line break that ends at `at`, or `at` where none does. */
export function beforeBreak(text: string, at: number): number {
  if (text[at - 1] === '\n') return text[at - 2] === '\r' ? at - 2 : at - 1;
  return text[at - 1] === '\r' ? at - 1 : at;
}

/** Behind the spaces and tabs from `at` on. */
export function afterBlanks(text: string, at: number): number {
  let end = at;
  while (text[end] === ' ' || text[end] === '\t') end += 1;
  return end;
}

/** Before the spaces and tabs that end at `at`. */
export function beforeBlanks(text: string, at: number): number {
  let start = at;
  while (text[start - 1] === ' ' || text[start - 1] === '\t') start -= 1;
  return start;
}

/** The spaces and tabs that the line of `at` begins with. */
export function indentAt(text: string, at: number): string {
  const start = lineStart(text, at);
  return text.slice(start, afterBlanks(text, start));
}

/** Whether only spaces and tabs stand before `at` on its line. */
export function startsLine(text: string, at: number): boolean {
  const before = beforeBlanks(text, at);
  return before === 0 || text[before - 1] === '\n' || text[before - 1] === '\r';
}

/** Whether only spaces and tabs stand behind `at` on its line. */
export function endsLine(text: string, at: number): boolean {
  const after = afterBlanks(text, at);
  return after >= text.length || text[after] === '\n' || text[after] === '\r';
}

export function hasBreak(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) if (text[i] === '\n' || text[i] === '\r') return true;
  return false;
}

export function hasBlankLine(text: string, start: number, end: number): boolean {
  return BLANK_LINE.test(text.slice(start, end));
}
