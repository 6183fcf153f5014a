import type { Prisma } from '@/lib/db/generated/client';
import { unusedAt } from '@/lib/domain/life-cycle';
import type { ControlContext, Reader } from '../context';
import { elevationsOf } from '../elevations/current-elevation';
import { etagOf } from '../etag';
import type { AgentAnswer } from './contract';

export type AgentRow = Awaited<ReturnType<Reader['agent']['findUniqueOrThrow']>>;

export const agentEtag = (row: Pick<AgentRow, 'updatedAt' | 'status'>): string => etagOf(row.updatedAt, row.status);

const GRANTS = {
  select: {
    id: true,
    agentId: true,
    status: true,
    notBefore: true,
    expiresAt: true,
    createdAt: true,
    server: { select: { slug: true } },
    usage: true,
  },
} as const;
type OwnGrant = Prisma.GrantGetPayload<typeof GRANTS>;

/** Answers for rows, in three queries whatever their number. */
export async function agentAnswers(db: Reader, ctx: ControlContext, rows: readonly AgentRow[]): Promise<AgentAnswer[]> {
  const grants = await db.grant.findMany({ where: { agentId: { in: rows.map((row) => row.id) } }, ...GRANTS });
  const owners = await db.user.findMany({
    where: { email: { in: rows.map((row) => row.owner), mode: 'insensitive' } },
    select: { email: true, status: true },
  });
  const elevations = await elevationsOf(
    db,
    grants.map((grant) => grant.id),
    ctx.now,
  );
  return rows.map((row) => {
    const own = grants.filter((grant) => grant.agentId === row.id);
    const active = own.filter((grant) => grant.status === 'active' && (grant.expiresAt === null || grant.expiresAt > ctx.now));
    const { reviewDays: days, reviewDue: due, reviewedAt, reviewedBy } = row;
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
      unusedGrants: active.filter((grant) => isUnused(grant, ctx.now)).length,
      elevated: active.some((grant) => elevations.has(grant.id)),
      ...lastSeen(own),
      review: { days, due: due.toISOString(), overdue: due <= ctx.now, reviewedAt: reviewedAt?.toISOString() ?? null, reviewedBy },
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      etag: agentEtag(row),
    };
  });
}

const isUnused = (grant: OwnGrant, now: Date): boolean =>
  (grant.notBefore === null || grant.notBefore <= now) && unusedAt({ ...grant, lastUsedAt: grant.usage?.lastUsedAt ?? null }, now) !== null;

/** By whichever of its grants was used last. */
function lastSeen(grants: readonly OwnGrant[]): Pick<AgentAnswer, 'lastUsedAt' | 'lastClient' | 'lastSourceIp'> {
  const uses = grants
    .flatMap(({ usage }) => (usage === null ? [] : [usage]))
    .sort((a, b) => b.lastUsedAt.getTime() - a.lastUsedAt.getTime());
  const [latest] = uses;
  return {
    lastUsedAt: latest?.lastUsedAt.toISOString() ?? null,
    lastClient: latest?.clientName ? { name: latest.clientName, version: latest.clientVersion } : null,
    lastSourceIp: latest?.sourceIp ?? null,
  };
}

export async function agentAnswer(db: Reader, ctx: ControlContext, id: string): Promise<AgentAnswer> {
  const [answer] = await agentAnswers(db, ctx, [await db.agent.findUniqueOrThrow({ where: { id } })]);
  return answer as AgentAnswer;
}

/** What a change record keeps of an agent. */
export function recordedAgent(row: AgentRow): Record<string, unknown> {
  const { name, owner, purpose, environment, labels, status, reviewDays } = row;
  return { name, owner, purpose, environment, labels, status, reviewDays };
}
