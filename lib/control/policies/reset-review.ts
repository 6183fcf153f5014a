import type { RecordChange } from '../change';
import type { ControlContext, Transaction } from '../context';
import { closeOpenPublication } from '../publications/close-publication';

/**
 * A draft that changes while it waits for a second person takes the request back: nobody approves a text that its author has left.
 * One that waits only for its time keeps the text it was scheduled with.
 */
export async function resetReview(
  tx: Transaction,
  ctx: ControlContext,
  record: RecordChange,
  policy: { readonly id: string; readonly slug: string },
  serverSlug: string,
  draftSha256: string | null,
): Promise<void> {
  const open = await tx.publication.findFirst({ where: { policyId: policy.id, status: 'awaiting_review' }, select: { draftSha256: true } });
  if (!open || open.draftSha256 === null || open.draftSha256 === draftSha256) return;
  await closeOpenPublication(tx, ctx, record, policy, serverSlug, {
    only: 'awaiting_review',
    except: null,
    status: 'outdated',
    because: `${ctx.actor.name} changed the draft. Ask for approval of the new text.`,
    by: ctx.actor.name,
  });
}
