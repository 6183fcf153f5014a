import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { rotateAuditKey as rotateContract } from './contract';

/** That somebody took the whole trail with them is recorded before they get it, and so is part of it. */
export async function* getEvidence(ctx: ControlContext): AsyncIterable<string> {
  await change(ctx, async (_tx, record) => {
    await record({ action: 'audit.evidence', entity: 'audit', entityId: 'trail', entityName: 'Audit trail' });
  });
  yield* ctx.services.trail.evidence(ctx.actor.name);
}

/** The newest key that opens signs; older ones stay known. */
export async function rotateAuditKey(
  ctx: ControlContext,
  { body }: VerbInput<typeof rotateContract>,
): Promise<AnswerOf<typeof rotateContract>> {
  return change(ctx, async (tx, record) => {
    const { id, publicKey, privateEnvelope } = ctx.services.trail.newKey();
    await tx.auditKey.create({ data: { id, publicKey, privateEnvelope, createdBy: ctx.actor.name } });
    await record({
      action: 'audit.rotate_key',
      entity: 'audit',
      entityId: id,
      entityName: `Signing key ${id}`,
      after: { reason: body.reason },
    });
    return { id };
  });
}
