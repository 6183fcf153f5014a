'use client';

import { useMemo } from 'react';
import type { Problem, Tool } from '@/components/shared/api/wire';
import { compileNameGlob } from '@/lib/policy/glob';
import { parsePolicyText } from '@/lib/policy/parse';
import { argumentPaths, type PathOption } from './argument-paths';
import { PolicyReader, type PolicyView } from './policy-view';
import { makeRows, type Row } from './rows';
import { targetPaths } from './target-rows';

/** The rows of the list; the live text is read once. */
export function useRows(
  view: PolicyView | null,
  liveText: string | null,
  tools: readonly Tool[],
  problems: readonly Problem[],
): readonly Row[] {
  const live = useMemo(() => {
    if (liveText === null) return null;
    const { root } = parsePolicyText(liveText);
    return root === null ? null : new PolicyReader().read(liveText, root);
  }, [liveText]);
  return useMemo(() => (view === null ? [] : makeRows({ view, live, tools, problems })), [view, live, tools, problems]);
}

const COMMON_MAX = 60;

/** Which arguments rules of a row can look at: the tool's own, or those of the tools that a pattern, class or every row covers. */
export function usePaths(tools: readonly Tool[]): (row: Row) => readonly PathOption[] {
  return useMemo(() => {
    const own = new Map<string, readonly PathOption[]>();
    const byName = new Map(tools.map((tool) => [tool.name, tool]));
    const of = (name: string): readonly PathOption[] => {
      const known = own.get(name);
      if (known !== undefined) return known;
      const paths = argumentPaths(byName.get(name)?.inputSchema);
      own.set(name, paths);
      return paths;
    };
    const common = new Map<string, readonly PathOption[]>();
    return (row) => {
      if (row.kind === 'tool') return of(row.name);
      if (row.kind === 'target') return targetPaths(row.pointer);
      const known = common.get(row.id);
      if (known !== undefined) return known;
      const matches = row.kind === 'pattern' ? compileNameGlob(row.name) : null;
      const covered = tools.filter((tool) =>
        matches === null ? row.kind === 'every' || tool.category === row.category : matches(tool.name),
      );
      const paths = merged(covered.slice(0, 200).map((tool) => of(tool.name)));
      common.set(row.id, paths);
      return paths;
    };
  }, [tools]);
}

/** Arguments of many tools by how many have them; one that differs between tools is offered without its details. */
function merged(lists: readonly (readonly PathOption[])[]): readonly PathOption[] {
  const found = new Map<string, { option: PathOption; count: number }>();
  for (const list of lists) {
    for (const option of list) {
      const known = found.get(option.path);
      if (known === undefined) found.set(option.path, { option: { ...option, required: false, description: null }, count: 1 });
      else {
        known.count += 1;
        if (known.option.kind !== option.kind || JSON.stringify(known.option.choices) !== JSON.stringify(option.choices))
          known.option = {
            ...known.option,
            kind: known.option.kind === option.kind ? known.option.kind : 'unknown',
            type: 'differs',
            choices: null,
          };
      }
    }
  }
  return [...found.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, COMMON_MAX)
    .map(({ option }) => (option.kind === 'enum' && option.choices === null ? { ...option, kind: 'unknown' } : option));
}
