import type { ControlContext, Reader } from '../context';
import { etagOf } from '../etag';
import type { AgentAnswer } from './contract';

export type AgentRow = Awaited<ReturnType<Reader['agent']['findUniqueOrThrow']>>;

export const agentEtag = (row: Pick<AgentRow, 'updatedAt' | 'status'>): string => etagOf(row.updatedAt, row.status);

/** Answers for rows, in two queries whatever their number. */
export async function agentAnswers(db: Reader, ctx: ControlContext, rows: readonly AgentRow[]): Promise<AgentAnswer[]> {
  const grants = await db.grant.findMany({
    where: { agentId: { in: rows.map((row) => row.id) } },
    select: { agentId: true, status: true, expiresAt: true, server: { select: { slug: true } }, usage: { select: { lastUsedAt: true } } },
  });
  const owners = await db.user.findMany({
    where: { email: { in: rows.map((row) => row.owner), mode: 'insensitive' } },
    select: { email: true, status: true },
  });
  return rows.map((row) => {
    const own = grants.filter((grant) => grant.agentId === row.id);
    const active = own.filter((grant) => grant.status === 'active' && (grant.expiresAt === null || grant.expiresAt > ctx.now));
    const used = own.flatMap((grant) => (grant.usage ? [grant.usage.lastUsedAt.getTime()] : []));
    return {
      id: row.id,
      slug: row.slug,
      name: row.name,
      owner: row.owner,
      ownerActive: !owners.some((owner) => owner.email.toLowerCase() === row.owner.toLowerCase() && owner.status !== 'active'),
      purpose: row.purpose,
      environment: row.environment,
      labels: row.labels as Record<string, string>,
      status: row.status as AgentAnswer['status'],
      grants: active.length,
      servers: [...new Set(active.map((grant) => grant.server.slug))].sort(),
      lastUsedAt: used.length === 0 ? null : new Date(Math.max(...used)).toISOString(),
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      etag: agentEtag(row),
    };
  });
}

export async function agentAnswer(db: Reader, ctx: ControlContext, id: string): Promise<AgentAnswer> {
  const [answer] = await agentAnswers(db, ctx, [await db.agent.findUniqueOrThrow({ where: { id } })]);
  return answer as AgentAnswer;
}

/** What a change record keeps of an agent. */
export function recordedAgent(row: AgentRow): Record<string, unknown> {
  const { name, owner, purpose, environment, labels, status } = row;
  return { name, owner, purpose, environment, labels, status };
}
