import type { Approval } from '@/components/shared/api/wire';

export interface AlikeGroup {
  readonly key: string;
  readonly tool: string;
  readonly server: string;
  readonly rows: readonly Approval[];
}

/** From so many on, requests for one tool are worth deciding together. */
const GROUP_MIN = 2;

/** Waiting requests for one tool of one server that this person may decide, low and medium risk only: what may be decided together. */
export function alikeGroups(rows: readonly Approval[]): AlikeGroup[] {
  const groups = new Map<string, Approval[]>();
  for (const row of rows) {
    if (row.status !== 'pending' || !row.decision.may || (row.risk !== 'low' && row.risk !== 'medium')) continue;
    const key = JSON.stringify([row.server.id, row.tool, row.innerTool]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups]
    .filter(([, group]) => group.length >= GROUP_MIN)
    .map(([key, group]) => ({ key, tool: group[0]?.innerTool ?? group[0]?.tool ?? '', server: group[0]?.server.slug ?? '', rows: group }));
}
