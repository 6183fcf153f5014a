import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { listJwtIssuers as contract, getJwtIssuer as one } from './contract';
import { issuerAnswer, locateIssuer } from './jwt-issuer-answer';

/** In the order they were added. */
export async function listJwtIssuers(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.jwtIssuer.findMany({
    where: after ? { id: { gt: after[0] as string } } : {},
    orderBy: { id: 'asc' },
    take: query.limit + 1,
  });
  return pageOf(rows, query.limit, (row) => [row.id], rows.map(issuerAnswer));
}

export async function getJwtIssuer(ctx: ControlContext, { params }: VerbInput<typeof one>): Promise<AnswerOf<typeof one>> {
  return issuerAnswer(await locateIssuer(ctx.prisma, params.issuer));
}
