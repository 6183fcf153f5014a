import type { Prisma } from '@/lib/db/generated/client';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf, QueryOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { listGrants as contract, getGrant as one } from './contract';
import { GRANT_PARTS, grantAnswer, grantAnswers, readGrant } from './grant-answer';
import { activeGrants, unexpiredGrants, unusedGrants } from './unused-grants';

/** Newest first. */
export async function listGrants(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.grant.findMany({
    where: { AND: [filter(ctx, query), after ? { id: { lt: after[0] as string } } : {}] },
    include: GRANT_PARTS,
    orderBy: { id: 'desc' },
    take: query.limit + 1,
  });
  return pageOf(rows, query.limit, (row) => [row.id], await grantAnswers(ctx.prisma, ctx, rows.slice(0, query.limit)));
}

export async function getGrant(ctx: ControlContext, { params }: VerbInput<typeof one>): Promise<AnswerOf<typeof one>> {
  return grantAnswer(ctx, await readGrant(ctx.prisma, params.grant));
}

function filter(ctx: ControlContext, query: QueryOf<typeof contract>): Prisma.GrantWhereInput {
  const { now } = ctx;
  const unexpired = unexpiredGrants(now);
  const states: Record<NonNullable<typeof query.status>[number], Prisma.GrantWhereInput> = {
    revoked: { status: 'revoked' },
    expired: { status: 'active', expiresAt: { lte: now } },
    scheduled: { AND: [unexpired, { notBefore: { gt: now } }] },
    active: activeGrants(now),
  };
  const named = (reference: string) => ({ OR: [{ id: reference }, { slug: reference }] });
  const contains = { contains: query.q ?? '', mode: 'insensitive' as const };
  return {
    AND: [
      query.agent ? { agent: named(query.agent) } : {},
      query.server ? { server: named(query.server) } : {},
      query.policy ? { policy: named(query.policy) } : {},
      query.status ? { OR: query.status.map((state) => states[state]) } : {},
      query.unused === undefined ? {} : query.unused ? unusedGrants(now) : { NOT: unusedGrants(now) },
      // Pasting a leaked token finds its grant: by its hash, so that nothing of it is logged or compared in clear.
      query.q
        ? {
            OR: [
              { id: query.q },
              { label: contains },
              { purpose: contains },
              { agent: { slug: contains } },
              { server: { slug: contains } },
              { tokens: { some: { tokenHash: ctx.services.hashToken(query.q) } } },
            ],
          }
        : {},
    ],
  };
}
