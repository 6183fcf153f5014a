import { change, type RecordChange } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import type { revokeUnusedGrants as bulk, revokeGrant as contract } from './contract';
import { type GrantRow, grantAnswer, grantAnswers, grantName, readGrant, recordedGrant, unusedOf } from './grant-answer';

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
    return revoke(tx, record, ctx, before, body.reason);
  });
  return grantAnswer(ctx, row);
}

/** All of them or none: whoever confirms a list of unused grants revokes no other, and none that was used since it was shown. */
export async function revokeUnusedGrants(ctx: ControlContext, { body }: VerbInput<typeof bulk>): Promise<AnswerOf<typeof bulk>> {
  const rows = await change(ctx, async (tx, record) => {
    const revoked: GrantRow[] = [];
    // In the order of ids, so that two such changes wait for each other instead of for ever.
    for (const id of [...new Set(body.grants)].sort()) {
      await lockRow(tx, 'grant', id);
      const before = await readGrant(tx, id);
      if (unusedOf(before, ctx.now) === null)
        throw new ControlError(
          409,
          'grant.not_unused',
          `The grant ${grantName(before)} is not unused any more. Nothing was revoked; look at the list again.`,
          [{ path: `/grants/${body.grants.indexOf(id)}`, message: 'used, revoked or changed meanwhile' }],
        );
      revoked.push(await revoke(tx, record, ctx, before, body.reason ?? 'unused'));
    }
    return revoked;
  });
  return { revoked: await grantAnswers(ctx.prisma, ctx, rows) };
}

async function revoke(
  tx: Transaction,
  record: RecordChange,
  ctx: ControlContext,
  before: GrantRow,
  reason: string | undefined,
): Promise<GrantRow> {
  await tx.grant.update({ where: { id: before.id }, data: { status: 'revoked', revokedAt: ctx.now, revokedBy: ctx.actor.name } });
  const after = await readGrant(tx, before.id);
  await record({
    action: 'grant.revoke',
    entity: 'grant',
    entityId: before.id,
    entityName: grantName(before),
    before: recordedGrant(before),
    after: { ...recordedGrant(after), ...(reason ? { reason } : {}) },
  });
  return after;
}
