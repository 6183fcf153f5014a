import type { CatalogueTool } from '@/lib/domain/decision';
import type { LivePolicy, ServerView } from '@/lib/gateway/snapshot-port';
import type { UpstreamTarget } from '@/lib/gateway/upstream-port';
import type { ConnectionRow, ServerRow, ToolRow } from './snapshot-rows';

/** Servers with their tools, their live policies, and where they are reached. */
export function serverViews(
  servers: readonly ServerRow[],
  connections: readonly ConnectionRow[],
  tools: readonly ToolRow[],
  policies: ReadonlyMap<string, ReadonlyMap<string, LivePolicy>>,
): ServerView[] {
  const catalogues = new Map<string, Map<string, CatalogueTool>>();
  for (const tool of tools) {
    const catalogue = catalogues.get(tool.server_id) ?? new Map<string, CatalogueTool>();
    const { name, category, risk, status, digest, dispatch } = tool;
    catalogue.set(name, {
      name,
      category,
      risk,
      status,
      digest,
      dispatch,
      inputSchema: tool.input_schema,
      outputSchema: tool.output_schema,
    });
    catalogues.set(tool.server_id, catalogue);
  }
  const byServer = new Map<string, ConnectionRow[]>();
  for (const connection of connections) {
    const known = byServer.get(connection.server_id);
    if (known === undefined) byServer.set(connection.server_id, [connection]);
    else known.push(connection);
  }
  return servers.map((row) => {
    const mine = byServer.get(row.id) ?? [];
    const own = mine.find(({ agent_id }) => agent_id === null);
    const target: UpstreamTarget = {
      serverId: row.id,
      slug: row.slug,
      transport: row.transport,
      url: row.url,
      command: row.command,
      args: Array.isArray(row.args) ? row.args.map(String) : [],
      bridge: row.bridge,
      // Another credential means other connections.
      revision: own === undefined ? row.revision : `${row.revision} ${own.revision}`,
    };
    return {
      id: row.id,
      slug: row.slug,
      status: row.status,
      target,
      agentTargets: agentTargets(target, row.revision, mine),
      catalogue: catalogues.get(row.id) ?? new Map(),
      policies: policies.get(row.id) ?? new Map(),
      keepArguments: row.keep_arguments,
    };
  });
}

/** Where agents with a credential of their own go: the same place, by connections of their own. */
function agentTargets(
  target: UpstreamTarget,
  revision: string,
  connections: readonly ConnectionRow[],
): ReadonlyMap<string, UpstreamTarget> {
  return new Map(
    connections.flatMap(({ agent_id, revision: own }) =>
      agent_id === null ? [] : [[agent_id, { ...target, revision: `${revision} ${own}`, credentialOf: agent_id }] as const],
    ),
  );
}
