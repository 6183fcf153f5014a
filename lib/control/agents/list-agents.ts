import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { unusedGrants } from '../grants/unused-grants';
import { decodeCursor, pageOf } from '../paging';
import { agentAnswers } from './agent-answer';
import type { listAgents as contract } from './contract';

/** Agents by slug. */
export async function listAgents(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const contains = { contains: query.q ?? '', mode: 'insensitive' as const };
  const rows = await ctx.prisma.agent.findMany({
    where: {
      ...(query.status ? { status: { in: query.status } } : {}),
      ...(query.owner ? { owner: { equals: query.owner, mode: 'insensitive' } } : {}),
      ...(query.environment ? { environment: query.environment } : {}),
      ...(query.review ? { reviewDue: query.review === 'overdue' ? { lte: ctx.now } : { gt: ctx.now } } : {}),
      ...(query.unused === undefined ? {} : { grants: { [query.unused ? 'some' : 'none']: unusedGrants(ctx.now) } }),
      ...(query.q ? { OR: [{ slug: contains }, { name: contains }, { owner: contains }, { purpose: contains }] } : {}),
      ...(after ? { slug: { gt: after[0] as string } } : {}),
    },
    orderBy: { slug: 'asc' },
    take: query.limit + 1,
  });
  return pageOf(rows, query.limit, (row) => [row.slug], await agentAnswers(ctx.prisma, ctx, rows.slice(0, query.limit)));
}
