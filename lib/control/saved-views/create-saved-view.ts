import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { createSavedView as contract } from './contract';
import { nameTaken, requireSharing, savedViewAnswer } from './saved-view-answer';

export async function createSavedView(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  if (body.shared) requireSharing(ctx);
  const view = await change(ctx, async (tx, record) => {
    const mine = { ownerId: ctx.actor.id, page: body.page, name: body.name };
    if (await tx.savedView.findFirst({ where: mine })) throw nameTaken(body.name);
    const made = await tx.savedView.create({
      data: {
        id: ctx.services.newId('view'),
        ...body,
        ownerId: ctx.actor.id,
        ownerName: ctx.actor.name,
        createdAt: ctx.now,
        updatedAt: ctx.now,
      },
      include: { defaults: true },
    });
    await record({ action: 'view.create', entity: 'view', entityId: made.id, entityName: made.name, after: body });
    return made;
  });
  return savedViewAnswer(ctx, view);
}
