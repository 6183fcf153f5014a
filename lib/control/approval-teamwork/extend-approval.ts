import { EXTENSION_MS, latestExpiryMs } from '@/lib/domain/approval/teamwork-terms';
import { decisionOf, readOnlooker } from '../approvals/approval-answer';
import { answerOne } from '../approvals/surround';
import { requirePending, underLock } from '../approvals/under-lock';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { extendApproval as contract } from './contract';

/** More time for people, never for what was approved: the database refuses anything else, whoever writes. */
export async function extendApproval(
  ctx: ControlContext,
  { params }: Pick<VerbInput<typeof contract>, 'params'>,
): Promise<AnswerOf<typeof contract>> {
  const id = await underLock(ctx, params.approval, async (tx, record, row) => {
    requirePending(row, ctx.now);
    // Who has agreed already may well wait for the second person.
    const { may, why } = decisionOf(ctx, { ...row, votes: [] }, await readOnlooker(tx, ctx, [row.agentId]));
    if (!may) throw new ControlError(403, 'approval.not_eligible', why);
    const latestMs = latestExpiryMs(row.createdAt.getTime(), row.ruleExpiresAt.getTime());
    const expiresAt = new Date(Math.min(row.expiresAt.getTime() + EXTENSION_MS, latestMs));
    if (expiresAt <= row.expiresAt)
      throw new ControlError(
        409,
        'approval.extended_fully',
        'It cannot be extended any more: three times what the rule gives, and 7 days, is the most.',
      );
    await tx.approval.update({ where: { id: row.id }, data: { expiresAt } });
    await record({
      action: 'approval.extend',
      before: { expiresAt: row.expiresAt.toISOString() },
      after: { digest: row.digest, expiresAt: expiresAt.toISOString() },
    });
    return row.id;
  });
  return answerOne(ctx, id);
}
