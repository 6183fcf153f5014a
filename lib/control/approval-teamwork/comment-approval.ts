import { COMMENTS_MAX } from '@/lib/domain/approval/teamwork-terms';
import { mayRole } from '@/lib/domain/roles';
import { isOwner, readOnlooker } from '../approvals/approval-answer';
import { commentAnswer } from '../approvals/surround';
import { requirePending, underLock } from '../approvals/under-lock';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { storableText } from '../storable';
import type { commentApproval as contract } from './contract';

/** A question or an answer. The owner of the agent may speak, too; that is all that an owner may here. */
export async function commentApproval(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const { actor } = ctx;
  return underLock(ctx, params.approval, async (tx, record, row) => {
    const byOwner = isOwner(row, await readOnlooker(tx, ctx, [row.agentId]));
    if (!byOwner && (actor.role === null || !mayRole(actor.role, 'approval.decide')))
      throw new ControlError(
        403,
        'approval.not_concerned',
        'Approvers, Admins and the owner of the agent talk about a request. You can read along.',
      );
    requirePending(row, ctx.now);
    // The row is locked, so nobody writes the last one twice.
    if ((await tx.approvalComment.count({ where: { approvalId: row.id } })) >= COMMENTS_MAX)
      throw new ControlError(409, 'approval.comments_full', `There are ${COMMENTS_MAX} comments already. Decide, or talk elsewhere.`);
    const text = storableText(body.text);
    const comment = await tx.approvalComment.create({
      data: {
        id: ctx.services.newId('cmt'),
        approvalId: row.id,
        authorId: actor.id,
        authorKind: actor.kind,
        authorName: actor.name,
        byOwner,
        body: text,
        at: ctx.now,
      },
    });
    await record({ action: 'approval.comment', after: { digest: row.digest, text } });
    return commentAnswer(comment);
  });
}
