import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { listMembers as contract } from './contract';
import { memberAnswer } from './member-answer';

/** In the order they were added. */
export async function listMembers(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const contains = { contains: query.q ?? '', mode: 'insensitive' as const };
  const rows = await ctx.prisma.user.findMany({
    where: {
      ...(query.role ? { role: query.role } : {}),
      ...(query.q ? { OR: [{ email: contains }, { name: contains }] } : {}),
      ...(after ? { id: { gt: after[0] as string } } : {}),
    },
    orderBy: { id: 'asc' },
    take: query.limit + 1,
  });
  return pageOf(rows, query.limit, (row) => [row.id], rows.map(memberAnswer));
}
