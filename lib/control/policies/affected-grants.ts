import type { ControlContext } from '../context';
import type { AnswerOf } from '../define-contract';
import type { reviewPolicy } from './review-contract';

const SHOWN = 100;

/** The active grants that follow a policy: every one counted, the last used ones named. */
export async function affectedBy(
  ctx: Pick<ControlContext, 'prisma' | 'now'>,
  policyId: string,
): Promise<Omit<AnswerOf<typeof reviewPolicy>['affected'], 'nodes'>> {
  const where = { policyId, status: 'active', OR: [{ expiresAt: null }, { expiresAt: { gt: ctx.now } }] };
  const agents = await ctx.prisma.grant.groupBy({ by: ['agentId'], where, _count: true });
  const parts = { agent: { select: { id: true, slug: true, name: true, status: true } }, usage: { select: { lastUsedAt: true } } } as const;
  const used = await ctx.prisma.grant.findMany({
    where: { AND: [where, { usage: { isNot: null } }] },
    include: parts,
    orderBy: [{ usage: { lastUsedAt: 'desc' } }, { id: 'asc' }],
    take: SHOWN,
  });
  const unused = await ctx.prisma.grant.findMany({
    where: { AND: [where, { usage: { is: null } }] },
    include: parts,
    orderBy: { id: 'asc' },
    take: SHOWN - used.length,
  });
  return {
    grants: agents.reduce((sum, group) => sum + group._count, 0),
    agents: agents.length,
    items: [...used, ...unused].map((row) => ({
      id: row.id,
      label: row.label,
      agent: row.agent,
      lastUsedAt: row.usage?.lastUsedAt.toISOString() ?? null,
    })),
  };
}
