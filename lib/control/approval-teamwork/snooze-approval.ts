import { snoozedUntilMs } from '@/lib/domain/approval/teamwork-terms';
import { readApproval } from '../approvals/approval-answer';
import { requirePending } from '../approvals/under-lock';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { snoozeApproval as contract } from './contract';

/** Out of one's own sight for a while. It changes nothing of the request, so it leaves no entry in the change log. */
export async function snoozeApproval(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const row = await readApproval(ctx.prisma, params.approval);
  const { actor } = ctx;
  if (actor.kind !== 'user')
    throw new ControlError(422, 'approval.snooze_person', 'A management key has no list of its own, so it can put nothing aside.');
  const key = { approvalId: row.id, userId: actor.id };
  if (body.minutes === 0) {
    await ctx.prisma.approvalSnooze.deleteMany({ where: key });
    return { snoozedUntil: null };
  }
  requirePending(row, ctx.now);
  const untilMs = snoozedUntilMs(ctx.now.getTime(), body.minutes, row.expiresAt.getTime());
  if (untilMs === null)
    throw new ControlError(
      409,
      'approval.too_late',
      'Hardly a minute is left, so this cannot be put aside any more. Decide, or extend it.',
    );
  const until = new Date(untilMs);
  await ctx.prisma.approvalSnooze.upsert({ where: { approvalId_userId: key }, create: { ...key, until }, update: { until } });
  return { snoozedUntil: until.toISOString() };
}
