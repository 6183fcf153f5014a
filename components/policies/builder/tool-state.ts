import type { Category } from '@/lib/domain/risk';
import { compileNameGlob, isGlob } from '@/lib/policy/glob';
import type { BlockView } from './block-view';
import type { PolicyView } from './policy-view';

/** The five named options of a tool; `inherit` is what patterns, its risk class or the default say. */
export type StateChoice = 'inherit' | 'allow' | 'ask' | 'deny' | 'hide';
export type StateOutcome = 'allowed' | 'needs_approval' | 'denied' | 'hidden';

export interface ToolState {
  readonly choice: StateChoice;
  readonly outcome: StateOutcome;
  /** What decides when the tool says nothing itself: `get_*`, `read tools`, `default`. null: said for this very tool. */
  readonly by: string | null;
  /** JSON Pointer of what decides. */
  readonly pointer: string;
  /** The block whose rules apply, wherever it is written. */
  readonly block: BlockView | null;
  /** Asks only when conditions hold. */
  readonly sometimesAsks: boolean;
  readonly limited: boolean;
}

const WORDS: Record<StateOutcome, string> = { allowed: 'Allowed', needs_approval: 'Ask', denied: 'Denied', hidden: 'Hidden' };

/** `Denied (by default)`, `Allowed`, `Ask (by pattern get_*)`. */
export function stateWords(state: ToolState): string {
  return state.by === null ? WORDS[state.outcome] : `${WORDS[state.outcome]} (by ${state.by})`;
}

/** How a policy decides about tools by name, patterns compiled once. */
export class StateReader {
  private readonly hiddenNames: ReadonlySet<string>;
  private readonly hiddenGlobs: readonly { readonly glob: string; readonly index: number; readonly matches: (name: string) => boolean }[];
  private readonly globs: readonly { readonly glob: string; readonly matches: (name: string) => boolean; readonly block: BlockView }[];

  constructor(private readonly view: PolicyView) {
    this.hiddenNames = new Set(view.hide);
    this.hiddenGlobs = view.hide.flatMap((glob, index) => (isGlob(glob) ? [{ glob, index, matches: compileNameGlob(glob) }] : []));
    this.globs = [...view.tools]
      .filter(([name]) => isGlob(name))
      .map(([glob, block]) => ({ glob, block, matches: compileNameGlob(glob) }))
      .sort((a, b) => b.glob.length - a.glob.length || (a.glob < b.glob ? -1 : 1));
  }

  /** The pattern in `hide` that covers a name; the name itself does not count. */
  hidingPattern(name: string): string | null {
    return this.hiddenGlobs.find((entry) => entry.glob !== name && entry.matches(name))?.glob ?? null;
  }

  of(name: string, category: Category | undefined): ToolState {
    const own = this.view.tools.get(name) ?? null;
    const pattern = own === null ? this.globs.find((entry) => entry.matches(name)) : undefined;
    const risk = own === null && pattern === undefined && category !== undefined ? (this.view.risk.get(category) ?? null) : null;
    const block = own ?? pattern?.block ?? risk;
    const by = own !== null ? null : pattern !== undefined ? `pattern ${pattern.glob}` : risk !== null ? `${category} class` : 'default';
    const pointer = block?.pointer ?? '/default';
    const rules = blockState(block, this.view.default === 'allow' ? 'allowed' : 'denied');
    if (this.hiddenNames.has(name)) {
      const at = `/hide/${this.view.hide.indexOf(name)}`;
      return { ...rules, choice: 'hide', outcome: 'hidden', by: null, pointer: at, block };
    }
    const hiding = this.hiddenGlobs.find((entry) => entry.matches(name));
    if (hiding !== undefined) {
      return { ...rules, choice: 'hide', outcome: 'hidden', by: `pattern ${hiding.glob}`, pointer: `/hide/${hiding.index}`, block };
    }
    return { ...rules, choice: own === null ? 'inherit' : choiceOf(rules.outcome), by, pointer, block };
  }
}

/** What a block alone comes to. */
export function blockState(
  block: BlockView | null,
  fallback: 'allowed' | 'denied',
): Pick<ToolState, 'outcome' | 'sometimesAsks' | 'limited'> {
  if (block === null) return { outcome: fallback, sometimesAsks: false, limited: false };
  const limited = block.limits.length > 0 || block.rate_limit !== null;
  if (block.action === 'deny') return { outcome: 'denied', sometimesAsks: false, limited };
  const always = block.action === 'approve' || (block.approval !== null && block.approval.when.length === 0);
  return { outcome: always ? 'needs_approval' : 'allowed', sometimesAsks: !always && block.approval !== null, limited };
}

export function choiceOf(outcome: StateOutcome): StateChoice {
  return outcome === 'allowed' ? 'allow' : outcome === 'needs_approval' ? 'ask' : outcome === 'denied' ? 'deny' : 'hide';
}
