import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError, notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import type { revokeException as contract } from './contract';
import { exceptionAnswer, isStanding } from './list-exceptions';

/** The admission looks at this row, under its lock, whenever it is used: the next call asks a person again. */
export async function revokeException(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const row = await change(ctx, async (tx, record) => {
    await lockRow(tx, 'exception', params.exception);
    const before = await tx.approvalException.findUnique({ where: { id: params.exception } });
    if (!before) throw notFound('exception', params.exception);
    if (!isStanding(before, ctx.now)) {
      const why = before.revokedAt === null ? 'Its time is over' : `It was already revoked by ${before.revokedBy ?? 'somebody'}`;
      throw new ControlError(409, 'exception.over', `${why}: such a call asks a person again already.`);
    }
    await tx.$executeRaw`
      UPDATE approval_exceptions SET revoked_at = clock_timestamp(), revoked_by = ${ctx.actor.name}, revoke_reason = ${body.reason ?? null}
      WHERE id = ${before.id}`;
    await record({
      action: 'exception.revoke',
      entity: 'exception',
      entityId: before.id,
      entityName: `${before.serverSlug}/${before.innerTool ?? before.tool}`,
      before: { agent: before.agentSlug, approval: before.approvalId, expiresAt: before.expiresAt, uses: before.uses },
      after: { reason: body.reason ?? null },
    });
    return tx.approvalException.findUniqueOrThrow({ where: { id: before.id } });
  });
  return exceptionAnswer(ctx, row, false);
}
