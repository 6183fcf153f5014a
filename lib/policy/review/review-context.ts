import type { Catalogue, CatalogueTool } from '@/lib/domain/decision';
import type { PolicyDocument, RuleBlock } from '../document';
import type { Change } from '../edit/change';
import { compileNameGlob, isGlob } from '../glob';
import { Locator } from '../locate';
import type { SyntaxNode } from '../parse';
import { type Fix, type ProblemList, pointerTo, type Severity } from '../problem';
import type { ReviewCode } from './codes';
import type { PlacedBlock } from './placed-block';
import { conditionsOf, type PlacedCondition } from './places';

/** A change that would settle a finding, made from the text when somebody asks for it. */
export interface PlannedFix {
  /** Verb and object. */
  readonly title: string;
  readonly change: (text: string) => Change;
}

export interface Finding {
  /** `warning` when left out. */
  readonly severity?: Exclude<Severity, 'error'>;
  readonly code: ReviewCode;
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
  /** `key` marks the key that the value stands under; `value` when left out. */
  readonly at?: 'key' | 'value';
  readonly fixes?: readonly PlannedFix[];
}

/** What the finders share: the document, its blocks with the tools they decide, and a way to say something about a place. */
export class Review {
  readonly blocks: readonly PlacedBlock[];
  /** The block of all tools, when there is one; it is among `blocks` too. */
  readonly everywhere: PlacedBlock | null;
  /** Tools that neither `tools` nor `risk` lists. */
  readonly unlisted: readonly CatalogueTool[];
  private readonly places: Locator;
  private readonly hidden = new Map<string, boolean>();
  private readonly hideMatchers: readonly ((name: string) => boolean)[];
  private readonly conditions = new Map<PlacedBlock, readonly PlacedCondition[]>();

  constructor(
    private readonly text: string,
    readonly document: PolicyDocument,
    root: SyntaxNode,
    private readonly list: ProblemList,
    readonly catalogue: Catalogue,
  ) {
    this.places = new Locator(root);
    this.hideMatchers = document.hide.map((entry) => (isGlob(entry) ? compileNameGlob(entry) : (name: string) => name === entry));
    const { decided, unlisted } = sortTools(document, catalogue);
    this.unlisted = unlisted;
    const placed = (owner: string, pointer: string, block: RuleBlock): PlacedBlock => ({
      owner,
      pointer,
      block,
      tools: decided.get(pointer) ?? [],
    });
    this.everywhere =
      document.all_tools === null
        ? null
        : { owner: 'all_tools', pointer: '/all_tools', block: document.all_tools, tools: [...catalogue.values()] };
    this.blocks = [
      ...Object.entries(document.tools).map(([key, block]) => placed(key, pointerTo('/tools', key), block)),
      ...Object.entries(document.risk).map(([category, block]) => placed(`risk ${category}`, pointerTo('/risk', category), block)),
      ...(this.everywhere === null ? [] : [this.everywhere]),
    ];
  }

  isHidden(name: string): boolean {
    let hidden = this.hidden.get(name);
    if (hidden === undefined) {
      hidden = this.hideMatchers.some((matches) => matches(name));
      this.hidden.set(name, hidden);
    }
    return hidden;
  }

  /** Whether a rule's text has `conditions`, rather than being one condition itself. */
  readonly isGrouped = (pointer: string): boolean => this.places.find(`${pointer}/conditions`) !== undefined;

  /** What kind of value stands at a pointer in the text; undefined when nothing does. */
  kindAt(pointer: string): SyntaxNode['kind'] | undefined {
    return this.places.find(pointer)?.node.kind;
  }

  conditionsOf(placed: PlacedBlock): readonly PlacedCondition[] {
    let found = this.conditions.get(placed);
    if (found === undefined) {
      found = conditionsOf(placed, this.isGrouped);
      this.conditions.set(placed, found);
    }
    return found;
  }

  /** The pointer of the entry of `hide` as the author wrote it, which is sorted in the document; null when it is not there. */
  hidePointer(entry: string): string | null {
    const node = this.places.find('/hide')?.node;
    const at = node?.kind === 'array' ? node.items.findIndex((item) => item.kind === 'string' && item.value === entry) : -1;
    return at < 0 ? null : `/hide/${at}`;
  }

  /** Says something about the value that a pointer leads to, or about its key. */
  say({ severity = 'warning', code, pointer, message, hint, at = 'value', fixes = [] }: Finding): void {
    const location = this.list.full ? undefined : this.places.find(pointer);
    if (location === undefined) return;
    const { node, keySpan } = location;
    const head = node.kind === 'object' || node.kind === 'array' ? { start: node.start, end: node.start + 1 } : node;
    const span = at === 'key' && keySpan !== null ? keySpan : head;
    const make =
      fixes.length === 0 ? undefined : (): Fix[] => fixes.map(({ title, change }) => ({ title, edits: change(this.text).edits }));
    this.list.add(severity, code, span, pointer, message, hint, make);
  }
}

function sortTools(
  document: PolicyDocument,
  catalogue: Catalogue,
): { readonly decided: ReadonlyMap<string, CatalogueTool[]>; readonly unlisted: CatalogueTool[] } {
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
    else {
      const others = decided.get(pointer);
      if (others === undefined) decided.set(pointer, [tool]);
      else others.push(tool);
    }
  }
  return { decided, unlisted };
}

function globsBySpecificity(document: PolicyDocument): { key: string; matches: (name: string) => boolean }[] {
  const globs = Object.keys(document.tools)
    .filter(isGlob)
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return globs.map((key) => ({ key, matches: compileNameGlob(key) }));
}
