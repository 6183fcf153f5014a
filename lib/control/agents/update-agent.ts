import { daysFrom } from '@/lib/domain/life-cycle';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { requireMatch } from '../etag';
import { locateAgent, lockRow } from '../locate';
import { agentAnswer, agentEtag, recordedAgent } from './agent-answer';
import type { updateAgent as contract } from './contract';

const ACTIONS = { active: 'agent.resume', suspended: 'agent.suspend' } as const;

export async function updateAgent(
  ctx: ControlContext,
  { params, body, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const { id } = await locateAgent(ctx.prisma, params.agent);
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'agent', id);
    const before = await tx.agent.findUniqueOrThrow({ where: { id } });
    requireMatch(ifMatch, agentEtag(before), 'agent');
    const { reason, ...fields } = body;
    const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    const due = body.reviewDays === undefined ? {} : { reviewDue: daysFrom(before.reviewedAt ?? before.createdAt, body.reviewDays) };
    const after = await tx.agent.update({ where: { id }, data: { ...given, ...due, updatedAt: ctx.now } });
    await record({
      action: body.status !== undefined && body.status !== before.status ? ACTIONS[body.status] : 'agent.update',
      entity: 'agent',
      entityId: id,
      entityName: before.slug,
      before: recordedAgent(before),
      after: { ...recordedAgent(after), ...(reason ? { reason } : {}) },
    });
  });
  return agentAnswer(ctx.prisma, ctx, id);
}
