import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import type { updateGrant as contract } from './contract';
import { grantAnswer, grantName, readGrant, recordedGrant } from './grant-answer';
import { asTime, checkTimes, policyForGrant } from './grant-terms';

export async function updateGrant(ctx: ControlContext, { params, body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const row = await change(ctx, async (tx, record) => {
    await lockRow(tx, 'grant', params.grant);
    const before = await readGrant(tx, params.grant);
    if (before.status === 'revoked')
      throw new ControlError(409, 'grant.revoked', 'The grant was revoked, and that cannot be undone. Make a new grant instead.');
    const notBefore = body.notBefore === undefined ? before.notBefore : asTime(body.notBefore);
    const expiresAt = body.expiresAt === undefined ? before.expiresAt : asTime(body.expiresAt);
    if (body.notBefore !== undefined || body.expiresAt !== undefined) checkTimes(ctx, notBefore, expiresAt);
    await tx.grant.update({
      where: { id: before.id },
      data: {
        notBefore,
        expiresAt,
        ...(body.label === undefined ? {} : { label: body.label }),
        ...(body.purpose === undefined ? {} : { purpose: body.purpose }),
        ...(body.scopes === undefined ? {} : { scopes: body.scopes }),
        ...(body.policy === undefined ? {} : { policyId: await policyForGrant(tx, before.server, body.policy) }),
      },
    });
    const after = await readGrant(tx, before.id);
    await record({
      action: 'grant.update',
      entity: 'grant',
      entityId: before.id,
      entityName: grantName(before),
      before: recordedGrant(before),
      after: recordedGrant(after),
    });
    return after;
  });
  return grantAnswer(ctx, row);
}
