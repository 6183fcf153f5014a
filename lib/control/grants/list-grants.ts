import type { Prisma } from '@/lib/db/generated/client';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf, QueryOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { listGrants as contract, getGrant as one } from './contract';
import { GRANT_PARTS, grantAnswer, readGrant } from './grant-answer';

/** Newest first. */
export async function listGrants(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.grant.findMany({
    where: { AND: [filter(ctx, query), after ? { id: { lt: after[0] as string } } : {}] },
    include: GRANT_PARTS,
    orderBy: { id: 'desc' },
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    rows.map((row) => grantAnswer(ctx, row)),
  );
}

export async function getGrant(ctx: ControlContext, { params }: VerbInput<typeof one>): Promise<AnswerOf<typeof one>> {
  return grantAnswer(ctx, await readGrant(ctx.prisma, params.grant));
}

function filter(ctx: ControlContext, query: QueryOf<typeof contract>): Prisma.GrantWhereInput {
  const { now } = ctx;
  const unexpired: Prisma.GrantWhereInput = { status: 'active', OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
  const states: Record<NonNullable<typeof query.status>[number], Prisma.GrantWhereInput> = {
    revoked: { status: 'revoked' },
    expired: { status: 'active', expiresAt: { lte: now } },
    scheduled: { AND: [unexpired, { notBefore: { gt: now } }] },
    active: { AND: [unexpired, { OR: [{ notBefore: null }, { notBefore: { lte: now } }] }] },
  };
  const named = (reference: string) => ({ OR: [{ id: reference }, { slug: reference }] });
  const contains = { contains: query.q ?? '', mode: 'insensitive' as const };
  return {
    AND: [
      query.agent ? { agent: named(query.agent) } : {},
      query.server ? { server: named(query.server) } : {},
      query.policy ? { policy: named(query.policy) } : {},
      query.status ? { OR: query.status.map((state) => states[state]) } : {},
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
