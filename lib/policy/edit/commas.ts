import type { Draft } from './draft';
import type { Entry, Layout } from './layout';
import type { Link, NewEntry } from './new-entry';
import { hasBreak } from './trivia';
import { joinsLine } from './write-entries';

/**
 * Puts right the commas of what stays: one between two, and one at the end only where one was. Gives the new entries that
 * are written with a comma behind them.
 */
export function commasOf(draft: Draft, layout: Layout, chain: readonly Link[]): { readonly ofAdded: ReadonlySet<NewEntry> } {
  const { entries } = layout;
  const trailing = (entries.at(-1)?.comma ?? null) !== null;
  const ofAdded = new Set<NewEntry>();
  const first = chain[0]?.kept ?? null;
  if (first !== null && first.leadingComma !== null) draft.replace(first.leadingComma, first.leadingComma + 1, '');
  for (const [i, link] of chain.entries()) {
    const next = chain[i + 1];
    const behind = next?.kept?.leadingComma ?? null;
    const needed = next !== undefined || trailing;
    if (link.added !== null) {
      if (needed && behind === null) ofAdded.add(link.added);
      continue;
    }
    const own = ownsComma(layout, link.kept) ? link.kept.comma : null;
    if (own !== null && !needed && !holdsComment(draft, link.kept, own)) draft.replace(own, own + 1, '');
    if (own !== null && behind !== null) draft.replace(behind, behind + 1, '');
    if (own === null && behind === null && needed) {
      const at = inline(draft, layout, link.kept, next) ? Math.max(link.kept.end, link.kept.beside.at(-1)?.end ?? 0) : link.kept.end;
      draft.replace(at, at, ',');
    }
  }
  return { ofAdded };
}

function ownsComma(layout: Layout, entry: Entry): boolean {
  if (entry.comma === null) return false;
  const next = layout.entries[layout.entries.indexOf(entry) + 1];
  return next === undefined || next.leadingComma === null;
}

/** Whether a comma stands on a line below its entry with a comment behind it, which would belong to nobody without it. */
function holdsComment(draft: Draft, entry: Entry, comma: number): boolean {
  const { text } = draft.source;
  const before = entry.beside.filter(({ end }) => end <= comma).at(-1)?.end ?? entry.end;
  return hasBreak(text, before, comma) && entry.beside.some(({ start }) => start > comma);
}

/** Whether what comes next stands on the same line: then a comma before a comment would hand that comment on. */
function inline(draft: Draft, layout: Layout, entry: Entry, next: Link | undefined): boolean {
  if (next === undefined) return false;
  if (next.kept !== null) return !hasBreak(draft.source.text, entry.end, next.kept.from);
  return joinsLine(draft.source, layout, entry, next.added);
}
