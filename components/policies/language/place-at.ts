import { findNodeAtLocation, getLocation, type Node, parseTree } from 'jsonc-parser';
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
  readonly root: Node | undefined;
}

export function placeAt(text: string, offset: number): TextPlace {
  const location = getLocation(text, offset);
  const node = location.previousNode;
  const covers =
    node !== undefined && node.offset <= offset && offset <= node.offset + node.length && node.type !== 'object' && node.type !== 'array';
  return {
    path: location.path,
    start: covers ? node.offset : offset,
    end: covers ? node.offset + node.length : offset,
    isKey: location.isAtPropertyKey,
    root: parseTree(text, [], { allowTrailingComma: true, disallowComments: false }),
  };
}

export function valueAt(root: Node | undefined, path: readonly (string | number)[]): unknown {
  const node = root === undefined ? undefined : findNodeAtLocation(root, [...path]);
  return node?.value;
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
