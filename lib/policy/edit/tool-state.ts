import type { Category } from '@/lib/domain/risk';
import { compileNameGlob, isGlob } from '../glob';
import { pointerTo } from '../problem';

/** What can be said about a tool: nothing of its own, or one of the four. */
export const TOOL_STATES = ['inherit', 'allow', 'ask', 'deny', 'hide'] as const;
export type ToolStateName = (typeof TOOL_STATES)[number];
export type StateOutcome = 'allowed' | 'needs_approval' | 'denied' | 'hidden';

/** What of a block its state depends on; a block that is read from a text with errors will do. */
export interface StateBlock {
  readonly action: string | null;
  readonly limits: readonly unknown[];
  readonly rate_limit: unknown;
  readonly approval: { readonly when: readonly unknown[] } | null;
}

/** What of a policy the states of its tools depend on. */
export interface StateSource<Block extends StateBlock> {
  readonly default: string | null;
  readonly hide: readonly string[];
  readonly risk: ReadonlyMap<Category, Block>;
  readonly tools: ReadonlyMap<string, Block>;
}

export interface ToolState<Block extends StateBlock = StateBlock> {
  /** What the policy says about this very tool; `hide` also when a pattern hides it, since no block can bring it back. */
  readonly choice: ToolStateName;
  readonly outcome: StateOutcome;
  /** What decides when the tool says nothing itself: `pattern get_*`, `read class`, `default`. null: said for this very tool. */
  readonly by: string | null;
  /** JSON Pointer of what decides. */
  readonly pointer: string;
  /** The block whose rules apply, wherever it is written. */
  readonly block: Block | null;
  /** Asks only when conditions hold: a rule of an allowed tool, not its state. */
  readonly sometimesAsks: boolean;
  readonly limited: boolean;
}

/** How a policy decides about tools by name, patterns compiled once. */
export class StateReader<Block extends StateBlock> {
  private readonly hiddenNames: ReadonlySet<string>;
  private readonly hiddenGlobs: readonly { readonly glob: string; readonly index: number; readonly matches: (name: string) => boolean }[];
  private readonly globs: readonly { readonly glob: string; readonly matches: (name: string) => boolean; readonly block: Block }[];

  constructor(private readonly source: StateSource<Block>) {
    this.hiddenNames = new Set(source.hide);
    this.hiddenGlobs = source.hide.flatMap((glob, index) => (isGlob(glob) ? [{ glob, index, matches: compileNameGlob(glob) }] : []));
    this.globs = [...source.tools]
      .filter(([name]) => isGlob(name))
      .map(([glob, block]) => ({ glob, block, matches: compileNameGlob(glob) }))
      .sort((a, b) => longestFirst(a.glob, b.glob));
  }

  /** The state of a tool, or of a pattern under `tools`. `category` is undefined for tools that nobody classified. */
  of(name: string, category: Category | undefined): ToolState<Block> {
    const own = this.source.tools.get(name) ?? null;
    const pattern = own === null ? this.globs.find((entry) => entry.glob !== name && entry.matches(name)) : undefined;
    const risk = own === null && pattern === undefined && category !== undefined ? (this.source.risk.get(category) ?? null) : null;
    const block = own ?? pattern?.block ?? risk;
    const by = own !== null ? null : pattern !== undefined ? `pattern ${pattern.glob}` : risk !== null ? `${category} class` : 'default';
    const rules = blockState(block, this.source.default === 'allow' ? 'allowed' : 'denied');
    if (this.hiddenNames.has(name))
      return { ...rules, choice: 'hide', outcome: 'hidden', by: null, pointer: `/hide/${this.source.hide.indexOf(name)}`, block };
    const hiding = this.hiddenGlobs.find((entry) => entry.matches(name));
    if (hiding !== undefined)
      return { ...rules, choice: 'hide', outcome: 'hidden', by: `pattern ${hiding.glob}`, pointer: `/hide/${hiding.index}`, block };
    const pointer =
      own !== null || pattern !== undefined
        ? pointerTo('/tools', pattern?.glob ?? name)
        : risk !== null && category !== undefined
          ? pointerTo('/risk', category)
          : '/default';
    return { ...rules, choice: own === null ? 'inherit' : choiceOf(rules.outcome), by, pointer, block };
  }
}

/** What a block alone comes to. */
export function blockState(
  block: StateBlock | null,
  fallback: 'allowed' | 'denied',
): Pick<ToolState, 'outcome' | 'sometimesAsks' | 'limited'> {
  if (block === null) return { outcome: fallback, sometimesAsks: false, limited: false };
  const limited = block.limits.length > 0 || block.rate_limit !== null;
  if (block.action === 'deny') return { outcome: 'denied', sometimesAsks: false, limited };
  const always = block.action === 'approve' || block.approval?.when.length === 0;
  return { outcome: always ? 'needs_approval' : 'allowed', sometimesAsks: !always && block.approval !== null, limited };
}

export function choiceOf(outcome: StateOutcome): ToolStateName {
  return outcome === 'allowed' ? 'allow' : outcome === 'needs_approval' ? 'ask' : outcome === 'denied' ? 'deny' : 'hide';
}

/** The longest pattern, other than the name itself, that covers a name; of equally long ones the first by code units. */
export function coveringGlob(names: readonly string[], name: string): string | null {
  const covering = names.filter((glob) => glob !== name && isGlob(glob) && compileNameGlob(glob)(name));
  return covering.sort(longestFirst)[0] ?? null;
}

function longestFirst(a: string, b: string): number {
  return b.length - a.length || (a < b ? -1 : 1);
}
