import { killOf } from '@/lib/domain/kill-switch';
import type { Json } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import type { Denial } from './denial';
import { JSON_HEADERS } from './exchange';
import { filteredList } from './filtered-list';
import type { ForwardContext } from './forward-context';
import { killNow } from './live-calls';
import type { GatewayResponse } from './request';
import type { Granted } from './stages/grant';
import { filterToolsList } from './wire/tools-list';

/** `tools/list`: asked of the upstream each time, answered with what this grant may know of. */
export async function listTools(call: Granted, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  if (killNow(call, context) !== null) return ok({ status: 200, headers: JSON_HEADERS, body: emptyList(call) });
  return filteredList(call, context, (message) => filterTools(message, call), 'The server gave no readable list of tools.');
}

/** While a kill switch stops all of it, the server is not asked. */
function emptyList({ message, era }: Granted): string {
  const modern = era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : null;
  return JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { ...modern, tools: [] } });
}

function filterTools(message: Json, call: Granted): Json {
  const { kills } = call.snapshot;
  const stopped = (tool: string): boolean =>
    killOf(kills, { agentId: call.grant.agent.id, serverId: call.server.id, tools: [tool] }) !== null;
  return filterToolsList(message, call.server, call.policy?.compiled ?? null, stopped);
}
