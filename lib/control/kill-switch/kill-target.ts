import type { KillScope } from '@/lib/domain/kill-switch';
import type { Reader } from '../context';
import { ControlError } from '../control-error';
import { locateAgent, locateServer, locateTool } from '../locate';

/** What a kill switch is about, as its row says it. */
export interface KillTarget {
  readonly scope: KillScope;
  readonly serverId: string | null;
  readonly agentId: string | null;
  readonly tool: string | null;
  readonly label: string;
}

const NOTHING = { serverId: null, agentId: null, tool: null } as const;

/** Finds what `target` names. Throws 400 when scope and target do not fit, 404 when there is no such thing. */
export async function readKillTarget(db: Reader, scope: KillScope, target: string | undefined): Promise<KillTarget> {
  if (scope === 'all') {
    if (target !== undefined && target !== 'all') throw unfit('leave it out: this stops everything');
    return { ...NOTHING, scope, label: 'all' };
  }
  if (target === undefined) throw unfit(`name the ${scope}${scope === 'tool' ? ' as server/tool' : ' by id or slug'}`);
  if (scope === 'server') {
    const { id, slug } = await locateServer(db, target);
    return { ...NOTHING, scope, serverId: id, label: slug };
  }
  if (scope === 'agent') {
    const { id, slug } = await locateAgent(db, target);
    return { ...NOTHING, scope, agentId: id, label: slug };
  }
  // A tool's name may hold a slash, a server's may not.
  const slash = target.indexOf('/');
  if (slash < 1) throw unfit('name the tool as server/tool');
  const server = await locateServer(db, target.slice(0, slash));
  const { name } = await locateTool(db, server.id, target.slice(slash + 1));
  return { ...NOTHING, scope, serverId: server.id, tool: name, label: `${server.slug}/${name}` };
}

function unfit(message: string): ControlError {
  return new ControlError(400, 'kill_switch.target', `The target does not fit the scope: ${message}.`, [{ path: '/target', message }]);
}
