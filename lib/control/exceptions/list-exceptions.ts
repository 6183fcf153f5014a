import type { Prisma } from '@/lib/db/generated/client';
import { recordReading } from '../approval-insight/record-reading';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { listExceptions as contract, ExceptionAnswer } from './contract';
import { type ExceptionRow, mayReadScopes, scopeAnswer } from './exception-scope';

/** Newest first. Reading the values of a scope is reading the arguments of its request. */
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
    include: { approval: { select: { id: true, digest: true, binding: true, serverSlug: true, tool: true } } },
    orderBy: { id: 'desc' },
    take: query.limit + 1,
  });
  const withValues = mayReadScopes(ctx);
  if (withValues) for (const row of rows.slice(0, query.limit)) if (row.scopeEnvelope !== null) await recordReading(ctx, row.approval);
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    rows.map((row) => exceptionAnswer(ctx, row, withValues)),
  );
}

export const isStanding = (row: Pick<ExceptionRow, 'revokedAt' | 'expiresAt'>, now: Date): boolean =>
  row.revokedAt === null && row.expiresAt > now;

export function exceptionAnswer(ctx: ControlContext, row: ExceptionRow, withValues: boolean): ExceptionAnswer {
  return {
    id: row.id,
    active: isStanding(row, ctx.now),
    scope: scopeAnswer(ctx, row, withValues),
    approval: row.approvalId,
    agent: { id: row.agentId, slug: row.agentSlug },
    server: { id: row.serverId, slug: row.serverSlug },
    policy: row.policySlug,
    tool: row.tool,
    innerTool: row.innerTool,
    risk: row.risk as ExceptionAnswer['risk'],
    createdBy: row.createdBy,
    reason: row.reason,
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
