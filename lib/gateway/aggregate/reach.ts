import type { GrantView, ServerView, Snapshot } from '../snapshot-port';
import { checkGrant } from '../stages/check-grant';
import { bestOf } from '../stages/present-grant';

/** A server that an agent may use now, and the grant by which. */
export interface Reached {
  readonly server: ServerView;
  readonly grant: GrantView;
}

/**
 * The servers that the grants of an agent reach now, by slug. Of several grants for one server the presented one is used, else
 * the newest: the same that the walk to the server takes (`present-grant.ts`).
 */
export function reachOf(presented: GrantView, snapshot: Snapshot, nowMs: number): readonly Reached[] {
  const { agent } = presented;
  const ids = new Set(snapshot.grantsOf(agent.id).map(({ serverId }) => serverId));
  const reached: Reached[] = [];
  for (const id of ids) {
    const server = snapshot.serverById(id);
    if (server === undefined || server.status !== 'active') continue;
    const usable = presented.serverId === id ? presented : bestOf(snapshot.grantsFor(agent.id, id), nowMs);
    if (usable !== undefined && checkGrant(usable, nowMs) === null) reached.push({ server, grant: usable });
  }
  return reached.sort((a, b) => (a.server.slug < b.server.slug ? -1 : 1));
}

/** Equal as long as the agent reaches the same servers by the same grants. */
export const reachKey = (reached: readonly Reached[]): string => reached.map(({ server, grant }) => `${server.id} ${grant.id}`).join('\n');
