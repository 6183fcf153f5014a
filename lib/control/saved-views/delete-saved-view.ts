import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { deleteSavedView as contract } from './contract';
import { requireSharing, visibleView } from './saved-view-answer';

export async function deleteSavedView(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<null> {
  return change(ctx, async (tx, record) => {
    const view = await visibleView(tx, ctx, params.view);
    if (view.shared) requireSharing(ctx);
    await tx.savedView.delete({ where: { id: view.id } });
    const { name, query, shared, page } = view;
    await record({ action: 'view.delete', entity: 'view', entityId: view.id, entityName: name, before: { page, name, query, shared } });
    return null;
  });
}
