import type { SyntaxNode } from '../parse';
import { commasOf } from './commas';
import type { Draft } from './draft';
import { fillContainer } from './fill-container';
import type { Layout } from './layout';
import type { Link, NewEntry } from './new-entry';
import { type Run, removeRun, runsOf } from './remove-run';
import { placeAfter, placeAt, placeBefore, writeAt } from './write-entries';

/**
 * Takes entries out of an object or list and puts new ones in. Everything else keeps its characters: commas are added and
 * removed one by one, lines go as a whole, and no comment comes to stand beside an entry that it does not belong to.
 */
export function arrange(draft: Draft, node: SyntaxNode, removed: ReadonlySet<number>, added: readonly NewEntry[]): void {
  if (removed.size === 0 && added.length === 0) return;
  const layout = draft.source.layout(node);
  for (const i of removed) {
    const entry = layout.entries[i];
    if (entry !== undefined) draft.dropComments(entry.from, entry.to);
  }
  const kept = layout.entries.filter((_, i) => !removed.has(i));
  if (kept.length === 0 && (layout.loose.length === 0 || layout.entries.length === 0)) {
    fillContainer(draft, layout, added);
    return;
  }
  const groups = groupAdded(layout, removed, added);
  const chain = chainOf(layout, removed, groups);
  const commas = commasOf(draft, layout, chain);
  const runs = runsOf(layout, removed);
  const filled = new Map<Run, Group>();
  for (const group of groups) {
    const run = runs.find(({ first, last }) => first > group.after && last < group.until && first <= group.at && group.at <= last + 1);
    const own = run ?? runs.find(({ first, last }) => first > group.after && last < group.until);
    if (own !== undefined) filled.set(own, group);
    else writeGroup(draft, layout, group, commas.ofAdded);
  }
  for (const run of runs) {
    const group = filled.get(run);
    if (group === undefined) removeRun(draft, layout, run);
    else writeAt(draft, placeAt(draft.source, layout, run), group.added, commas.ofAdded);
  }
}

/** New entries that come between the same two entries that stay: `after` and `until` are the indexes of those. */
interface Group {
  readonly after: number;
  readonly until: number;
  /** Where the first of them was asked for. */
  readonly at: number;
  readonly added: readonly NewEntry[];
}

function groupAdded(layout: Layout, removed: ReadonlySet<number>, added: readonly NewEntry[]): Group[] {
  const groups: (Group & { added: NewEntry[] })[] = [];
  const sorted = added.map((entry, order) => ({ entry, order })).sort((a, b) => a.entry.before - b.entry.before || a.order - b.order);
  for (const { entry } of sorted) {
    let after = entry.before - 1;
    while (after >= 0 && removed.has(after)) after -= 1;
    let until = entry.before;
    while (until < layout.entries.length && removed.has(until)) until += 1;
    const last = groups.at(-1);
    if (last !== undefined && last.after === after) last.added.push(entry);
    else groups.push({ after, until, at: entry.before, added: [entry] });
  }
  return groups;
}

function chainOf(layout: Layout, removed: ReadonlySet<number>, groups: readonly Group[]): Link[] {
  const chain: Link[] = [];
  const put = (after: number) => {
    for (const group of groups) if (group.after === after) chain.push(...group.added.map((added) => ({ kept: null, added })));
  };
  put(-1);
  for (const [i, kept] of layout.entries.entries()) {
    if (removed.has(i)) continue;
    chain.push({ kept, added: null });
    put(i);
  }
  return chain;
}

function writeGroup(draft: Draft, layout: Layout, group: Group, commas: ReadonlySet<NewEntry>): void {
  const before = layout.entries[group.after];
  const behind = layout.entries[group.until];
  if (before !== undefined) writeAt(draft, placeAfter(draft.source, layout, before, behind), group.added, commas);
  else if (behind !== undefined) writeAt(draft, placeBefore(draft.source, layout, behind), group.added, commas);
}
