import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locateServer } from '../locate';
import { decodeCursor, pageOf } from '../paging';
import { LIMIT_MAX } from '../schema-parts';
import type { listServerTools as contract } from './contract';
import { toolAnswer } from './tool-answer';
import { toolFilter } from './tool-filter';

/** All tools of one server as an array, or a page of them when the caller asks for pages. */
export async function listServerTools(
  ctx: ControlContext,
  { params, query }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const server = await locateServer(ctx.prisma, params.server);
  const paged = query.limit !== undefined || query.cursor !== undefined;
  const limit = query.limit ?? LIMIT_MAX;
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.tool.findMany({
    where: { AND: [{ serverId: server.id }, toolFilter(query), after ? { name: { gt: after[0] as string } } : {}] },
    orderBy: { name: 'asc' },
    ...(paged ? { take: limit + 1 } : {}),
  });
  const answers = rows.map((row) => toolAnswer(row, server.slug));
  return paged ? pageOf(rows, limit, (row) => [row.name], answers) : answers;
}
