import { type Alias, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, type Pair, parseAllDocuments } from 'yaml';
import { losesPrecision } from '../number-precision';
import { TEXT_BYTES_MAX } from '../parse';
import { ProblemList, pointerTo } from '../problem';
import type { CommentedDocument, CommentedItem, CommentedMember, CommentedNode } from './tree';

/** Aliases repeat what they point at, so a short text can stand for an endless one: what is read counts, not what is written. */
const NODES_MAX = 50_000;
const DEPTH_MAX = 40;
const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;
const DANGEROUS_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export interface CommentedYaml {
  /** null when the text cannot be read; why is among the problems. */
  readonly document: CommentedDocument | null;
  readonly list: ProblemList;
}

/** Reads one YAML 1.2 document (core schema) with its comments. What JSON cannot say is a problem with its place. Never throws. */
export function readCommentedYaml(text: string): CommentedYaml {
  const list = new ProblemList(text);
  const at = (start = 0, end = start) => ({ start, end });
  if (text.length > TEXT_BYTES_MAX) {
    list.error('text.too_large', at(), '', 'A policy is at most 1 MiB of UTF-8 text.', 'split it by server');
    return { document: null, list };
  }
  const lines = new LineCounter();
  try {
    // Uniqueness is checked by the reader below: the library compares every key with every other.
    const documents = parseAllDocuments(text, {
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter: lines,
      schema: 'core',
      version: '1.2',
      merge: false,
    });
    const [document, second] = 'empty' in documents ? [] : documents;
    if (document === undefined || document.contents === null) {
      list.error('text.empty', at(), '', 'The text holds no policy.', 'start with `version: "1"`');
      return { document: null, list };
    }
    if (second !== undefined) {
      const start = second.range?.[0] ?? 0;
      list.error('yaml.documents', at(start), '', 'The text holds several YAML documents; a policy is one.', 'import them one by one');
    }
    for (const mistake of [...document.errors, ...document.warnings])
      list.error(`yaml.${mistake.code.toLowerCase()}`, at(mistake.pos[0], mistake.pos[1]), '', mistake.message.split('\n')[0] ?? '');
    const reader = new Reader(list, lines, (alias) => alias.resolve(document) as Node | undefined);
    const root = reader.node(document.contents as Node, '', 0);
    if (list.failed || root === null) return { document: null, list };
    return { document: { head: commentLines(document.commentBefore), root, tail: commentLines(document.comment) }, list };
  } catch (error) {
    // The library recurses: nesting beyond all sense ends here, as does whatever else it stumbles over.
    const deep = error instanceof RangeError;
    list.error(
      deep ? 'text.too_deep' : 'yaml.unreadable',
      at(),
      '',
      deep ? `A policy nests at most ${DEPTH_MAX} levels.` : 'This YAML cannot be read.',
      deep ? undefined : 'check it with another YAML tool, or write JSON',
    );
    return { document: null, list };
  }
}

class Reader {
  private nodes = 0;
  private stopped = false;

  constructor(
    private readonly list: ProblemList,
    private readonly lines: LineCounter,
    private readonly resolve: (alias: Alias) => Node | undefined,
  ) {}

  /** null when the value has no counterpart in JSON, or when too much was read. */
  node(node: Node | null, pointer: string, depth: number, inList = false): CommentedNode | null {
    if (this.stopped) return null;
    this.nodes += 1;
    if (this.nodes > NODES_MAX || depth > DEPTH_MAX) return this.stop(node, pointer, depth);
    if (node === null) return { kind: 'scalar', line: 0, value: null, literal: 'null' };
    if (isAlias(node)) {
      const target = this.resolve(node);
      if (target === undefined)
        return this.wrong(node, pointer, 'yaml.alias', `Nothing is named \`&${node.source.slice(0, 40)}\` before this alias.`);
      return this.node(target, pointer, depth + 1);
    }
    const line = this.lines.linePos(node.range?.[0] ?? 0).line;
    if (isMap(node)) {
      const members = this.members(node.items, pointer, depth);
      const closing = moveLead(node, members, inList);
      return { kind: 'object', line, members, closing };
    }
    if (isSeq(node)) {
      const items: CommentedItem[] = [];
      node.items.forEach((item, i) => {
        if (isPair(item)) {
          this.wrong(node, pointer, 'yaml.pair', 'A pair stands in a list here.', 'write it as { key: value }');
          return;
        }
        const read = this.node(item as Node | null, pointerTo(pointer, i), depth + 1, true);
        if (read !== null) items.push({ ...notesOf(item as Node | null, item as Node | null), value: read });
      });
      const closing = moveLead(node, items, inList);
      return { kind: 'array', line, items, closing };
    }
    return isScalar(node) ? this.scalar(node, pointer, line) : null;
  }

  private members(pairs: readonly Pair[], pointer: string, depth: number): CommentedMember[] {
    const members: CommentedMember[] = [];
    const seen = new Set<string>();
    for (const pair of pairs) {
      const key = pair.key as Node | null;
      const name = isScalar(key) ? key.value : undefined;
      if (typeof name !== 'string') {
        this.wrong(key, pointer, 'yaml.key', 'A key must be text.', 'put it in quotes');
        continue;
      }
      const child = pointerTo(pointer, name);
      if (name === '<<') this.wrong(key, child, 'yaml.merge', 'Merge keys (`<<`) are not read.', 'write the keys out');
      else if (seen.has(name))
        this.wrong(
          key,
          child,
          'key.duplicate',
          `The key "${name.slice(0, 80)}" is here twice.`,
          'remove one; which of them would win differs between readers',
        );
      else if (DANGEROUS_KEYS.has(name))
        this.wrong(key, child, 'key.dangerous', `The key "${name}" is refused: it changes objects in JavaScript.`, 'rename it');
      else {
        seen.add(name);
        const value = pair.value as Node | null;
        const read = this.node(value, child, depth + 1);
        if (read !== null)
          members.push({ key: name, ...notesOf(key, value), value: { ...read, line: this.lines.linePos(key?.range?.[0] ?? 0).line } });
      }
    }
    return members;
  }

  private scalar(node: Node & { value?: unknown; source?: string }, pointer: string, line: number): CommentedNode | null {
    const { value } = node;
    if (value === null || typeof value === 'boolean') return { kind: 'scalar', line, value, literal: String(value) };
    if (typeof value === 'string') {
      if (!value.isWellFormed())
        return this.wrong(node, pointer, 'text.surrogate', 'Half of a character pair (a lone surrogate) is not text.');
      return { kind: 'scalar', line, value, literal: JSON.stringify(value) };
    }
    if (typeof value !== 'number')
      return this.wrong(node, pointer, 'yaml.type', 'This value has no counterpart in JSON.', 'write text, a number, true, false or null');
    const source = node.source ?? String(value);
    if (
      !Number.isFinite(value) ||
      (JSON_NUMBER.test(source) ? losesPrecision(source, value) : Number.isInteger(value) && !Number.isSafeInteger(value))
    )
      return this.wrong(
        node,
        pointer,
        'number.precision',
        'This number cannot be kept exactly.',
        'whole numbers go up to 9007199254740991, fractions to about 15 digits',
      );
    return { kind: 'scalar', line, value, literal: JSON_NUMBER.test(source) ? source : JSON.stringify(value) };
  }

  private stop(node: Node | null, pointer: string, depth: number): null {
    this.stopped = true;
    const start = node?.range?.[0] ?? 0;
    if (depth > DEPTH_MAX)
      this.list.error('text.too_deep', { start, end: start }, pointer.slice(0, 200), `A policy nests at most ${DEPTH_MAX} levels.`);
    else
      this.list.error(
        'yaml.too_many',
        { start, end: start },
        pointer.slice(0, 200),
        `With its aliases the text stands for more than ${NODES_MAX} values.`,
        'write out what is meant, or split it by server',
      );
    return null;
  }

  private wrong(node: Node | null, pointer: string, code: string, message: string, hint?: string): null {
    const range = node?.range;
    this.list.error(code, { start: range?.[0] ?? 0, end: range?.[1] ?? 0 }, pointer, message, hint);
    return null;
  }
}

/** The library keeps a comment between a key and its list or map at the collection; it belongs to the first entry. Gives the closing lines. */
function moveLead<T extends CommentedItem>(node: Node, children: T[], inList: boolean): string[] {
  const lead = inList ? [] : commentLines(node.commentBefore);
  const first = children[0];
  if (first !== undefined && lead.length > 0) children[0] = { ...first, above: [...lead, ...first.above] };
  return [...(first === undefined ? lead : []), ...commentLines(node.comment)];
}

function notesOf(start: Node | null, value: Node | null): { above: string[]; beside: string | null; gap: boolean } {
  const own = start === value ? [] : isScalar(value) ? commentLines(value.commentBefore) : [];
  const lead = commentLines(start?.commentBefore);
  const beside = isScalar(value) || isAlias(value) ? commentLines(value.comment) : [];
  // A comment behind a plain key (`key: # why`) belongs to the key.
  const behindKey = start !== value && isScalar(start) ? commentLines(start.comment) : [];
  return {
    above: [...lead, ...behindKey, ...own],
    beside: beside.length === 0 ? null : beside.join(' '),
    gap: start?.spaceBefore === true,
  };
}

/** The library keeps what follows the sign, and blank lines between comments, which are no comments. */
function commentLines(text: string | null | undefined): string[] {
  if (text === null || text === undefined) return [];
  return text
    .split('\n')
    .map((line) => line.replace(/^ /, '').trimEnd())
    .filter((line) => line !== '');
}
