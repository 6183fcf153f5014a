import { findNodeAtLocation, getLocation, type Node, parseTree, visit } from 'jsonc-parser';
import { compileNameGlob, isGlob } from '@/lib/policy/glob';
import { argumentPaths, type PathOption } from '../builder/argument-paths';

/** What the editor has to know of a tool of the server; its texts are the server's own. */
export interface LanguageTool {
  readonly name: string;
  readonly category: string;
  readonly risk: string;
  readonly description: string | null;
  readonly inputSchema: unknown;
}

/** A place in a text that may be broken, as far as it can be told. */
export interface TextPlace {
  readonly path: readonly (string | number)[];
  /** Where what stands here begins and ends; both the caret where nothing does. */
  readonly start: number;
  readonly end: number;
  /** The caret is in a member's name. */
  readonly isKey: boolean;
  /** The caret is in a comment, where words are not the language's. */
  readonly inComment: boolean;
  readonly root: Node | undefined;
}

/** The longest word that is looked for before the caret. */
const WORD_MAX = 200;

export function placeAt(text: string, offset: number): TextPlace {
  const location = getLocation(text, offset);
  const node = location.previousNode;
  const covers =
    node !== undefined && node.offset <= offset && offset <= node.offset + node.length && node.type !== 'object' && node.type !== 'array';
  // A word without quotes yet is no value for the parser, and is what the author is writing all the same.
  const bare = covers ? 0 : (/[A-Za-z_][\w.-]*$/.exec(text.slice(Math.max(0, offset - WORD_MAX), offset))?.[0].length ?? 0);
  return {
    path: location.path,
    start: covers ? node.offset : offset - bare,
    end: covers ? node.offset + node.length : offset,
    isKey: location.isAtPropertyKey,
    inComment: isInComment(text, offset),
    root: parseTree(text, [], { allowTrailingComma: true, disallowComments: false }),
  };
}

function isInComment(text: string, offset: number): boolean {
  let found = false;
  visit(text, {
    onComment(start, length) {
      // Behind a line comment the caret is still in it; behind a block it is not.
      const last = text[start + 1] === '/' ? start + length : start + length - 1;
      if (start < offset && offset <= last) found = true;
    },
  });
  return found;
}

export function valueAt(root: Node | undefined, path: readonly (string | number)[]): unknown {
  const node = root === undefined ? undefined : findNodeAtLocation(root, [...path]);
  return node?.value;
}

export function isThere(root: Node | undefined, path: readonly (string | number)[]): boolean {
  return root !== undefined && findNodeAtLocation(root, [...path]) !== undefined;
}

/** The tools that the block at a place is about: one, those of a pattern or class, or all. */
export function toolsOfBlock(path: readonly (string | number)[], tools: readonly LanguageTool[]): readonly LanguageTool[] {
  const [section, name] = path;
  if (section === 'all_tools') return tools;
  if (typeof name !== 'string') return [];
  if (section === 'risk') return tools.filter((tool) => tool.category === name);
  if (section !== 'tools') return [];
  return isGlob(name) ? tools.filter((tool) => compileNameGlob(name)(tool.name)) : tools.filter((tool) => tool.name === name);
}

const OPTIONS_MAX = 200;

/** Arguments of several tools, each once. */
export function optionsOf(tools: readonly LanguageTool[]): readonly PathOption[] {
  const found = new Map<string, PathOption>();
  for (const tool of tools) {
    for (const option of argumentPaths(tool.inputSchema as Parameters<typeof argumentPaths>[0])) {
      if (!found.has(option.path)) found.set(option.path, option);
      if (found.size >= OPTIONS_MAX) return [...found.values()];
    }
  }
  return [...found.values()];
}
