import type { SyntaxNode } from '../parse';
import type { Span } from '../problem';
import type { CommentedDocument, CommentedItem, CommentedNode, Notes } from './tree';

interface Comment extends Span {
  readonly lines: readonly string[];
}

/** The tree of a JSONC text that `parsePolicyText` has read without errors, with every comment at the value it stands by. */
export function readCommentedJsonc(text: string, root: SyntaxNode): CommentedDocument {
  return new Reader(text, commentsOf(text)).document(root);
}

class Reader {
  private next = 0;
  private line = 1;
  private counted = 0;

  constructor(
    private readonly text: string,
    private readonly comments: readonly Comment[],
  ) {}

  document(root: SyntaxNode): CommentedDocument {
    const head = this.takeUntil(root.start);
    const node = this.node(root);
    return { head, root: node, tail: this.takeUntil(this.text.length + 1) };
  }

  private node(node: SyntaxNode): CommentedNode {
    const line = this.lineOf(node.start);
    if (node.kind === 'object') {
      const members = node.members.map((member) => ({
        key: member.key,
        ...this.item(member.keySpan.start, member.value),
      }));
      return { kind: 'object', line, members, closing: this.takeUntil(node.end) };
    }
    if (node.kind === 'array') {
      const items = node.items.map((item) => this.item(item.start, item));
      return { kind: 'array', line, items, closing: this.takeUntil(node.end) };
    }
    const value = node.kind === 'null' || node.kind === 'invalid' ? null : node.value;
    const literal = node.kind === 'number' ? this.text.slice(node.start, node.end) : JSON.stringify(value);
    return { kind: 'scalar', line, value, literal };
  }

  private item(start: number, value: SyntaxNode): CommentedItem {
    const first = this.comments[this.next];
    const from = first !== undefined && first.end <= start ? first.start : start;
    const gap = /\n[ \t\r]*\n[ \t\r]*$/.test(this.text.slice(Math.max(0, from - 2_000), from));
    const above = this.takeUntil(start);
    above.push(...this.takeUntil(value.start));
    const line = this.lineOf(start);
    const node = { ...this.node(value), line };
    const notes: Notes = { above, beside: this.beside(value.end), gap };
    return { ...notes, value: node };
  }

  private takeUntil(offset: number): string[] {
    const lines: string[] = [];
    for (let comment = this.comments[this.next]; comment !== undefined && comment.end <= offset; comment = this.comments[this.next]) {
      lines.push(...comment.lines);
      this.next += 1;
    }
    return lines;
  }

  /** Comments behind a value that end its line. */
  private beside(end: number): string | null {
    const found: string[] = [];
    let at = end;
    for (let comment = this.comments[this.next]; comment !== undefined; comment = this.comments[this.next]) {
      if (
        !/^[ \t]*,?[ \t]*$/.test(this.text.slice(at, comment.start)) ||
        !/^[ \t]*(?:\r|\n|$|\/[/*])/.test(this.text.slice(comment.end, comment.end + 200))
      )
        break;
      if (comment.lines.length > 1) break;
      found.push(...comment.lines);
      at = comment.end;
      this.next += 1;
    }
    return found.length === 0 ? null : found.join(' ');
  }

  /** Asked in the order of the text. */
  private lineOf(offset: number): number {
    for (; this.counted < offset; this.counted += 1) if (this.text[this.counted] === '\n') this.line += 1;
    return this.line;
  }
}

/** All comments of a text without syntax errors: strings are skipped, and nothing else has slashes. */
function commentsOf(text: string): Comment[] {
  const comments: Comment[] = [];
  const pattern = /"(?:[^"\\]|\\.)*"|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const found = match[0];
    if (found.startsWith('"')) continue;
    const body = found.startsWith('//') ? found.slice(2) : found.slice(2, -2);
    const lines = body
      .split(/\r\n|\r|\n/)
      .map((line) => line.replace(/^\s*\*?(?: |$)/, '').trimEnd())
      .filter((line, i, all) => all.length === 1 || line !== '' || (i > 0 && i < all.length - 1));
    comments.push({ start: match.index, end: match.index + found.length, lines });
  }
  return comments;
}
