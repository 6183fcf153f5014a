import type { Catalogue, CatalogueTool } from '@/lib/domain/decision';
import type { PolicyDocument, RuleBlock } from '../document';
import { compileNameGlob, isGlob } from '../glob';
import { type Location, locateAll } from '../locate';
import type { SyntaxNode } from '../parse';
import { type ProblemList, pointerTo, type Severity } from '../problem';

/** A block and where it stands. */
export interface PlacedBlock {
  /** The key under `tools`, `risk read` and the like, or `all_tools`. */
  readonly owner: string;
  readonly pointer: string;
  readonly block: RuleBlock;
  /** The tools of the catalogue that this block decides. */
  readonly tools: readonly CatalogueTool[];
}

/** What the finders share: the document, its blocks with the tools they decide, and a way to say something about a place. */
export class Review {
  readonly blocks: readonly PlacedBlock[];
  /** Tools that neither `tools` nor `risk` lists. */
  readonly unlisted: readonly CatalogueTool[];
  private readonly places: ReadonlyMap<string, Location>;
  private readonly hideMatchers: readonly ((name: string) => boolean)[];

  constructor(
    readonly document: PolicyDocument,
    root: SyntaxNode,
    private readonly list: ProblemList,
    readonly catalogue: Catalogue,
  ) {
    this.places = locateAll(root);
    this.hideMatchers = document.hide.map((entry) => (isGlob(entry) ? compileNameGlob(entry) : (name: string) => name === entry));
    const decided = new Map<string, CatalogueTool[]>();
    const unlisted: CatalogueTool[] = [];
    const globs = globsBySpecificity(document);
    for (const tool of catalogue.values()) {
      const exact = Object.hasOwn(document.tools, tool.name) ? tool.name : undefined;
      const key = exact ?? globs.find((candidate) => candidate.matches(tool.name))?.key;
      const category = tool.dispatch?.opaque === true ? 'execute' : tool.category;
      const pointer =
        key !== undefined ? pointerTo('/tools', key) : document.risk[category] === undefined ? null : pointerTo('/risk', category);
      if (pointer === null) unlisted.push(tool);
      else decided.set(pointer, [...(decided.get(pointer) ?? []), tool]);
    }
    this.unlisted = unlisted;
    const placed = (owner: string, pointer: string, block: RuleBlock): PlacedBlock => ({
      owner,
      pointer,
      block,
      tools: decided.get(pointer) ?? [],
    });
    this.blocks = [
      ...Object.entries(document.tools).map(([key, block]) => placed(key, pointerTo('/tools', key), block)),
      ...Object.entries(document.risk).map(([category, block]) => placed(`risk ${category}`, pointerTo('/risk', category), block)),
      ...(document.all_tools === null
        ? []
        : [{ owner: 'all_tools', pointer: '/all_tools', block: document.all_tools, tools: [...catalogue.values()] }]),
    ];
  }

  isHidden(name: string): boolean {
    return this.hideMatchers.some((matches) => matches(name));
  }

  /** Whether a rule's text has `conditions`, rather than being one condition itself. */
  readonly isGrouped = (pointer: string): boolean => this.places.has(`${pointer}/conditions`);

  /** Says it at the value that the pointer leads to, or at its key. */
  say(
    severity: Exclude<Severity, 'error'>,
    code: string,
    pointer: string,
    message: string,
    hint?: string,
    at: 'key' | 'value' = 'value',
  ): void {
    const location = this.places.get(pointer);
    if (location === undefined) return;
    const { node, keySpan } = location;
    const head = node.kind === 'object' || node.kind === 'array' ? { start: node.start, end: node.start + 1 } : node;
    this.list.add(severity, code, at === 'key' && keySpan !== null ? keySpan : head, pointer, message, hint);
  }

  /** Says it about the hidden entry as the author wrote it; `hide` is sorted in the document. */
  sayOfHide(entry: string, code: string, message: string, hint?: string): void {
    const location = this.places.get('/hide');
    if (location?.node.kind !== 'array') return;
    const at = location.node.items.findIndex((item) => item.kind === 'string' && item.value === entry);
    if (at >= 0) this.say('warning', code, `/hide/${at}`, message, hint);
  }
}

function globsBySpecificity(document: PolicyDocument): { key: string; matches: (name: string) => boolean }[] {
  const globs = Object.keys(document.tools)
    .filter(isGlob)
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return globs.map((key) => ({ key, matches: compileNameGlob(key) }));
}
