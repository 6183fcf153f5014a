import type { ProblemList, Span } from './problem';

export type TokenKind = '{' | '}' | '[' | ']' | ':' | ',' | 'string' | 'number' | 'word' | 'end';

/** One token of JSONC. `text` is the decoded value of a string, the literal of a number or word. */
export interface Token extends Span {
  readonly kind: TokenKind;
  readonly text: string;
  /** Whether a line break lies between this token and the one before. */
  readonly newLine: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const WORD = /[A-Za-z_$][\w$.*-]*/y;
const STARTS_TOKEN = /[{}[\]:,"'A-Za-z_$0-9+.-]/;
const BLANK = /[ \t\r\n]/;
/** What stands for itself inside double quotes. */
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y;
const QUOTE = 34;
const NUMBER_RUN = /[-+.0-9][-+.0-9A-Za-z_]*/y;

/** Cuts JSONC (comments, and nothing else beyond JSON) into tokens; what it cannot read is reported once and skipped. */
export class Scanner {
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly list: ProblemList,
  ) {}

  next(): Token {
    let newLine = this.skipBlanks();
    while (this.skipGarbage()) newLine = this.skipBlanks() || newLine;
    const start = this.at;
    const char = this.source[start];
    if (char === undefined) return { kind: 'end', text: '', start, end: start, newLine };
    if (char === '{' || char === '}' || char === '[' || char === ']' || char === ':' || char === ',') {
      this.at += 1;
      return { kind: char, text: char, start, end: this.at, newLine };
    }
    if (char === '"') return { kind: 'string', text: this.string('"'), start, end: this.at, newLine };
    if (char === "'") {
      const text = this.string("'");
      this.list.error('syntax.quotes', { start, end: this.at }, '', 'Text is written in double quotes.', 'replace the single quotes by "');
      return { kind: 'string', text, start, end: this.at, newLine };
    }
    const run = this.match(NUMBER_RUN);
    if (run !== null) return { kind: 'number', text: run, start, end: this.at, newLine };
    return { kind: 'word', text: this.match(WORD) ?? '', start, end: this.at, newLine };
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0] ?? null;
    if (found !== null) this.at += found.length;
    return found;
  }

  /** Skips white space and comments; true when a line break was among them. */
  private skipBlanks(): boolean {
    let newLine = false;
    for (;;) {
      const char = this.source[this.at];
      if (char === '\n' || char === '\r') newLine = true;
      if (char === ' ' || char === '\t' || char === '\n' || char === '\r') this.at += 1;
      else if (char === '/' && this.source[this.at + 1] === '/') this.skipLineComment();
      else if (char === '/' && this.source[this.at + 1] === '*') this.skipBlockComment();
      else return newLine;
    }
  }

  private skipLineComment(): void {
    while (this.at < this.source.length && this.source[this.at] !== '\n' && this.source[this.at] !== '\r') this.at += 1;
  }

  private skipBlockComment(): void {
    const end = this.source.indexOf('*/', this.at + 2);
    if (end < 0) {
      this.list.error('syntax.comment', { start: this.at, end: this.at + 2 }, '', 'This comment never ends.', 'close it with */');
      this.at = this.source.length;
    } else this.at = end + 2;
  }

  /** Passes over characters that start no token; false when the next one does. */
  private skipGarbage(): boolean {
    const start = this.at;
    if (start >= this.source.length || STARTS_TOKEN.test(this.source.charAt(start))) return false;
    while (this.at < this.source.length && !STARTS_TOKEN.test(this.source[this.at] ?? '')) {
      this.at += 1;
      if (this.source[this.at] === '/' || BLANK.test(this.source[this.at] ?? '')) break;
    }
    if (this.at === start) return false;
    const code = this.source.codePointAt(start) ?? 0;
    const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    this.list.error('syntax.character', { start, end: this.at }, '', `The character ${name} has no meaning here.`, 'remove it');
    return true;
  }

  /** A text without escapes and other surprises, which nearly all are; null for any other, read with care. */
  private plainString(): string | null {
    const start = this.at + 1;
    PLAIN_TEXT.lastIndex = start;
    PLAIN_TEXT.test(this.source);
    const end = PLAIN_TEXT.lastIndex;
    if (this.source.charCodeAt(end) !== QUOTE) return null;
    const text = this.source.slice(start, end);
    if (!text.isWellFormed()) return null;
    this.at = end + 1;
    return text;
  }

  private string(quote: string): string {
    const start = this.at;
    const plain = quote === '"' ? this.plainString() : null;
    if (plain !== null) return plain;
    this.at += 1;
    let decoded = '';
    for (;;) {
      const char = this.source[this.at];
      if (char === undefined || char === '\n' || char === '\r') {
        this.list.error('syntax.string', { start, end: this.at }, '', 'This text is not closed on its line.', `close it with ${quote}`);
        return decoded;
      }
      if (char === quote) {
        this.at += 1;
        if (!decoded.isWellFormed()) {
          this.list.error(
            'text.surrogate',
            { start, end: this.at },
            '',
            'Half of a character pair (a lone surrogate) is not text.',
            'write both halves, or the character itself',
          );
          return decoded.toWellFormed();
        }
        return decoded;
      }
      if (char === '\\') decoded += this.escape();
      else {
        if (char < ' ')
          this.list.error(
            'syntax.control',
            { start: this.at, end: this.at + 1 },
            '',
            'A control character must be written as an escape.',
            'for example \\t for a tab',
          );
        decoded += char;
        this.at += 1;
      }
    }
  }

  private escape(): string {
    const start = this.at;
    const letter = this.source[start + 1] ?? '';
    const simple = ESCAPES[letter];
    if (simple !== undefined) {
      this.at += 2;
      return simple;
    }
    const hex = this.source.slice(start + 2, start + 6);
    if (letter === 'u' && /^[0-9a-fA-F]{4}$/.test(hex)) {
      this.at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const breaks = letter === '' || letter === '\n' || letter === '\r';
    this.at += breaks ? 1 : 2;
    this.list.error('syntax.escape', { start, end: this.at }, '', 'This escape is not JSON.', 'write a backslash itself as \\\\');
    return breaks ? '' : letter;
  }
}
