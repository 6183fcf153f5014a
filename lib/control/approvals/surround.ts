import type { ApprovalComment } from '@/lib/db/generated/client';
import { viewersOf } from '../approval-insight/view-approval';
import type { ControlContext, Reader } from '../context';
import { type ApprovalRow, approvalAnswer, readApproval, readOnlooker, type Surround, sentenceKey } from './approval-answer';
import type { ApprovalAnswer, ApprovalDetail } from './contract';

/** What people did around some requests, asked of the database once a page. */
export async function readSurround(
  db: Reader,
  ctx: Pick<ControlContext, 'actor'>,
  rows: readonly Pick<ApprovalRow, 'id' | 'serverId' | 'tool'>[],
): Promise<Surround> {
  const ids = rows.map(({ id }) => id);
  const viewers = await viewersOf(db, ctx, ids);
  const comments = await db.approvalComment.groupBy({ by: ['approvalId'], where: { approvalId: { in: ids } }, _count: true });
  const snoozes = await db.approvalSnooze.findMany({ where: { approvalId: { in: ids }, userId: ctx.actor.id } });
  const sentences = await db.toolSentence.findMany({
    where: {
      serverId: { in: [...new Set(rows.map(({ serverId }) => serverId))] },
      tool: { in: [...new Set(rows.map(({ tool }) => tool))] },
    },
  });
  return {
    viewers,
    comments: new Map(comments.map((group) => [group.approvalId, group._count])),
    snoozedUntil: new Map(snoozes.map((snooze) => [snooze.approvalId, snooze.until])),
    sentences: new Map(sentences.map((one) => [sentenceKey(one), one.template])),
  };
}

/** One request as it is now, for the answer of a verb. */
export async function answerOne(ctx: ControlContext, id: string): Promise<ApprovalAnswer> {
  const row = await readApproval(ctx.prisma, id);
  return approvalAnswer(ctx, row, await readOnlooker(ctx.prisma, ctx, [row.agentId]), await readSurround(ctx.prisma, ctx, [row]));
}

export function commentAnswer(comment: ApprovalComment): ApprovalDetail['thread'][number] {
  return {
    id: comment.id,
    by: comment.authorName,
    kind: comment.authorKind as 'user' | 'key',
    byOwner: comment.byOwner,
    text: comment.body,
    at: comment.at.toISOString(),
  };
}
