import type { Prisma } from '@/lib/db/generated/client';
import type { ControlContext, Reader, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { listExceptions as contract, ExceptionAnswer } from './contract';

export type ExceptionRow = Awaited<ReturnType<Reader['approvalException']['findUniqueOrThrow']>>;

/** Newest first. */
export async function listExceptions(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const active: Prisma.ApprovalExceptionWhereInput = { revokedAt: null, expiresAt: { gt: ctx.now } };
  const rows = await ctx.prisma.approvalException.findMany({
    where: {
      AND: [
        query.agent ? { OR: [{ agentId: query.agent }, { agentSlug: query.agent }] } : {},
        query.server ? { OR: [{ serverId: query.server }, { serverSlug: query.server }] } : {},
        query.active === undefined ? {} : query.active ? active : { NOT: active },
        after ? { id: { lt: after[0] as string } } : {},
      ],
    },
    orderBy: { id: 'desc' },
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    rows.map((row) => exceptionAnswer(ctx, row)),
  );
}

export const isStanding = (row: Pick<ExceptionRow, 'revokedAt' | 'expiresAt'>, now: Date): boolean =>
  row.revokedAt === null && row.expiresAt > now;

export function exceptionAnswer(ctx: Pick<ControlContext, 'now'>, row: ExceptionRow): ExceptionAnswer {
  return {
    id: row.id,
    active: isStanding(row, ctx.now),
    approval: row.approvalId,
    agent: { id: row.agentId, slug: row.agentSlug },
    server: { id: row.serverId, slug: row.serverSlug },
    policy: row.policySlug,
    tool: row.tool,
    innerTool: row.innerTool,
    risk: row.risk as ExceptionAnswer['risk'],
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    uses: row.uses,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    lastEvent: row.lastEvent,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revokedBy: row.revokedBy,
    revokeReason: row.revokeReason,
  };
}
