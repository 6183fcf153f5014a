import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { updateSavedView as contract } from './contract';
import { nameTaken, requireSharing, savedViewAnswer, visibleView } from './saved-view-answer';

export async function updateSavedView(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const { default: opens, ...facts } = body;
  const view = await change(ctx, async (tx, record) => {
    const before = await visibleView(tx, ctx, params.view);
    // Anybody may open a page with a shared view; changing it, sharing it and taking it from everybody concern others.
    const changesIt = Object.keys(facts).length > 0;
    if (changesIt && (before.shared || facts.shared === true)) requireSharing(ctx);
    if (facts.name !== undefined && facts.name !== before.name) {
      const taken = await tx.savedView.findFirst({ where: { ownerId: before.ownerId, page: before.page, name: facts.name } });
      if (taken) throw nameTaken(facts.name);
    }
    const key = { ownerId: ctx.actor.id, page: before.page };
    if (opens === true)
      await tx.savedViewDefault.upsert({
        where: { ownerId_page: key },
        create: { ...key, viewId: before.id },
        update: { viewId: before.id },
      });
    if (opens === false) await tx.savedViewDefault.deleteMany({ where: { ...key, viewId: before.id } });
    const after = await tx.savedView.update({
      where: { id: before.id },
      data: changesIt ? { ...facts, updatedAt: ctx.now } : {},
      include: { defaults: true },
    });
    const { name, query, shared } = before;
    await record({
      action: 'view.update',
      entity: 'view',
      entityId: after.id,
      entityName: after.name,
      before: { name, query, shared, default: before.defaults.some(({ ownerId }) => ownerId === ctx.actor.id) },
      after: {
        name: after.name,
        query: after.query,
        shared: after.shared,
        default: after.defaults.some(({ ownerId }) => ownerId === ctx.actor.id),
      },
    });
    return after;
  });
  return savedViewAnswer(ctx, view);
}
