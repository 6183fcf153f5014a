import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { listSavedViews as contract } from './contract';
import { savedViewAnswer } from './saved-view-answer';

const VIEWS_MAX = 500;

export async function listSavedViews(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const views = await ctx.prisma.savedView.findMany({
    where: { ...(query.page ? { page: query.page } : {}), OR: [{ ownerId: ctx.actor.id }, { shared: true }] },
    include: { defaults: true },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    take: VIEWS_MAX,
  });
  return { items: views.map((view) => savedViewAnswer(ctx, view)), nextCursor: null };
}
