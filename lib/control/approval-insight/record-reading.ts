import { type ApprovalRow, bindingOf } from '../approvals/approval-answer';
import { change } from '../change';
import type { ControlContext } from '../context';

/** That somebody read the arguments of a request, before they get them; once a person and request. */
export async function recordReading(
  ctx: ControlContext,
  row: Pick<ApprovalRow, 'id' | 'digest' | 'binding' | 'serverSlug' | 'tool'>,
): Promise<void> {
  const action = 'approval.read';
  const before = await ctx.prisma.adminChange.findFirst({
    where: { action, entity: 'approval', entityId: row.id, actorId: ctx.actor.id },
    select: { id: true },
  });
  if (before) return;
  await change(ctx, async (_tx, record) => {
    await record({
      action,
      entity: 'approval',
      entityId: row.id,
      entityName: `${row.serverSlug}/${row.tool}`,
      after: { digest: row.digest, arguments: bindingOf(row).arguments },
    });
  });
}
