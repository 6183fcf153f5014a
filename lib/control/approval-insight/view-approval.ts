import { readApproval } from '../approvals/approval-answer';
import type { ControlContext, Reader, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { viewApproval as contract } from './contract';

/** Whoever has not been heard of for so long does not look any more; pages say every 10 seconds that they do. */
export const VIEWING_MS = 30_000;

/** Says that the caller looks at a request. It changes nothing that matters, so it leaves no entry in the change log. */
export async function viewApproval(ctx: ControlContext, { params, body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const { id } = await readApproval(ctx.prisma, params.approval);
  const { actor } = ctx;
  await ctx.prisma
    .$executeRaw`DELETE FROM approval_viewers WHERE approval_id = ${id} AND seen_at < clock_timestamp() - ${VIEWING_MS}::float8 * interval '1 millisecond'`;
  if (actor.kind === 'user') {
    if (body.leaving === true) await ctx.prisma.approvalViewer.deleteMany({ where: { approvalId: id, userId: actor.id } });
    else
      await ctx.prisma.$executeRaw`
        INSERT INTO approval_viewers (approval_id, user_id, name) VALUES (${id}, ${actor.id}, ${actor.name})
        ON CONFLICT (approval_id, user_id) DO UPDATE SET seen_at = clock_timestamp(), name = excluded.name`;
  }
  return { viewers: (await viewersOf(ctx.prisma, ctx, [id])).get(id) ?? [] };
}

/** Names of the others who look at each request now. */
export async function viewersOf(
  db: Reader,
  ctx: Pick<ControlContext, 'actor'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string[]>> {
  const rows = await db.$queryRaw<{ approval_id: string; name: string }[]>`
    SELECT approval_id, name FROM approval_viewers
     WHERE approval_id = ANY(${[...ids]}::text[]) AND user_id <> ${ctx.actor.id}
       AND seen_at >= clock_timestamp() - ${VIEWING_MS}::float8 * interval '1 millisecond'
     ORDER BY seen_at`;
  const viewers = new Map<string, string[]>();
  for (const { approval_id, name } of rows) viewers.set(approval_id, [...(viewers.get(approval_id) ?? []), name]);
  return viewers;
}
