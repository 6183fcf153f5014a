import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import type { revokeGrant as contract } from './contract';
import { grantAnswer, grantName, readGrant, recordedGrant } from './grant-answer';

/** Stops the next call. Revoking twice is told as such: the second caller should know who was first. */
export async function revokeGrant(ctx: ControlContext, { params, body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const row = await change(ctx, async (tx, record) => {
    await lockRow(tx, 'grant', params.grant);
    const before = await readGrant(tx, params.grant);
    if (before.status === 'revoked') {
      throw new ControlError(
        409,
        'grant.revoked',
        `The grant was already revoked by ${before.revokedBy ?? 'someone'} at ${before.revokedAt?.toISOString() ?? 'an unknown time'}.`,
      );
    }
    await tx.grant.update({ where: { id: before.id }, data: { status: 'revoked', revokedAt: ctx.now, revokedBy: ctx.actor.name } });
    const after = await readGrant(tx, before.id);
    await record({
      action: 'grant.revoke',
      entity: 'grant',
      entityId: before.id,
      entityName: grantName(before),
      before: recordedGrant(before),
      after: { ...recordedGrant(after), ...(body.reason ? { reason: body.reason } : {}) },
    });
    return after;
  });
  return grantAnswer(ctx, row);
}
