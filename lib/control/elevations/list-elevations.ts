import type { Prisma } from '@/lib/db/generated/client';
import type { ElevationStatus } from '@/lib/domain/elevation';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { listElevations as contract, getElevation as one } from './contract';
import { ELEVATION_PARTS, elevationAnswer, emailOf, readElevation } from './elevation-answer';

/** Newest first. */
export async function listElevations(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const named = (reference: string) => ({ OR: [{ id: reference }, { slug: reference }] });
  const rows = await ctx.prisma.grantElevation.findMany({
    where: {
      AND: [
        query.grant ? { grantId: query.grant } : {},
        query.agent ? { grant: { agent: named(query.agent) } } : {},
        query.server ? { grant: { server: named(query.server) } } : {},
        query.status ? { OR: query.status.map((status) => inStatus(status, ctx.now)) } : {},
        after ? { id: { lt: after[0] as string } } : {},
      ],
    },
    include: ELEVATION_PARTS,
    orderBy: { id: 'desc' },
    take: query.limit + 1,
  });
  const email = await emailOf(ctx.prisma, ctx);
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    rows.map((row) => elevationAnswer(ctx, row, email)),
  );
}

export async function getElevation(ctx: ControlContext, { params }: VerbInput<typeof one>): Promise<AnswerOf<typeof one>> {
  return elevationAnswer(ctx, await readElevation(ctx.prisma, params.elevation), await emailOf(ctx.prisma, ctx));
}

function inStatus(status: ElevationStatus, now: Date): Prisma.GrantElevationWhereInput {
  switch (status) {
    case 'pending':
      return { status: 'pending', expiresAt: { gt: now } };
    case 'lapsed':
      return { status: 'pending', expiresAt: { lte: now } };
    case 'active':
      return { status: 'approved', untilAt: { gt: now } };
    case 'over':
      return { status: 'approved', untilAt: { lte: now } };
    default:
      return { status };
  }
}
