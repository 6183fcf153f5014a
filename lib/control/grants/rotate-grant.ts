import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import type { rotateGrant as contract } from './contract';
import { grantAnswer, grantName, readGrant, stateOf } from './grant-answer';
import { tokenColumns } from './grant-terms';

/** Gives a new token. Every older one ends now, or after the grace; a grace never lengthens an earlier one. */
export async function rotateGrant(ctx: ControlContext, { params, body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const token = ctx.services.makeToken();
  const row = await change(ctx, async (tx, record) => {
    await lockRow(tx, 'grant', params.grant);
    const before = await readGrant(tx, params.grant);
    const state = stateOf(before, ctx.now);
    if (state === 'revoked' || state === 'expired')
      throw new ControlError(409, `grant.${state}`, `The grant is ${state}: a new token would not work. Make a new grant instead.`);
    const until = new Date(ctx.now.getTime() + body.graceSeconds * 1000);
    if (body.graceSeconds === 0) await tx.grantToken.deleteMany({ where: { grantId: before.id } });
    else
      await tx.grantToken.updateMany({
        where: { grantId: before.id, OR: [{ validUntil: null }, { validUntil: { gt: until } }] },
        data: { validUntil: until },
      });
    await tx.grantToken.deleteMany({ where: { grantId: before.id, validUntil: { lte: ctx.now } } });
    await tx.grantToken.create({ data: { ...tokenColumns(ctx, token), grantId: before.id } });
    await record({
      action: 'grant.rotate',
      entity: 'grant',
      entityId: before.id,
      entityName: grantName(before),
      before: { tokens: before.tokens.map((old) => old.lastFour) },
      after: { token: token.slice(-4), graceSeconds: body.graceSeconds },
    });
    return readGrant(tx, before.id);
  });
  return { grant: await grantAnswer(ctx, row), token };
}
