import { parsePolicyText, type SyntaxNode } from '../parse';
import { pointerTo } from '../problem';
import { EditError } from './edit-error';
import { type Layout, layoutOf } from './layout';
import { indexOf, pointerTokens } from './pointer';
import { type Style, styleOf } from './style';

/** Problems of a text that leave its tree whole, so that it can be edited all the same: by such an edit they are mended. */
const HARMLESS: ReadonlySet<string> = new Set(['number.precision', 'text.surrogate']);

/** A text that parsed, with its tree; what is known about its looks is found out once. */
export class Source {
  private readonly layouts = new Map<SyntaxNode, Layout>();
  private foundStyle: Style | null = null;
  private parents: ReadonlyMap<SyntaxNode, SyntaxNode> | null = null;

  private constructor(
    readonly text: string,
    readonly root: SyntaxNode,
  ) {}

  /** Throws EditError when the text does not parse: its tree would lack what stands behind the mistake. */
  static open(text: string): Source {
    if (latest !== null && latest.text === text) return latest;
    const { root, list } = parsePolicyText(text);
    const problem = list.sorted().find(({ severity, code }) => severity === 'error' && !HARMLESS.has(code));
    if (root === null || problem !== undefined) {
      const where = problem === undefined ? '' : ` (line ${problem.line}: ${problem.message})`;
      throw new EditError('text.invalid', `The text cannot be read${where}. Correct it first; nothing was changed.`);
    }
    latest = new Source(text, root);
    return latest;
  }

  get style(): Style {
    this.foundStyle ??= styleOf(this.text, this.root);
    return this.foundStyle;
  }

  layout(node: SyntaxNode): Layout {
    let layout = this.layouts.get(node);
    if (layout === undefined) {
      layout = layoutOf(this.text, node);
      this.layouts.set(node, layout);
    }
    return layout;
  }

  /** The other values of the object or list that holds a value, the nearest first. */
  siblingsOf(node: SyntaxNode): SyntaxNode[] {
    this.parents ??= parentsOf(this.root);
    const parent = this.parents.get(node);
    const all = parent === undefined ? [] : childrenOf(parent);
    const at = all.indexOf(node);
    return all
      .map((child, i) => ({ child, far: Math.abs(i - at) }))
      .filter(({ far }) => far > 0)
      .sort((a, b) => a.far - b.far)
      .map(({ child }) => child);
  }

  /** The values on the way to a pointer, the document first, as far as they exist; `rest` are the tokens that lead to nothing. */
  walk(pointer: string): { readonly path: readonly SyntaxNode[]; readonly rest: readonly string[] } {
    const tokens = pointerTokens(pointer);
    const path = [this.root];
    let node = this.root;
    for (const [i, token] of tokens.entries()) {
      const next = childOf(node, token);
      if (next === null) return { path, rest: tokens.slice(i) };
      path.push(next);
      node = next;
    }
    return { path, rest: [] };
  }

  /** The value at a pointer; throws EditError when nothing is there. */
  at(pointer: string): SyntaxNode {
    const { path, rest } = this.walk(pointer);
    const node = path.at(-1);
    if (node === undefined || rest.length > 0) {
      throw new EditError('pointer.missing', `Nothing is at ${pointer}. It may have been removed or renamed meanwhile.`, pointer);
    }
    return node;
  }

  /** The entry that a pointer names, in the object or list that holds it; throws EditError for nothing and for the document. */
  entryAt(pointer: string): { readonly layout: Layout; readonly index: number; readonly parent: string } {
    this.at(pointer);
    const tokens = pointerTokens(pointer);
    const token = tokens.pop();
    if (token === undefined)
      throw new EditError('place.wrong_kind', 'The whole document is no member or item that this could be done to.', '');
    const parent = tokens.reduce(pointerTo, '');
    const layout = this.layout(this.at(parent));
    const index = layout.node.kind === 'object' ? layout.entries.findIndex(({ key }) => key === token) : Number(token);
    return { layout, index, parent };
  }
}

/** Commands come in groups on one text (every note of every rule, say), which is read once for all of them. */
let latest: Source | null = null;

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  if (node.kind === 'object') return node.members.map(({ value }) => value);
  return node.kind === 'array' ? node.items : [];
}

function parentsOf(root: SyntaxNode): ReadonlyMap<SyntaxNode, SyntaxNode> {
  const parents = new Map<SyntaxNode, SyntaxNode>();
  const visit = (node: SyntaxNode): void => {
    for (const child of childrenOf(node)) {
      parents.set(child, node);
      visit(child);
    }
  };
  visit(root);
  return parents;
}

function childOf(node: SyntaxNode, token: string): SyntaxNode | null {
  if (node.kind === 'object') return node.members.find(({ key }) => key === token)?.value ?? null;
  if (node.kind !== 'array') return null;
  const index = indexOf(token, node.items.length);
  return index === null ? null : (node.items[index] ?? null);
}
