import { diff3Merge } from 'node-diff3';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Json } from '@/lib/kernel/json';
import { setValue } from '../edit/set-value';
import { applyEdits } from '../edit/text-edit';
import { parsePolicyText, plainValue } from '../parse';
import { mergeJson } from './merge-json';
import { mergeNotes } from './merge-notes';

/** A place that both changed differently, as JSON; null is "not there". */
export interface MergeConflict {
  readonly pointer: string;
  readonly base: string | null;
  readonly mine: string | null;
  readonly theirs: string | null;
}

export interface Merge {
  /** Both sides' changes; `mine` where they conflict. */
  readonly text: string;
  readonly conflicts: readonly MergeConflict[];
}

/**
 * Three-way merge of policy texts by their meaning. Where the lines merge too, and say the same, both sides' comments and layout
 * are kept; else the merged values are written into `mine` with minimal edits, and their comments with them. null when one of the texts has a syntax error.
 */
export function mergePolicies(base: string, mine: string, theirs: string): Merge | null {
  const [from, ours, other] = [meaningOf(base), meaningOf(mine), meaningOf(theirs)];
  if (from === undefined || ours === undefined || other === undefined) return null;
  const conflicts: Parameters<typeof mergeJson>[3] = [];
  const merged = mergeJson(from, ours, other, conflicts);
  if (merged === undefined) return null;
  const byLines = mergeLines(base, mine, theirs);
  const read = byLines === null ? undefined : meaningOf(byLines);
  const text =
    byLines !== null && read !== undefined && canonicalJson(read) === canonicalJson(merged)
      ? byLines
      : byMeaning(
          base,
          mine,
          theirs,
          merged,
          conflicts.map(({ pointer }) => pointer),
        );
  return {
    text,
    conflicts: conflicts.map((conflict) => ({
      pointer: conflict.pointer,
      base: shown(conflict.base),
      mine: shown(conflict.mine),
      theirs: shown(conflict.theirs),
    })),
  };
}

function byMeaning(base: string, mine: string, theirs: string, merged: Json, except: readonly string[]): string {
  return mergeNotes(applyEdits(mine, setValue(mine, '', merged).edits), base, theirs, except);
}

function mergeLines(base: string, mine: string, theirs: string): string | null {
  const lines: string[] = [];
  for (const region of diff3Merge(mine.split('\n'), base.split('\n'), theirs.split('\n'), { excludeFalseConflicts: true })) {
    if (region.ok === undefined) return null;
    lines.push(...region.ok);
  }
  return lines.join('\n');
}

/** undefined for a text that has a syntax error or says a key twice: its meaning is not one. */
function meaningOf(text: string): Json | undefined {
  const { root, list } = parsePolicyText(text);
  return root === null || list.failed ? undefined : plainValue(root);
}

function shown(value: Json | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
