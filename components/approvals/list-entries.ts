import type { Approval } from '@/components/shared/api/wire';

/** From so many on, requests of one agent for one tool are shown as one, the most urgent first, with a way to see the rest. */
const FOLD_FROM = 4;

export type ListEntry =
  | { readonly kind: 'request'; readonly row: Approval }
  | { readonly kind: 'fold'; readonly key: string; readonly count: number; readonly open: boolean; readonly first: Approval };

/** What a list shows of its rows, in their order; those of an open fold stand together, where the first of them does. */
export function listEntries(rows: readonly Approval[], open: ReadonlySet<string>, selected: string | null): ListEntry[] {
  const keyOf = (row: Approval) => JSON.stringify([row.agent.id, row.server.id, row.tool, row.innerTool, row.risk]);
  const alike = new Map<string, Approval[]>();
  for (const row of rows) {
    const group = alike.get(keyOf(row));
    if (group) group.push(row);
    else alike.set(keyOf(row), [row]);
  }
  return rows.flatMap((row): ListEntry[] => {
    const key = keyOf(row);
    const group = alike.get(key) ?? [];
    if (group.length < FOLD_FROM) return [{ kind: 'request', row }];
    if (group[0] !== row) return [];
    const rest = group.slice(1);
    const isOpen = open.has(key) || rest.some(({ id }) => id === selected);
    return [
      { kind: 'request', row },
      { kind: 'fold', key, count: rest.length, open: isOpen, first: row },
      ...(isOpen ? rest.map((one) => ({ kind: 'request', row: one }) as const) : []),
    ];
  });
}
