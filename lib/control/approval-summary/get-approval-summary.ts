import { decisionOf, readOnlooker } from '../approvals/approval-answer';
import type { ControlContext } from '../context';
import type { AnswerOf } from '../define-contract';
import type { getApprovalSummary as contract } from './contract';

const NEWEST_MAX = 20;
/** Who has more waiting does not need the exact number. */
const LOOKED_AT_MAX = 1_000;

/** Whether one may decide depends on the rule, the owner and earlier votes, so it is told for each request that waits. */
export async function getApprovalSummary(ctx: ControlContext): Promise<AnswerOf<typeof contract>> {
  const where = { status: 'pending', expiresAt: { gt: ctx.now } };
  const pending = await ctx.prisma.approval.count({ where });
  const rows = await ctx.prisma.approval.findMany({
    where,
    select: {
      ...{ id: true, agentId: true, agentSlug: true, agentOwner: true, serverSlug: true, tool: true, risk: true },
      ...{ approvers: true, votesNeeded: true, createdAt: true, expiresAt: true, votes: true },
    },
    orderBy: { id: 'desc' },
    take: LOOKED_AT_MAX,
  });
  const onlooker = await readOnlooker(
    ctx.prisma,
    ctx,
    rows.map(({ agentId }) => agentId),
  );
  const aside = await ctx.prisma.approvalSnooze.findMany({
    where: { userId: ctx.actor.id, until: { gt: ctx.now } },
    select: { approvalId: true },
  });
  const snoozed = new Set(aside.map(({ approvalId }) => approvalId));
  const mine = rows.filter((row) => !snoozed.has(row.id) && decisionOf(ctx, row, onlooker).may);
  return {
    pending,
    decidable: mine.length,
    newest: mine.slice(0, NEWEST_MAX).map((row) => ({
      id: row.id,
      agent: row.agentSlug,
      server: row.serverSlug,
      tool: row.tool,
      risk: row.risk as AnswerOf<typeof contract>['newest'][number]['risk'],
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
    })),
  };
}
