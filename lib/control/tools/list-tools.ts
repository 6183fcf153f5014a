import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { listTools as contract } from './contract';
import { toolAnswer } from './tool-answer';
import { toolFilter } from './tool-filter';

/** The catalogue across servers, by server and name. */
export async function listTools(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 2);
  const rows = await ctx.prisma.tool.findMany({
    where: {
      AND: [
        toolFilter(query),
        query.server ? { server: { OR: [{ slug: { in: query.server } }, { id: { in: query.server } }] } } : {},
        after
          ? {
              OR: [
                { server: { slug: { gt: after[0] as string } } },
                { server: { slug: after[0] as string }, name: { gt: after[1] as string } },
              ],
            }
          : {},
      ],
    },
    include: { server: { select: { slug: true } } },
    orderBy: [{ server: { slug: 'asc' } }, { name: 'asc' }],
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.server.slug, row.name],
    rows.map((row) => toolAnswer(row, row.server.slug)),
  );
}
