import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { listServers as contract } from './contract';
import { serverAnswers } from './server-answer';

/** Servers by slug. */
export async function listServers(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.server.findMany({
    where: {
      ...(query.status ? { status: { in: query.status } } : {}),
      ...(query.transport ? { transport: { in: query.transport } } : {}),
      ...(query.q
        ? { OR: ['slug', 'name', 'url', 'command'].map((field) => ({ [field]: { contains: query.q, mode: 'insensitive' } })) }
        : {}),
      ...(after ? { slug: { gt: after[0] as string } } : {}),
    },
    orderBy: { slug: 'asc' },
    take: query.limit + 1,
  });
  return pageOf(rows, query.limit, (row) => [row.slug], await serverAnswers(ctx.prisma, ctx, rows.slice(0, query.limit)));
}
