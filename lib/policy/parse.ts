import type { Json } from '@/lib/kernel/json';
import { losesPrecision } from './number-precision';
import { ProblemList, pointerTo, type Span } from './problem';
import { Scanner, type Token } from './scan';

/** A key and its value, with the place of the key. */
export interface Member {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: SyntaxNode;
}

/** The text as a tree with offsets. `invalid` stands where a value should be and none can be read. */
export type SyntaxNode = Span &
  (
    | { readonly kind: 'object'; readonly members: readonly Member[] }
    | { readonly kind: 'array'; readonly items: readonly SyntaxNode[] }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'null' }
    | { readonly kind: 'invalid' }
  );

export const TEXT_BYTES_MAX = 1024 * 1024;
export const TEXT_DEPTH_MAX = 32;

/** Names that change an object instead of filling it, in one language or another. */
export const DANGEROUS_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;

/**
 * Reads a policy's JSONC. Always gives every problem it can find; the tree holds whatever could be read, so that a slip
 * in one place does not hide mistakes in another. `root` is null only when there is nothing to look at. Never throws.
 */
export function parsePolicyText(text: string, list: ProblemList = new ProblemList(text)): { root: SyntaxNode | null; list: ProblemList } {
  if (exceedsBytes(text, TEXT_BYTES_MAX)) {
    list.error('text.too_large', { start: 0, end: 0 }, '', 'A policy is at most 1 MiB of UTF-8 text.', 'split it by server');
    return { root: null, list };
  }
  let source = text;
  if (text.startsWith('\uFEFF')) {
    list.error('text.bom', { start: 0, end: 1 }, '', 'The text starts with a byte order mark.', 'save it as UTF-8 without BOM');
    source = ` ${text.slice(1)}`;
  }
  if (!/[^\s]/.test(source)) {
    list.error(
      'text.empty',
      { start: 0, end: 0 },
      '',
      'The policy is empty.',
      'start with { "version": "1", "default": "deny", "tools": {} }',
    );
    return { root: null, list };
  }
  return { root: new Parser(source, list).document(), list };
}

function exceedsBytes(text: string, max: number): boolean {
  if (text.length > max) return true;
  if (text.length * 3 <= max) return false;
  let bytes = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code >= 0xd800 && code <= 0xdfff ? 2 : 3;
  }
  return bytes > max;
}

class Parser {
  private readonly scanner: Scanner;
  private token: Token;
  private lastEnd = 0;
  private tooDeepReported = false;
  /** Keys and indexes down to the value being read; a pointer is only written where there is something to say. */
  private readonly trail: (string | number)[] = [];

  constructor(
    source: string,
    private readonly list: ProblemList,
  ) {
    this.scanner = new Scanner(source, list);
    this.token = this.scanner.next();
  }

  document(): SyntaxNode | null {
    if (this.token.kind === 'end') {
      this.list.error(
        'text.empty',
        this.token,
        '',
        'The policy holds only comments.',
        'start with { "version": "1", "default": "deny", "tools": {} }',
      );
      return null;
    }
    const root = this.value(0);
    const rest: Token = this.token;
    if (rest.kind !== 'end') {
      this.list.error('syntax.trailing', rest, '', 'The document ends before this.', 'a policy is one object; remove what follows it');
    }
    return root;
  }

  private get pointer(): string {
    return this.trail.reduce<string>(pointerTo, '');
  }

  private take(): Token {
    const taken = this.token;
    this.lastEnd = taken.end;
    this.token = this.scanner.next();
    return taken;
  }

  private value(depth: number): SyntaxNode {
    const { kind, start, end } = this.token;
    if ((kind === '{' || kind === '[') && depth >= TEXT_DEPTH_MAX) return this.skipDeep();
    if (kind === '{') return this.object(depth);
    if (kind === '[') return this.array(depth);
    if (kind === 'string') return { kind: 'string', value: this.take().text, start, end };
    if (kind === 'number') return this.number();
    if (kind === 'word') return this.word();
    this.list.error('syntax.value', { start: this.lastEnd, end: this.lastEnd }, this.pointer, 'A value is missing here.');
    return { kind: 'invalid', start: this.lastEnd, end: this.lastEnd };
  }

  private word(): SyntaxNode {
    const { text, start, end } = this.take();
    if (text === 'null') return { kind: 'null', start, end };
    if (text === 'true' || text === 'false') return { kind: 'boolean', value: text === 'true', start, end };
    this.list.error(
      'syntax.word',
      { start, end },
      this.pointer,
      `\`${text.slice(0, 40)}\` is not a JSON value.`,
      'text goes in double quotes',
    );
    return { kind: 'invalid', start, end };
  }

  private number(): SyntaxNode {
    const { text, start, end } = this.take();
    const value = Number(text);
    if (!JSON_NUMBER.test(text)) {
      this.list.error(
        'number.invalid',
        { start, end },
        this.pointer,
        `\`${text.slice(0, 40)}\` is not a JSON number.`,
        'write it like 10, -2.5 or 1e3',
      );
      return { kind: 'invalid', start, end };
    }
    if (losesPrecision(text, value)) {
      this.list.error(
        'number.precision',
        { start, end },
        this.pointer,
        'This number cannot be kept exactly.',
        'whole numbers go up to 9007199254740991, fractions to about 15 digits',
      );
    }
    return { kind: 'number', value: value === 0 ? 0 : value, start, end };
  }

  private object(depth: number): SyntaxNode {
    const open = this.take();
    const members: Member[] = [];
    const seen = new Set<string>();
    while (this.token.kind !== '}' && this.token.kind !== 'end') {
      if (this.token.kind === ']') {
        this.list.error('syntax.bracket', this.token, this.pointer, 'An object is closed with }, not with ].');
        this.take();
        return { kind: 'object', members, start: open.start, end: this.lastEnd };
      }
      const member = this.member(depth, seen);
      if (member !== null) members.push(member);
      this.separator('}');
    }
    this.close('}', open);
    return { kind: 'object', members, start: open.start, end: this.lastEnd };
  }

  private member(depth: number, seen: Set<string>): Member | null {
    const { kind, text, start, end } = this.token;
    if (kind !== 'string' && kind !== 'word') {
      this.list.error('syntax.key', this.token, this.pointer, 'A key in double quotes belongs here.');
      if (kind === '{' || kind === '[') this.value(depth + 1);
      else if (kind !== ',') this.take();
      return null;
    }
    this.take();
    if (kind === 'word')
      this.list.error(
        'syntax.key',
        { start, end },
        this.pointer,
        `The key \`${text.slice(0, 40)}\` must be in double quotes.`,
        `write "${text.slice(0, 40)}"`,
      );
    this.trail.push(text);
    const value = this.memberValue(text, end, depth);
    const kept = this.isKept(text, { start, end }, seen);
    this.trail.pop();
    return kept ? { key: text, keySpan: { start, end }, value } : null;
  }

  private memberValue(key: string, end: number, depth: number): SyntaxNode {
    if (this.token.kind === ':') this.take();
    else this.list.error('syntax.colon', { start: end, end }, this.pointer, `A colon is missing after "${key.slice(0, 40)}".`);
    return this.value(depth + 1);
  }

  /** false, and said so, for a key that is there twice or that no object should have. */
  private isKept(text: string, span: Span, seen: Set<string>): boolean {
    if (seen.has(text)) {
      this.list.error(
        'key.duplicate',
        span,
        this.pointer,
        `The key "${text.slice(0, 80)}" is here twice.`,
        'remove one; which of them would win differs between readers',
      );
      return false;
    }
    seen.add(text);
    if (DANGEROUS_KEYS.has(text)) {
      this.list.error('key.dangerous', span, this.pointer, `The key "${text}" is refused: it changes objects in JavaScript.`, 'rename it');
      return false;
    }
    return true;
  }

  private array(depth: number): SyntaxNode {
    const open = this.take();
    const items: SyntaxNode[] = [];
    while (this.token.kind !== ']' && this.token.kind !== 'end') {
      if (this.token.kind === '}') {
        this.list.error('syntax.bracket', this.token, this.pointer, 'A list is closed with ], not with }.');
        this.take();
        return { kind: 'array', items, start: open.start, end: this.lastEnd };
      }
      const before = this.token.start;
      this.trail.push(items.length);
      items.push(this.value(depth + 1));
      this.trail.pop();
      if (this.token.start === before && this.token.kind === ':') this.take();
      this.separator(']');
    }
    this.close(']', open);
    return { kind: 'array', items, start: open.start, end: this.lastEnd };
  }

  /** A comma, or nothing before the end; a forgotten comma is reported where it belongs and reading goes on. */
  private separator(end: '}' | ']'): void {
    if (this.token.kind === ',') {
      this.take();
      return;
    }
    if (this.token.kind === end || this.token.kind === 'end' || this.token.kind === '}' || this.token.kind === ']') return;
    this.list.error('syntax.comma', { start: this.lastEnd, end: this.lastEnd }, this.pointer, 'A comma is missing here.');
    if (this.token.kind === ':') this.take();
  }

  private close(kind: '}' | ']', open: Token): void {
    if (this.token.kind === kind) this.take();
    else
      this.list.error(
        'syntax.unclosed',
        { start: open.start, end: open.end },
        this.pointer,
        `This ${open.kind} is never closed.`,
        `close it with ${kind}`,
      );
  }

  /** Reports once and passes over the whole nested value without recursion, so that depth can exhaust nothing. */
  private skipDeep(): SyntaxNode {
    const { start } = this.token;
    if (!this.tooDeepReported)
      this.list.error('text.too_deep', this.token, this.pointer, `A policy nests at most ${TEXT_DEPTH_MAX} levels.`);
    this.tooDeepReported = true;
    let open = 0;
    do {
      const { kind } = this.take();
      if (kind === '{' || kind === '[') open += 1;
      if (kind === '}' || kind === ']') open -= 1;
    } while (open > 0 && this.token.kind !== 'end');
    return { kind: 'invalid', start, end: this.lastEnd };
  }
}

/** The plain value of a tree that parsed without errors; an `invalid` node becomes null. */
export function plainValue(node: SyntaxNode): Json {
  if (node.kind === 'object') return Object.fromEntries(node.members.map((member) => [member.key, plainValue(member.value)]));
  if (node.kind === 'array') return node.items.map(plainValue);
  if (node.kind === 'null' || node.kind === 'invalid') return null;
  return node.value;
}
