import { CATEGORIES, type Category, RISK_LEVELS, type RiskLevel } from '@/lib/domain/risk';
import { StateReader, type ToolState } from '@/lib/policy/edit/tool-state';
import { compileNameGlob, isGlob } from '@/lib/policy/glob';
import type { Problem } from '@/lib/policy/problem';
import { pointerTo } from '@/lib/policy/problem';
import type { BlockView } from './block-view';
import type { PolicyView } from './policy-view';
import { targetPlaces, targetPointerOf } from './target-rows';

/** What the builder needs to know of a tool; the description is the server's own text. */
export interface BuilderTool {
  readonly name: string;
  readonly category: Category;
  readonly risk: RiskLevel;
  readonly status: string;
}

export type RowKind = 'policy' | 'every' | 'risk' | 'target' | 'pattern' | 'tool';

export interface Row {
  readonly id: string;
  readonly kind: RowKind;
  readonly name: string;
  /** JSON Pointer of its block, whether or not there is one yet. */
  readonly pointer: string;
  readonly block: BlockView | null;
  readonly risk: RiskLevel | null;
  readonly category: Category | null;
  readonly state: ToolState<BlockView> | null;
  /** Of a pattern or class: how many tools it decides; of a tool: null. */
  readonly covers: number | null;
  /** false for a name that only the policy knows. */
  readonly listed: boolean;
  readonly pending: boolean;
  readonly changed: boolean;
  readonly errors: number;
  readonly warnings: number;
}

export interface RowsInput {
  readonly view: PolicyView;
  readonly live: PolicyView | null;
  readonly tools: readonly BuilderTool[];
  readonly problems: readonly Problem[];
}

export const CLASS_WORDS: Readonly<Record<Category, string>> = {
  read: 'Read tools',
  write: 'Write tools',
  execute: 'Execute tools',
  destructive: 'Destructive tools',
  financial: 'Financial tools',
};

/** Every row of the list: the pinned ones, what is no tool, then patterns, then tools by risk, the most dangerous first. */
export function makeRows({ view, live, tools, problems }: RowsInput): readonly Row[] {
  const states = new StateReader(view);
  const liveStates = live === null ? null : new StateReader(live);
  const counts = countProblems(problems);
  const known = new Map(tools.map((tool) => [tool.name, tool]));
  const base = { covers: null, listed: true, pending: false, risk: null, category: null, state: null } as const;
  const row = (id: string, part: Omit<Row, 'id' | 'errors' | 'warnings' | keyof typeof base> & Partial<Row>): Row => ({
    ...base,
    id,
    errors: counts.get(id)?.errors ?? 0,
    warnings: counts.get(id)?.warnings ?? 0,
    ...part,
  });
  const changed = (block: BlockView | null, before: BlockView | null | undefined) =>
    live !== null && (block?.source ?? null) !== (before?.source ?? null);
  const byClass = new Map<Category, number>();
  // Without rules of its own a class stands for the tools that would follow them: those that the default decides now.
  for (const tool of tools)
    if ([`/risk/${tool.category}`, '/default'].includes(states.of(tool.name, tool.category).pointer))
      byClass.set(tool.category, (byClass.get(tool.category) ?? 0) + 1);

  const pinned: Row[] = [
    row('policy', { kind: 'policy', name: 'Policy', pointer: '', block: null, changed: live !== null && policyChanged(view, live) }),
    row('every', {
      kind: 'every',
      name: 'Every tool',
      pointer: '/all_tools',
      block: view.all_tools,
      changed: changed(view.all_tools, live?.all_tools),
      covers: tools.length,
    }),
    ...CATEGORIES.map((category) =>
      row(`risk:${category}`, {
        kind: 'risk',
        name: CLASS_WORDS[category],
        pointer: `/risk/${category}`,
        category,
        block: view.risk.get(category) ?? null,
        changed: changed(view.risk.get(category) ?? null, live?.risk.get(category)),
        covers: byClass.get(category) ?? 0,
      }),
    ),
  ];
  const liveTargets = new Map(live === null ? [] : targetPlaces(live).map((place) => [place.pointer, place.block]));
  const targets = targetPlaces(view).map(({ pointer, name, block }) =>
    row(`target:${pointer}`, { kind: 'target', name, pointer, block, changed: changed(block, liveTargets.get(pointer)) }),
  );
  const patterns = [...view.tools.keys()].filter(isGlob).map((name) => {
    const matches = compileNameGlob(name);
    const pointer = pointerTo('/tools', name);
    return row(`tool:${name}`, {
      kind: 'pattern',
      name,
      pointer,
      block: view.tools.get(name) ?? null,
      state: states.of(name, undefined),
      changed: changed(view.tools.get(name) ?? null, live?.tools.get(name)),
      covers: tools.filter((tool) => matches(tool.name)).length,
    });
  });
  const names = [...known.keys(), ...[...view.tools.keys(), ...view.hide].filter((name) => !known.has(name) && !isGlob(name))];
  const rows = [...new Set(names)].map((name) => {
    const tool = known.get(name);
    const state = states.of(name, tool?.category);
    const before = liveStates?.of(name, tool?.category);
    return row(`tool:${name}`, {
      kind: 'tool',
      name,
      pointer: pointerTo('/tools', name),
      block: view.tools.get(name) ?? null,
      state,
      risk: tool?.risk ?? null,
      category: tool?.category ?? null,
      listed: tool !== undefined,
      pending: tool !== undefined && tool.status !== 'active',
      changed: changed(view.tools.get(name) ?? null, live?.tools.get(name)) || (before !== undefined && before.outcome !== state.outcome),
    });
  });
  return [...pinned, ...targets, ...patterns.sort(byName), ...rows.sort((a, b) => riskOrder(b) - riskOrder(a) || byName(a, b))];
}

function riskOrder(row: Row): number {
  return row.risk === null ? -1 : RISK_LEVELS.indexOf(row.risk);
}

function byName(a: Row, b: Row): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function policyChanged(view: PolicyView, live: PolicyView): boolean {
  const own = (one: PolicyView) =>
    JSON.stringify([
      [one.default, one.mode, one.timezone, one.description, one.hide],
      one.results && [one.results.max_bytes, one.results.control, one.results.schema],
      [one.resources, one.prompts].map((targets) => targets && [targets.default, targets.hide]),
      one.server?.default ?? null,
      one.unknown.map(({ key, literal }) => [key, literal]),
      // A rule that is no more has no row to say so.
      targetPlaces(one).map(({ pointer }) => pointer),
    ]);
  return own(view) !== own(live);
}

/** The row that a place in the policy belongs to. */
export function rowIdOf(pointer: string, view: PolicyView | null): string {
  const [, section, name] = pointer.split('/');
  const plain = (name ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
  if (section === 'tools' && name !== undefined) return `tool:${plain}`;
  if (section === 'all_tools') return 'every';
  if (section === 'risk' && name !== undefined) return `risk:${plain}`;
  const target = targetPointerOf(pointer);
  if (target !== null) return `target:${target}`;
  const hidden = section === 'hide' && name !== undefined ? view?.hide[Number(name)] : undefined;
  return hidden !== undefined && !isGlob(hidden) ? `tool:${hidden}` : 'policy';
}

function countProblems(problems: readonly Problem[]): ReadonlyMap<string, { errors: number; warnings: number }> {
  const counts = new Map<string, { errors: number; warnings: number }>();
  for (const problem of problems) {
    const id = rowIdOf(problem.path, null);
    const count = counts.get(id) ?? { errors: 0, warnings: 0 };
    if (problem.severity === 'error') count.errors += 1;
    else if (problem.severity === 'warning') count.warnings += 1;
    counts.set(id, count);
  }
  return counts;
}

export interface RowFilter {
  readonly search: string;
  readonly states: ReadonlySet<string>;
  readonly risks: ReadonlySet<string>;
  readonly only: ReadonlySet<'changed' | 'problem' | 'rules'>;
}

export const NO_FILTER: RowFilter = { search: '', states: new Set(), risks: new Set(), only: new Set() };

export function isFiltering(filter: RowFilter): boolean {
  return filter.search.trim() !== '' || filter.states.size > 0 || filter.risks.size > 0 || filter.only.size > 0;
}

/** Rows that match; pinned rows stay while nothing but pinned rows could match a filter of tools. */
export function filterRows(rows: readonly Row[], filter: RowFilter): readonly Row[] {
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean);
  const isPinned = (row: Row) => row.kind !== 'tool' && row.kind !== 'pattern';
  return rows.filter((row) => {
    if (!words.every((word) => row.name.toLowerCase().includes(word))) return false;
    if (filter.only.has('changed') && !row.changed) return false;
    if (filter.only.has('problem') && row.errors + row.warnings === 0) return false;
    if (filter.only.has('rules') && (row.block === null || ruleCount(row.block) === 0)) return false;
    if (filter.states.size === 0 && filter.risks.size === 0) return true;
    if (isPinned(row)) return false;
    if (filter.risks.size > 0 && !filter.risks.has(row.risk ?? '')) return false;
    return filter.states.size === 0 || stateTags(row).some((tag) => filter.states.has(tag));
  });
}

/** What a row counts as in the summary and the filter: its outcome, and whether it is said or inherited. */
export function stateTags(row: Row): readonly string[] {
  if (row.state === null) return [];
  const tags: string[] = [row.state.outcome];
  if (row.state.limited && row.state.outcome !== 'denied' && row.state.outcome !== 'hidden') tags.push('limited');
  if (row.state.sometimesAsks) tags.push('needs_approval');
  if (row.state.choice === 'inherit') tags.push('inherit');
  return tags;
}

export function ruleCount(block: BlockView | null): number {
  if (block === null) return 0;
  return (
    block.require.length +
    block.deny_if.length +
    block.limits.length +
    (block.rate_limit === null ? 0 : 1) +
    (block.approval === null ? 0 : 1)
  );
}

export interface Summary {
  readonly allowed: number;
  readonly needs_approval: number;
  readonly limited: number;
  readonly denied: number;
  readonly hidden: number;
  readonly inherit: number;
  readonly changed: number;
}

/** The numbers of the summary line: tools of the server by outcome, and rows that differ from what is live. */
export function summarise(rows: readonly Row[]): Summary {
  const count = (tag: string) => rows.filter((row) => row.kind === 'tool' && row.listed && stateTags(row).includes(tag)).length;
  return {
    allowed: count('allowed'),
    needs_approval: count('needs_approval'),
    limited: count('limited'),
    denied: count('denied'),
    hidden: count('hidden'),
    inherit: count('inherit'),
    changed: rows.filter((row) => row.changed).length,
  };
}
