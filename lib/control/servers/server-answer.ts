import type { RiskLevel } from '@/lib/domain/risk';
import { RISK_LEVELS } from '@/lib/domain/risk';
import type { ConnectionState } from '@/lib/domain/upstream-auth';
import type { ControlContext, Reader } from '../context';
import { etagOf } from '../etag';
import type { ServerAnswer } from './contract';
import { BEARER_ROW } from './secrets';

type ServerRow = Awaited<ReturnType<Reader['server']['findUniqueOrThrow']>>;
type ConnectionRow = Awaited<ReturnType<Reader['upstreamConnection']['findUniqueOrThrow']>>;
type SecretRow = Awaited<ReturnType<Reader['serverSecret']['findUniqueOrThrow']>>;

interface ToolCount {
  readonly server_id: string;
  readonly risk: RiskLevel;
  readonly status: string;
  readonly count: bigint;
}

export const serverEtag = (row: Pick<ServerRow, 'revision' | 'updatedAt'>): string => etagOf(row.updatedAt, row.revision.slice(-8));

/** Answers for rows, with their counts in five queries whatever their number. Secrets appear as set, never as values. */
export async function serverAnswers(db: Reader, ctx: ControlContext, rows: readonly ServerRow[]): Promise<ServerAnswer[]> {
  const ids = rows.map((row) => row.id);
  const secrets = await db.serverSecret.findMany({ where: { serverId: { in: ids } }, orderBy: { name: 'asc' } });
  const connections = await db.upstreamConnection.findMany({ where: { serverId: { in: ids }, agentId: null, kind: { not: 'headers' } } });
  const tools = await db.$queryRawUnsafe<ToolCount[]>(
    `SELECT server_id, coalesce(manual_risk, risk) AS risk, status, count(*) AS count
       FROM tools WHERE removed_at IS NULL AND server_id = ANY($1::text[]) GROUP BY 1, 2, 3`,
    ids,
  );
  const policies = await db.policy.groupBy({ by: ['serverId'], where: { serverId: { in: ids } }, _count: true });
  const grants = await db.grant.groupBy({
    by: ['serverId'],
    where: { serverId: { in: ids }, status: 'active', OR: [{ expiresAt: null }, { expiresAt: { gt: ctx.now } }] },
    _count: true,
  });
  return rows.map((row) => ({
    ...plainServer(ctx, row),
    ...secretFacts(
      secrets.filter((secret) => secret.serverId === row.id),
      connections.find((connection) => connection.serverId === row.id),
    ),
    tools: countTools(tools.filter((tool) => tool.server_id === row.id)),
    policies: policies.find((group) => group.serverId === row.id)?._count ?? 0,
    grants: grants.find((group) => group.serverId === row.id)?._count ?? 0,
    etag: serverEtag(row),
  }));
}

export async function serverAnswer(db: Reader, ctx: ControlContext, id: string): Promise<ServerAnswer> {
  const row = await db.server.findUniqueOrThrow({ where: { id } });
  const [answer] = await serverAnswers(db, ctx, [row]);
  return answer as ServerAnswer;
}

/** What a change record keeps of a server: everything but secrets and volatile facts. */
export function recordedServer(row: ServerRow): Record<string, unknown> {
  const { slug, name, transport, url, command, args, bridge, status, keepArguments } = row;
  return { slug, name, transport, url, command, args, bridge, status, keepArguments };
}

function plainServer(ctx: ControlContext, row: ServerRow) {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    transport: row.transport as ServerAnswer['transport'],
    url: row.url,
    command: row.command,
    args: row.args as string[],
    status: row.status as ServerAnswer['status'],
    bridge: row.bridge,
    keepArguments: row.keepArguments,
    gatewayUrl: ctx.services.gatewayUrl(row.slug),
    protocolVersion: row.protocolVersion,
    serverInfo: row.serverInfo as ServerAnswer['serverInfo'],
    instructions: row.instructions,
    lastSyncAt: row.lastSyncAt?.toISOString() ?? null,
    lastSyncError: row.lastSyncError,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function secretFacts(rows: readonly SecretRow[], connection: ConnectionRow | undefined): Pick<ServerAnswer, 'env' | 'headers' | 'auth'> {
  const facts: Pick<ServerAnswer, 'env' | 'headers' | 'auth'> = { env: {}, headers: {}, auth: null };
  for (const row of rows) {
    const fact = { set: true as const, setAt: row.setAt.toISOString(), setBy: row.setBy, fingerprint: row.fingerprint };
    if (row.kind === 'env') facts.env[row.name] = fact;
    else if (row.name === BEARER_ROW) facts.auth = { type: 'bearer', ...fact };
    else facts.headers[row.name] = fact;
  }
  if (connection !== undefined) {
    const { kind, status, setAt, setBy } = connection as ConnectionRow & { kind: 'oauth' | 'client_credentials'; status: ConnectionState };
    facts.auth = { type: kind, set: true, status, setAt: setAt.toISOString(), setBy };
  }
  return facts;
}

function countTools(counts: readonly ToolCount[]): ServerAnswer['tools'] {
  const byRisk = Object.fromEntries(RISK_LEVELS.map((risk) => [risk, 0])) as Record<RiskLevel, number>;
  const tally = { total: 0, pending: 0, quarantined: 0 };
  for (const { risk, status, count } of counts) {
    const n = Number(count);
    tally.total += n;
    byRisk[risk] += n;
    if (status === 'pending') tally.pending += n;
    if (status === 'quarantined') tally.quarantined += n;
  }
  return { ...tally, byRisk };
}
