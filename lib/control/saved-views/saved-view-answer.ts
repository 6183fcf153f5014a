import type { SavedView } from '@/lib/db/generated/client';
import { mayRole, ROLE_NAMES, rolesWith } from '@/lib/domain/roles';
import type { ControlContext, Reader } from '../context';
import { ControlError, notFound } from '../control-error';
import type { SavedViewAnswer } from './contract';

export function savedViewAnswer(
  ctx: ControlContext,
  view: SavedView & { readonly defaults: readonly { readonly ownerId: string }[] },
): SavedViewAnswer {
  return {
    id: view.id,
    page: view.page as SavedViewAnswer['page'],
    name: view.name,
    query: view.query,
    shared: view.shared,
    own: view.ownerId === ctx.actor.id,
    owner: view.ownerName,
    default: view.defaults.some(({ ownerId }) => ownerId === ctx.actor.id),
    updatedAt: view.updatedAt.toISOString(),
  };
}

/** A view that the actor can see: the own ones and the shared ones. Throws 404 for others, as if they were not there. */
export async function visibleView(reader: Reader, ctx: ControlContext, id: string) {
  const view = await reader.savedView.findUnique({ where: { id }, include: { defaults: true } });
  if (!view || (!view.shared && view.ownerId !== ctx.actor.id)) throw notFound('view', id);
  return view;
}

/** 403 without the permission to share, which also covers the shared views of others. */
export function requireSharing(ctx: ControlContext): void {
  if (ctx.actor.role !== null && mayRole(ctx.actor.role, 'view.share')) return;
  throw new ControlError(
    403,
    'auth.forbidden',
    `Views for everybody need the permission \`view.share\`: ask someone who is ${rolesWith('view.share')
      .map((role) => ROLE_NAMES[role])
      .join(' or ')}. You can save it for yourself.`,
  );
}

/** 409 when the owner has another view of this name on the page. */
export function nameTaken(name: string): ControlError {
  return new ControlError(409, 'view.name_taken', `You already have a view named “${name}” here.`, [{ path: 'name', message: 'taken' }]);
}
