import { daysFrom } from '@/lib/domain/life-cycle';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locateAgent, lockRow } from '../locate';
import { agentAnswer } from './agent-answer';
import type { reviewAgent as contract } from './contract';

/** Who looked and when is in the change log; the agent only knows the last time. */
export async function reviewAgent(ctx: ControlContext, { params, body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const { id } = await locateAgent(ctx.prisma, params.agent);
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'agent', id);
    const before = await tx.agent.findUniqueOrThrow({ where: { id } });
    const reviewDue = daysFrom(ctx.now, before.reviewDays);
    await tx.agent.update({ where: { id }, data: { reviewedAt: ctx.now, reviewedBy: ctx.actor.name, reviewDue } });
    await record({
      action: 'agent.review',
      entity: 'agent',
      entityId: id,
      entityName: before.slug,
      before: { reviewedAt: before.reviewedAt, reviewedBy: before.reviewedBy, due: before.reviewDue },
      after: { reviewedAt: ctx.now, reviewedBy: ctx.actor.name, due: reviewDue, ...(body.note ? { note: body.note } : {}) },
    });
  });
  return agentAnswer(ctx.prisma, ctx, id);
}
