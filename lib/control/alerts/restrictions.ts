import type { Prisma } from '@/lib/db/generated/client';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError, notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import { decodeCursor, pageOf } from '../paging';
import { storableText } from '../storable';
import { isActive, restrictionAnswer } from './alert-answer';
import type { liftRestriction as liftContract, listRestrictions as listContract } from './contract';

/** Newest first. */
export async function listRestrictions(
  ctx: ControlContext,
  { query }: VerbInput<typeof listContract>,
): Promise<AnswerOf<typeof listContract>> {
  const after = decodeCursor(query.cursor, 1);
  const active: Prisma.AgentRestrictionWhereInput = { liftedAt: null, untilAt: { gt: ctx.now } };
  const rows = await ctx.prisma.agentRestriction.findMany({
    where: {
      AND: [
        query.agent ? { OR: [{ agentId: query.agent }, { agentSlug: query.agent }] } : {},
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
    rows.map((row) => restrictionAnswer(row, ctx.now)),
  );
}

/** Opens again what was closed by itself. Identical calls are counted from zero, or the next one would end it all again. */
export async function liftRestriction(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof liftContract>,
): Promise<AnswerOf<typeof liftContract>> {
  const row = await change(ctx, async (tx, record) => {
    await lockRow(tx, 'restriction', params.restriction);
    const before = await tx.agentRestriction.findUnique({ where: { id: params.restriction } });
    if (before === null) throw notFound('restriction', params.restriction);
    if (!isActive(before, ctx.now)) {
      const why = before.liftedAt === null ? 'Its time is over' : `It was already lifted by ${before.liftedBy ?? 'somebody'}`;
      throw new ControlError(409, 'restriction.over', `${why}: the agent can call again.`);
    }
    await tx.$executeRaw`
      DELETE FROM counters WHERE key = ANY (ARRAY(
        SELECT key FROM counters WHERE rule = '(loop)' AND scope_key = ${before.agentId} ORDER BY key FOR UPDATE))`;
    await record({
      action: before.mode === 'pause' ? 'agent.unpause' : 'agent.ask_end',
      entity: 'agent',
      entityId: before.agentId,
      entityName: before.agentSlug,
      before: { until: before.untilAt, because: before.explanation, alert: before.alertId },
      after: { reason: body.reason },
    });
    return tx.agentRestriction.update({
      where: { id: before.id },
      data: { liftedAt: ctx.now, liftedBy: ctx.actor.name, liftReason: storableText(body.reason) },
    });
  });
  return restrictionAnswer(row, ctx.now);
}
