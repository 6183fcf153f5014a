import type { Prisma } from '@/lib/db/generated/client';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locateServer } from '../locate';
import { decodeCursor, pageOf } from '../paging';
import type { listPolicies as everywhere, listServerPolicies as ofServer } from './contract';
import { policyAnswers } from './policy-answer';

export async function listPolicies(ctx: ControlContext, { query }: VerbInput<typeof everywhere>): Promise<AnswerOf<typeof everywhere>> {
  return page(ctx, query, query.server ? { server: { OR: [{ slug: { in: query.server } }, { id: { in: query.server } }] } } : {});
}

export async function listServerPolicies(
  ctx: ControlContext,
  { params, query }: VerbInput<typeof ofServer>,
): Promise<AnswerOf<typeof ofServer>> {
  const { id } = await locateServer(ctx.prisma, params.server);
  return page(ctx, query, { serverId: id });
}

/** By server and slug. */
async function page(
  ctx: ControlContext,
  query: { limit: number; cursor?: string | undefined; q?: string | undefined },
  where: Prisma.PolicyWhereInput,
): Promise<AnswerOf<typeof everywhere>> {
  const after = decodeCursor(query.cursor, 2);
  const contains = { contains: query.q ?? '', mode: 'insensitive' as const };
  const rows = await ctx.prisma.policy.findMany({
    where: {
      AND: [
        where,
        query.q ? { OR: [{ slug: contains }, { name: contains }] } : {},
        after
          ? {
              OR: [
                { server: { slug: { gt: after[0] as string } } },
                { server: { slug: after[0] as string }, slug: { gt: after[1] as string } },
              ],
            }
          : {},
      ],
    },
    include: { server: { select: { slug: true } } },
    orderBy: [{ server: { slug: 'asc' } }, { slug: 'asc' }],
    take: query.limit + 1,
  });
  return pageOf(rows, query.limit, (row) => [row.server.slug, row.slug], await policyAnswers(ctx.prisma, ctx, rows.slice(0, query.limit)));
}
