import type { Category } from '@/lib/domain/risk';
import type { PolicyDocument, RuleBlock } from '../document';
import { compileNameGlob, isGlob } from '../glob';
import { pointerTo } from '../problem';

/** What can be said about a tool: nothing of its own, or one of the four. */
export const TOOL_STATES = ['inherit', 'allow', 'ask', 'deny', 'hide'] as const;
export type ToolStateName = (typeof TOOL_STATES)[number];

/** A state and the JSON Pointer of what says so. */
export interface StateBy {
  readonly state: Exclude<ToolStateName, 'inherit'>;
  readonly by: string;
}

export interface ToolState {
  /** What the policy says about this very tool. */
  readonly state: ToolStateName;
  /** Where it says so; null for `inherit`. */
  readonly by: string | null;
  /** What would hold if it said nothing: a pattern, the risk class or the default. */
  readonly inherited: StateBy;
  /** What holds. It differs from `state` when a pattern in `hide` covers a tool that has a block. */
  readonly effective: StateBy;
  /** The pattern in `hide` that covers the tool, if one does: then no block can bring it back. */
  readonly hiddenByGlob: string | null;
  /** The pattern under `tools` that decides the tool where it has no block of its own. */
  readonly listedByGlob: string | null;
}

/** The state of a tool, or of a pattern under `tools` or `hide`. `category` is undefined for tools that nobody classified. */
export function toolStateOf(document: PolicyDocument, name: string, category: Category | undefined): ToolState {
  const hiddenByGlob = coveringGlob(document.hide, name);
  const listedByGlob = coveringGlob(Object.keys(document.tools), name);
  const inherited = hiddenByGlob === null ? inheritedState(document, listedByGlob, category) : { state: 'hide' as const, by: '/hide' };
  const block = Object.hasOwn(document.tools, name) ? document.tools[name] : undefined;
  const listed = block === undefined ? null : { state: blockState(block), by: pointerTo('/tools', name) };
  const own = document.hide.includes(name) ? { state: 'hide' as const, by: '/hide' } : listed;
  const effective = hiddenByGlob === null ? (own ?? inherited) : { state: 'hide' as const, by: '/hide' };
  return { state: own?.state ?? 'inherit', by: own?.by ?? null, inherited, effective, hiddenByGlob, listedByGlob };
}

/** The longest pattern, other than the name itself, that covers a name; of equally long ones the first by code units. */
export function coveringGlob(names: readonly string[], name: string): string | null {
  const covering = names.filter((glob) => glob !== name && isGlob(glob) && compileNameGlob(glob)(name));
  return covering.sort((a, b) => b.length - a.length || (a < b ? -1 : 1))[0] ?? null;
}

/** An approval that asks only under conditions is a rule of an allowed tool; one that always asks is its state. */
function blockState(block: RuleBlock): 'allow' | 'ask' | 'deny' {
  if (block.action === 'deny') return 'deny';
  return block.action === 'approve' || block.approval?.when.length === 0 ? 'ask' : 'allow';
}

function inheritedState(document: PolicyDocument, glob: string | null, category: Category | undefined): StateBy {
  const listed = glob === null ? undefined : document.tools[glob];
  if (glob !== null && listed !== undefined) return { state: blockState(listed), by: pointerTo('/tools', glob) };
  const risk = category === undefined ? undefined : document.risk[category];
  if (category !== undefined && risk !== undefined) return { state: blockState(risk), by: pointerTo('/risk', category) };
  return { state: document.default, by: '/default' };
}
