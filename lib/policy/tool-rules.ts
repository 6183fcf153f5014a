import type { Catalogue } from '@/lib/domain/decision';
import { CATEGORIES, type Category } from '@/lib/domain/risk';
import type { PolicyDocument } from './document';
import { compileNameGlob, isGlob } from './glob';
import { compileDefaultPlan, compilePlan, compileUnlistedInnerPlan, type Plan, type PlanContext } from './plan';
import { pointerTo } from './problem';

/** Inner tool names come from callers, so what is remembered about names must stay bounded. */
const REMEMBERED_NAMES_MAX = 4096;

interface GlobPlan {
  readonly glob: string;
  readonly matches: (name: string) => boolean;
  readonly plan: Plan;
}

/** The part of a policy that says by name what may be done. */
export type RuleTree = Pick<PolicyDocument, 'default' | 'mode' | 'timezone' | 'hide' | 'all_tools' | 'risk' | 'tools'>;

/** Where the tree stands in the text, and how refusals by it are worded. */
export interface TreePlace extends Pick<PlanContext, 'allPointer' | 'words'> {
  readonly toolsPointer: string;
}

const TOOLS_PLACE: TreePlace = { toolsPointer: '/tools', allPointer: '/all_tools', words: undefined };

/** Which plan decides a tool, and which names are hidden. */
export class ToolRules {
  readonly defaultPlan: Plan;
  /** For what a dispatcher may run although nothing lists it: only `all_tools` applies. */
  readonly unlistedInnerPlan: Plan;
  private readonly exact = new Map<string, Plan>();
  private readonly globs: readonly GlobPlan[];
  private readonly byCategory = new Map<Category, Plan>();
  private readonly globCache = new Map<string, Plan | null>();
  private readonly hiddenNames: ReadonlySet<string>;
  private readonly hiddenGlobs: readonly ((name: string) => boolean)[];
  private readonly hiddenCache = new Map<string, boolean>();
  private readonly outsideCache = new WeakMap<Catalogue, boolean>();

  constructor(document: RuleTree, tree: Partial<TreePlace> = {}) {
    const { toolsPointer, allPointer, words } = { ...TOOLS_PLACE, ...tree };
    const context: PlanContext = { mode: document.mode, timezone: document.timezone, allTools: document.all_tools, allPointer, words };
    const globs: GlobPlan[] = [];
    for (const name of Object.keys(document.tools)) {
      const block = document.tools[name];
      if (block === undefined) continue;
      const plan = compilePlan('tools', pointerTo(toolsPointer, name), block, context);
      if (isGlob(name)) globs.push({ glob: name, matches: compileNameGlob(name), plan });
      else this.exact.set(name, plan);
    }
    this.globs = globs.sort(longestFirst);
    for (const category of CATEGORIES) {
      const block = document.risk[category];
      if (block !== undefined) this.byCategory.set(category, compilePlan('risk', pointerTo('/risk', category), block, context));
    }
    this.defaultPlan = compileDefaultPlan(document.default === 'allow', context);
    this.unlistedInnerPlan = compileUnlistedInnerPlan(context);
    this.hiddenNames = new Set(document.hide.filter((name) => !isGlob(name)));
    this.hiddenGlobs = document.hide.filter(isGlob).map(compileNameGlob);
  }

  /**
   * Whether the author speaks of tools that this server does not list itself, such as those behind a dispatcher: then
   * what the policy leaves out was left out knowingly.
   */
  namesToolsOutside(catalogue: Catalogue): boolean {
    const known = this.outsideCache.get(catalogue);
    if (known !== undefined) return known;
    const outside = [...this.exact.keys(), ...this.hiddenNames].some((name) => !catalogue.has(name));
    this.outsideCache.set(catalogue, outside);
    return outside;
  }

  get hidesAny(): boolean {
    return this.hiddenNames.size + this.hiddenGlobs.length > 0;
  }

  isHidden(name: string): boolean {
    if (this.hiddenNames.has(name)) return true;
    if (this.hiddenGlobs.length === 0) return false;
    return remembered(this.hiddenCache, name, () => this.hiddenGlobs.some((matches) => matches(name)));
  }

  /** The plan of a block under `tools`: the exact name, else the longest glob; null when none names the tool. */
  named(name: string): Plan | null {
    const exact = this.exact.get(name);
    if (exact !== undefined) return exact;
    if (this.globs.length === 0) return null;
    return remembered(this.globCache, name, () => this.globs.find((entry) => entry.matches(name))?.plan ?? null);
  }

  /** The plan that decides: named, else by risk class, else the default. `category` is undefined for tools nobody classified. */
  resolve(name: string, category: Category | undefined): Plan {
    const named = this.named(name);
    if (named !== null) return named;
    return (category === undefined ? undefined : this.byCategory.get(category)) ?? this.defaultPlan;
  }
}

function remembered<T>(cache: Map<string, T>, name: string, find: () => T): T {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const found = find();
  if (cache.size >= REMEMBERED_NAMES_MAX) cache.clear();
  cache.set(name, found);
  return found;
}

/** Equal lengths go by code units, so that the order of keys in the text never decides. */
function longestFirst(a: GlobPlan, b: GlobPlan): number {
  return b.glob.length - a.glob.length || (a.glob < b.glob ? -1 : 1);
}
