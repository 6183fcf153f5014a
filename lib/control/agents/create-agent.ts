import { daysFrom, REVIEW_DAYS_DEFAULT } from '@/lib/domain/life-cycle';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError, isUniqueViolation } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { agentAnswer, recordedAgent } from './agent-answer';
import type { createAgent as contract } from './contract';

export async function createAgent(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const id = ctx.services.newId('agt');
  const reviewDays = body.reviewDays ?? REVIEW_DAYS_DEFAULT;
  try {
    await change(ctx, async (tx, record) => {
      const row = await tx.agent.create({
        data: {
          id,
          slug: body.slug,
          name: body.name,
          owner: body.owner,
          purpose: body.purpose ?? null,
          environment: body.environment ?? null,
          labels: body.labels ?? {},
          reviewDays,
          reviewDue: daysFrom(ctx.now, reviewDays),
          createdAt: ctx.now,
          updatedAt: ctx.now,
        },
      });
      await record({ action: 'agent.create', entity: 'agent', entityId: id, entityName: body.slug, after: recordedAgent(row) });
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ControlError(
      409,
      'agent.slug_taken',
      `There is already an agent \`${body.slug}\`. Choose another slug, or change that agent.`,
      [{ path: '/slug', message: 'already used' }],
    );
  }
  return agentAnswer(ctx.prisma, ctx, id);
}
