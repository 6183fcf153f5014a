import type { SyntaxNode } from '../parse';
import { hasBreak, indentAt, readGap, startsLine } from './trivia';

/** How a text is written, for what is added to it. */
export interface Style {
  readonly eol: string;
  /** One level of indentation. */
  readonly unit: string;
  /** Inside the braces of an object on one line, and the brackets of a list. */
  readonly objectPad: string;
  readonly listPad: string;
  readonly colon: string;
  readonly comma: string;
  /** Whether the last of several lines ends in a comma. */
  readonly trailingComma: boolean;
  /** Everything stands on one line, so that what is added does too. */
  readonly oneLine: boolean;
}

/** Reads the habits of a text off the first places that show them; what shows nowhere is written as two spaces, `{ "a": 1 }`, `[1]`. */
export function styleOf(text: string, root: SyntaxNode): Style {
  const seen: { -readonly [K in keyof Style]?: Style[K] } = {};
  look(text, root, seen);
  const oneLine = !hasBreak(text, root.start, root.end) && (root.kind === 'object' || root.kind === 'array') && childCount(root) > 0;
  return {
    eol: /\r\n|\n|\r/.exec(text)?.[0] ?? '\n',
    unit: seen.unit ?? '  ',
    objectPad: seen.objectPad ?? (seen.colon === ':' && oneLine ? '' : ' '),
    listPad: seen.listPad ?? '',
    colon: seen.colon ?? ': ',
    comma: seen.comma ?? (seen.colon === ':' && oneLine ? ',' : ', '),
    trailingComma: seen.trailingComma ?? false,
    oneLine,
  };
}

function look(text: string, node: SyntaxNode, seen: { -readonly [K in keyof Style]?: Style[K] }): void {
  if (node.kind !== 'object' && node.kind !== 'array') return;
  const spans =
    node.kind === 'object'
      ? node.members.map(({ keySpan, value }) => ({ start: keySpan.start, end: value.end }))
      : node.items.map(({ start, end }) => ({ start, end }));
  const first = spans[0];
  const last = spans.at(-1);
  if (first !== undefined && last !== undefined) {
    if (hasBreak(text, node.start, node.end)) {
      const outer = indentAt(text, node.start);
      const inner = indentAt(text, first.start);
      if (startsLine(text, first.start) && inner.startsWith(outer) && inner.length > outer.length) seen.unit ??= inner.slice(outer.length);
      if (hasBreak(text, last.end, node.end)) seen.trailingComma ??= readGap(text, last.end, node.end - 1).comma !== null;
    } else {
      const pad = blanksOnly(text.slice(node.start + 1, first.start));
      if (node.kind === 'object') seen.objectPad ??= pad;
      else seen.listPad ??= pad;
      const second = spans[1];
      if (second !== undefined) seen.comma ??= separator(text.slice(first.end, second.start));
    }
  }
  if (node.kind === 'object') {
    for (const { keySpan, value } of node.members) {
      const between = text.slice(keySpan.end, value.start);
      if (/^ ?: ?$/.test(between)) seen.colon ??= between;
      look(text, value, seen);
    }
  } else for (const item of node.items) look(text, item, seen);
}

function blanksOnly(text: string): string | undefined {
  return /^ *$/.test(text) ? text : undefined;
}

function separator(text: string): string | undefined {
  return /^, *$/.test(text) ? text : undefined;
}

function childCount(node: SyntaxNode): number {
  if (node.kind === 'object') return node.members.length;
  return node.kind === 'array' ? node.items.length : 0;
}
